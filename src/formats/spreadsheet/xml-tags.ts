import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { decodeUtf8, positionAt } from "../text/utf8-text.js";

/** One tag of an XML text; offsets count characters. */
export interface XmlTag {
  /** Name without its namespace prefix. */
  readonly name: string;
  readonly kind: "open" | "close" | "empty";
  /** The whole text that the offsets belong to. */
  readonly text: string;
  /** Where `<` stands, and the first offset behind `>`. */
  readonly start: number;
  readonly end: number;
  /** Where the attributes begin and end. */
  readonly attributesStart: number;
  readonly attributesEnd: number;
}

interface XmlSource {
  readonly text: string;
  /** Name for messages: `file.xlsx: xl/workbook.xml`. */
  readonly where: string;
  readonly file: string;
  readonly limits: Limits;
}

/** The text of an XML part: UTF-8 only. @throws {FormatError} `not-utf8`, `utf-16`, `spreadsheet-invalid`. */
export function xmlText(bytes: Uint8Array, { where, file, limits }: Omit<XmlSource, "text">): string {
  const text = decodeUtf8(bytes, { file: where, limits });
  const declared = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(text.slice(0, 200))?.[1];
  if (declared !== undefined && !/^(utf-?8|us-ascii)$/i.test(declared)) {
    throw new FormatError("spreadsheet-invalid", `${where}: XML in ${declared}, not UTF-8`, { fields: { file } });
  }
  return text;
}

function fault({ text, where, file }: XmlSource, reason: string, at: number): FormatError {
  const { line, column } = positionAt(text, at);
  return new FormatError("spreadsheet-invalid", `${where}:${line}:${column}: ${reason}`, {
    fields: { file, line, column },
  });
}

const TAB = 9;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;
const SLASH = 47;
const COLON = 58;
const EQUALS = 61;
const GREATER = 62;

function isSpace(unit: number): boolean {
  return unit === SPACE || (unit >= TAB && unit <= 13);
}

/** First offset behind the `>` that ends a tag; those inside quotes do not count. */
function tagEnd(source: XmlSource, start: number): number {
  const { text } = source;
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === GREATER) return i + 1;
    if (unit === QUOTE || unit === APOSTROPHE) {
      i = text.indexOf(unit === QUOTE ? '"' : "'", i + 1);
      if (i < 0) break;
    }
  }
  throw fault(source, "the XML ends inside a tag", start);
}

/** First offset behind a name. */
function nameEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === GREATER || unit === SLASH || unit === EQUALS || isSpace(unit)) break;
  }
  return at;
}

/**
 * Calls `visit` with every tag of an XML text in order. Checks that tags are balanced, nested at most `limits.depth`
 * deep and that nothing is left open; refuses document types and with them entities. Cost: one pass.
 * @throws {FormatError} `spreadsheet-invalid` with line and column.
 */
export function visitXmlTags(source: XmlSource, visit: (tag: XmlTag) => void): void {
  const { text, limits } = source;
  const open: string[] = [];
  let roots = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    const next = text.charCodeAt(at + 1);
    if (next === 33 || next === 63) {
      at = skipMarkup(source, at);
      continue;
    }
    const end = tagEnd(source, at);
    const closing = next === SLASH;
    const empty = !closing && text.charCodeAt(end - 2) === SLASH;
    const nameStart = at + (closing ? 2 : 1);
    const attributesStart = nameEnd(text, nameStart);
    if (attributesStart === nameStart) throw fault(source, "a tag without a name", at);
    const full = text.slice(nameStart, attributesStart);
    if (closing) {
      if (open.pop() !== full) throw fault(source, `</${full.slice(0, 80)}> closes what is not open`, at);
    } else {
      if (open.length === 0 && ++roots > 1) throw fault(source, "a second root element", at);
      if (open.length >= limits.depth) throw fault(source, `elements nested more than ${limits.depth} deep`, at);
      if (!empty) open.push(full);
    }
    const name = full.slice(full.indexOf(":") + 1);
    const kind = closing ? "close" : empty ? "empty" : "open";
    visit({ name, kind, text, start: at, end, attributesStart, attributesEnd: end - (empty ? 2 : 1) });
    at = end;
  }
  if (open.length > 0 || roots === 0) {
    throw fault(source, open.length > 0 ? `<${open.at(-1)}> is never closed` : "there is no element", text.length);
  }
}

function skipMarkup(source: XmlSource, at: number): number {
  const { text } = source;
  const [close, width] = text.startsWith("<!--", at) ? ["-->", 3] : text.startsWith("<?", at) ? ["?>", 2] : ["]]>", 3];
  if (close === "]]>" && !text.startsWith("<![CDATA[", at))
    throw fault(source, "a document type, which is refused", at);
  const end = text.indexOf(close as string, at);
  if (end < 0) throw fault(source, "the XML ends inside a comment or section", at);
  return end + (width as number);
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Text with its character references replaced; unknown ones stay as they are. */
export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] as string;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

/**
 * Value of an attribute, by its name without prefix; undefined when absent, the first when there are several. Stops at
 * whatever is not `name="value"`.
 */
export function attribute(tag: XmlTag, name: string): string | undefined {
  const { text, kind, attributesEnd: stop } = tag;
  if (kind === "close") return undefined;
  let at = tag.attributesStart;
  while (at < stop) {
    while (at < stop && isSpace(text.charCodeAt(at))) at += 1;
    let from = at;
    let end = at;
    for (; end < stop; end++) {
      const unit = text.charCodeAt(end);
      if (unit === COLON) from = end + 1;
      else if (unit === EQUALS || isSpace(unit)) break;
    }
    at = end;
    while (at < stop && isSpace(text.charCodeAt(at))) at += 1;
    if (at >= stop || text.charCodeAt(at) !== EQUALS) return undefined;
    at += 1;
    while (at < stop && isSpace(text.charCodeAt(at))) at += 1;
    const quote = text.charCodeAt(at);
    if (at >= stop || (quote !== QUOTE && quote !== APOSTROPHE)) return undefined;
    let close = at + 1;
    while (close < stop && text.charCodeAt(close) !== quote) close += 1;
    if (end - from === name.length && text.startsWith(name, from)) return unescapeXml(text.slice(at + 1, close));
    at = close + 1;
  }
  return undefined;
}
