import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { positionAt } from "../text/utf8-text.js";
import { namedCharacter } from "./named-characters.js";

export type XmlEvent =
  | { readonly kind: "open"; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: "close"; readonly name: string }
  | { readonly kind: "text"; readonly text: string };

export interface XmlOptions {
  /** Name for messages. */
  readonly file: string;
  readonly limits: Limits;
}

/** More in one tag are refused. */
const MOST_ATTRIBUTES = 256;
const NAME = /[A-Za-z_:\u00c0-\uffff][-.\w:\u00b7-\uffff]*/y;
const SPACE = /[ \t\n]*/y;
/** What the production Char of XML 1.0 leaves out; surrogates are checked on their own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const PREDEFINED: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * Reads XML 1.0 event by event, without namespaces (names keep their prefix) and without validation. An empty element
 * gives an opening and a closing event; text may come in pieces; comments and processing instructions are left out. A
 * document type is skipped, never loaded: named characters of publishing ({@link namedCharacter}) are known without it,
 * others are errors, and an internal subset, which could declare entities, is refused. Nothing expands to more than it
 * is. Cost: one pass, no memory beside the open elements.
 * @throws {FormatError} `xml-syntax`, `xml-entity`, `xml-doctype`, `too-deep`, `too-many-cells`, with line and column.
 */
export function readXml(text: string, options: XmlOptions): Generator<XmlEvent> {
  return new XmlReader(text, options).events();
}

class XmlReader {
  readonly #text: string;
  readonly #options: XmlOptions;
  readonly #open: string[] = [];
  #at = 0;
  #elements = 0;
  #doctype = false;

  constructor(text: string, options: XmlOptions) {
    // Line ends first, as XML 1.0 section 2.11 says.
    this.#text = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    this.#options = options;
  }

  *events(): Generator<XmlEvent> {
    const text = this.#text;
    const bad = NO_CHARACTER.exec(text);
    if (bad !== null) throw this.#fault(`character ${codeName(bad[0])} is not allowed`, bad.index);
    while (this.#at < text.length) {
      const markup = text.indexOf("<", this.#at);
      const end = markup < 0 ? text.length : markup;
      if (end > this.#at) {
        const piece = this.#characters(this.#at, end);
        if (piece !== undefined) yield { kind: "text", text: piece };
        this.#at = end;
      }
      if (markup >= 0) yield* this.#markup();
    }
    const open = this.#open.at(-1);
    if (open !== undefined) throw this.#fault(`<${shortened(open)}> is never closed`);
    if (this.#elements === 0) throw this.#fault("there is no element");
  }

  /** Text between tags; undefined for the white space around the root. */
  #characters(from: number, to: number): string | undefined {
    const piece = this.#text.slice(from, to);
    if (this.#open.length === 0) {
      const stray = /[^ \t\n]/.exec(piece);
      if (stray !== null) throw this.#fault("text outside the root element", from + stray.index);
      return undefined;
    }
    const section = piece.indexOf("]]>");
    if (section >= 0) throw this.#fault("]]> in text", from + section);
    return this.#resolved(piece, from);
  }

  *#markup(): Generator<XmlEvent> {
    const text = this.#text;
    const at = this.#at;
    const next = text[at + 1];
    if (next === "/") yield this.#closing();
    else if (next === "?") this.#instruction();
    else if (next !== "!") yield* this.#opening();
    else if (text.startsWith("<!--", at)) this.#comment();
    else if (text.startsWith("<![CDATA[", at)) yield this.#section();
    else if (text.startsWith("<!DOCTYPE", at)) this.#documentType();
    else throw this.#fault("neither a tag nor a comment");
  }

  *#opening(): Generator<XmlEvent> {
    const start = this.#at;
    this.#at += 1;
    const name = this.#name();
    const { limits, file } = this.#options;
    if (this.#open.length === 0 && this.#elements > 0) throw this.#fault("a second root element", start);
    if (this.#open.length >= limits.depth) {
      throw this.#fault(`elements nested more than ${limits.depth} deep`, start, "too-deep");
    }
    this.#elements += 1;
    if (this.#elements > limits.cells) {
      throw new FormatError("too-many-cells", `${file}: more than ${limits.cells} elements`, {
        fields: { file, limit: limits.cells },
      });
    }
    const { attributes, empty } = this.#attributes(start);
    yield { kind: "open", name, attributes };
    if (empty) yield { kind: "close", name };
    else this.#open.push(name);
  }

  #attributes(start: number): { attributes: ReadonlyMap<string, string>; empty: boolean } {
    const attributes = new Map<string, string>();
    for (;;) {
      const spaced = this.#skipSpace();
      if (this.#take(">")) return { attributes, empty: false };
      if (this.#take("/>")) return { attributes, empty: true };
      if (this.#at >= this.#text.length) throw this.#fault("the XML ends inside a tag", start);
      if (!spaced) throw this.#fault("white space is expected before an attribute");
      const at = this.#at;
      const name = this.#name();
      this.#skipSpace();
      if (!this.#take("=")) throw this.#fault(`the attribute ${shortened(name)} has no value`, at);
      this.#skipSpace();
      if (attributes.has(name)) throw this.#fault(`the attribute ${shortened(name)} is given twice`, at);
      attributes.set(name, this.#value());
      if (attributes.size > MOST_ATTRIBUTES) throw this.#fault(`more than ${MOST_ATTRIBUTES} attributes`, start);
    }
  }

  #value(): string {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw this.#fault("a value in quotes is expected");
    const from = this.#at + 1;
    const to = this.#text.indexOf(quote, from);
    if (to < 0) throw this.#fault("a value is never closed");
    const raw = this.#text.slice(from, to);
    const tag = raw.indexOf("<");
    if (tag >= 0) throw this.#fault("< in the value of an attribute", from + tag);
    this.#at = to + 1;
    return this.#resolved(raw.replace(/[\t\n]/g, " "), from);
  }

  #closing(): XmlEvent {
    const start = this.#at;
    this.#at += 2;
    const name = this.#name();
    this.#skipSpace();
    if (!this.#take(">")) throw this.#fault("> is expected");
    const open = this.#open.pop();
    if (open !== name) {
      const what = open === undefined ? "nothing is open" : `<${shortened(open)}> is`;
      throw this.#fault(`</${shortened(name)}> where ${what}`, start);
    }
    return { kind: "close", name };
  }

  #section(): XmlEvent {
    const from = this.#at + "<![CDATA[".length;
    if (this.#open.length === 0) throw this.#fault("text outside the root element");
    const to = this.#text.indexOf("]]>", from);
    if (to < 0) throw this.#fault("a CDATA section is never closed");
    this.#at = to + 3;
    return { kind: "text", text: this.#text.slice(from, to) };
  }

  #comment(): void {
    const dashes = this.#text.indexOf("--", this.#at + 4);
    if (dashes < 0) throw this.#fault("a comment is never closed");
    if (this.#text[dashes + 2] !== ">") throw this.#fault("-- inside a comment", dashes);
    this.#at = dashes + 3;
  }

  #instruction(): void {
    const start = this.#at;
    this.#at += 2;
    const target = this.#name();
    if (target === "xml" ? start !== 0 : target.toLowerCase() === "xml") {
      throw this.#fault("an XML declaration that does not begin the file", start);
    }
    const end = this.#text.indexOf("?>", this.#at);
    if (end < 0) throw this.#fault("a processing instruction is never closed", start);
    this.#at = end + 2;
  }

  #documentType(): void {
    const start = this.#at;
    if (this.#doctype || this.#elements > 0) throw this.#fault("a document type that is not at the beginning");
    this.#doctype = true;
    this.#at += "<!DOCTYPE".length;
    if (!this.#skipSpace()) throw this.#fault("white space is expected");
    this.#name();
    for (const part of this.#text.slice(this.#at).matchAll(/[^"'<>[\]]+|"[^"]*"|'[^']*'|[\s\S]/g)) {
      if (part[0] === ">") {
        this.#at += part.index + 1;
        return;
      }
      if (part[0].length === 1 && /["'<[\]]/.test(part[0])) {
        const subset = part[0] === "[";
        throw this.#fault(
          subset ? "declarations inside the document, which could declare entities, are refused" : "it is malformed",
          this.#at + part.index,
          subset ? "xml-doctype" : "xml-syntax",
        );
      }
    }
    throw this.#fault("the document type is never closed", start);
  }

  #resolved(raw: string, at: number): string {
    if (!raw.includes("&")) return raw;
    return raw.replace(/&([^;&<\s]{0,64};?)/g, (whole, reference: string, offset: number) => {
      if (!reference.endsWith(";")) throw this.#fault("& without a name and ;", at + offset);
      const name = reference.slice(0, -1);
      const found = name.startsWith("#") ? numbered(name) : (PREDEFINED.get(name) ?? namedCharacter(name));
      if (found === undefined) throw this.#fault(`${whole} is unknown`, at + offset, "xml-entity");
      return found;
    });
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) throw this.#fault("a name is expected");
    this.#at += name.length;
    return name;
  }

  #skipSpace(): boolean {
    SPACE.lastIndex = this.#at;
    const length = SPACE.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }

  #take(what: string): boolean {
    if (!this.#text.startsWith(what, this.#at)) return false;
    this.#at += what.length;
    return true;
  }

  #fault(reason: string, at = this.#at, problem = "xml-syntax"): FormatError {
    const { file } = this.#options;
    const { line, column } = positionAt(this.#text, at);
    return new FormatError(problem, `${file}:${line}:${column}: ${reason}`, {
      fields: { file, line, column },
      ...(problem === "xml-entity" ? { wayOut: "Write the character itself, or its number: &#x2014;." } : {}),
    });
  }
}

/** The character of `#38` or `#x26`, where XML allows it. */
function numbered(reference: string): string | undefined {
  const [, hexadecimal, decimal] = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}))$/.exec(reference) ?? [];
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  if (!(code <= 0x10ffff) || (code >= 0xd800 && code < 0xe000)) return undefined;
  const character = String.fromCodePoint(code);
  return NO_CHARACTER.test(character) ? undefined : character;
}

function codeName(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
