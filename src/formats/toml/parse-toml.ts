import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { decodeUtf8, positionAt } from "../text/utf8-text.js";

/** A value of a TOML file. Integers beyond 2^53 lose digits; dates are not read. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable;

export interface TomlTable {
  readonly [key: string]: TomlValue;
}

export interface TomlOptions {
  /** Name for messages. */
  readonly file: string;
  readonly limits: Limits;
}

/**
 * Reads TOML 1.0 without dates, multi-line strings and arrays of tables: what result and configuration files of Python
 * tools hold. Names like `__proto__` are plain keys. Cost: one pass; the text and its values in memory.
 * @throws {FormatError} `format/toml` with file, line and column; `format/too-large` beyond the limits; those of UTF-8.
 */
export function parseToml(bytes: Uint8Array, options: TomlOptions): TomlTable {
  return new TomlParser(decodeUtf8(bytes, options), options).document();
}

type Table = Record<string, TomlValue>;

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const NUMBER = /[+-]?(?:inf|nan|\d(?:_?\d)*(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?)/y;
const BASED = /0(?:x[0-9a-fA-F](?:_?[0-9a-fA-F])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)/y;
const AFTER_VALUE = /[\s,\]}#]/;
const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

class TomlParser {
  readonly #text: string;
  readonly #options: TomlOptions;
  readonly #root: Table = emptyTable();
  /** Tables that a header has opened. */
  readonly #opened = new Set<Table>();
  /** Tables that a dotted key has made: no header may open them. */
  readonly #dotted = new Set<Table>();
  /** Inline tables: nothing may be added to them. */
  readonly #inline = new Set<Table>();
  #at = 0;
  #values = 0;

  constructor(text: string, options: TomlOptions) {
    this.#text = text;
    this.#options = options;
  }

  document(): TomlTable {
    let table = this.#root;
    for (;;) {
      this.#skipSpace({ lines: true });
      if (this.#at >= this.#text.length) return this.#root;
      if (this.#peek() === "[") table = this.#header();
      else this.#pair(table);
      this.#endOfLine();
    }
  }

  #header(): Table {
    const start = this.#at;
    this.#at += 1;
    if (this.#peek() === "[") throw this.#fault("arrays of tables are not read", start);
    const path = this.#keys();
    this.#expect("]");
    const table = this.#tableAt(this.#root, path, start);
    if (this.#opened.has(table) || this.#dotted.has(table)) {
      throw this.#fault(`the table "${path.join(".")}" is defined twice`, start);
    }
    this.#opened.add(table);
    return table;
  }

  #pair(table: Table): void {
    const start = this.#at;
    const path = this.#keys();
    this.#expect("=");
    this.#skipSpace({});
    const name = path.pop() as string;
    const into = this.#tableAt(table, path, start);
    if (path.length > 0) this.#dotted.add(into);
    if (Object.hasOwn(into, name)) throw this.#fault(`the key "${name}" is given twice`, start);
    into[name] = this.#value(1);
  }

  #tableAt(from: Table, path: readonly string[], start: number): Table {
    if (path.length > this.#options.limits.depth) throw this.#tooLarge("nested keys", this.#options.limits.depth);
    let table = from;
    for (const key of path) {
      if (!Object.hasOwn(table, key)) {
        this.#count();
        table[key] = emptyTable();
      }
      const next = table[key];
      if (typeof next !== "object" || Array.isArray(next)) {
        throw this.#fault(`the key "${key}" has a value already and is no table`, start);
      }
      table = next as Table;
      if (this.#inline.has(table)) throw this.#fault(`the table "${key}" is complete already`, start);
    }
    return table;
  }

  #keys(): string[] {
    const keys: string[] = [];
    do {
      this.#skipSpace({});
      keys.push(this.#key());
      this.#skipSpace({});
    } while (this.#take("."));
    return keys;
  }

  #key(): string {
    const first = this.#peek();
    if (first === '"' || first === "'") return this.#string();
    BARE_KEY.lastIndex = this.#at;
    const key = BARE_KEY.exec(this.#text)?.[0];
    if (key === undefined) throw this.#fault("a key is expected here");
    this.#at += key.length;
    return key;
  }

  #value(depth: number): TomlValue {
    this.#count();
    if (depth > this.#options.limits.depth) throw this.#tooLarge("nested values", this.#options.limits.depth);
    const first = this.#peek();
    if (first === '"' || first === "'") return this.#string();
    if (first === "[") return this.#array(depth);
    if (first === "{") return this.#inlineTable(depth);
    for (const word of ["true", "false"] as const) {
      if (this.#text.startsWith(word, this.#at) && this.#endsAt(this.#at + word.length)) {
        this.#at += word.length;
        return word === "true";
      }
    }
    return this.#number();
  }

  #number(): number {
    for (const pattern of [BASED, NUMBER]) {
      pattern.lastIndex = this.#at;
      const word = pattern.exec(this.#text)?.[0];
      if (word === undefined || !this.#endsAt(this.#at + word.length)) continue;
      if (/^[+-]?0_?\d/.test(word)) throw this.#fault("a number does not begin with 0");
      this.#at += word.length;
      const digits = word.replaceAll("_", "");
      if (digits.endsWith("inf")) return digits.startsWith("-") ? -Infinity : Infinity;
      return digits.endsWith("nan") ? Number.NaN : Number(digits);
    }
    throw this.#fault("a value is expected here: a text, number, true, false, list or table");
  }

  #array(depth: number): TomlValue[] {
    const start = this.#at;
    this.#at += 1;
    const values: TomlValue[] = [];
    for (;;) {
      this.#skipSpace({ lines: true });
      if (this.#take("]")) return values;
      if (this.#at >= this.#text.length) throw this.#fault("this list has no end", start);
      values.push(this.#value(depth + 1));
      this.#skipSpace({ lines: true });
      if (this.#take("]")) return values;
      if (!this.#take(",")) {
        if (this.#at >= this.#text.length) throw this.#fault("this list has no end", start);
        throw this.#fault("a comma or ] is expected here");
      }
    }
  }

  #inlineTable(depth: number): Table {
    const table = emptyTable();
    this.#at += 1;
    this.#skipSpace({});
    if (this.#take("}")) return table;
    for (;;) {
      const start = this.#at;
      const path = this.#keys();
      this.#expect("=");
      this.#skipSpace({});
      const name = path.pop() as string;
      const into = this.#tableAt(table, path, start);
      if (Object.hasOwn(into, name)) throw this.#fault(`the key "${name}" is given twice`, start);
      into[name] = this.#value(depth + 1);
      this.#skipSpace({});
      if (this.#take("}")) break;
      this.#expect(",");
      this.#skipSpace({});
    }
    this.#inline.add(table);
    return table;
  }

  #string(): string {
    const start = this.#at;
    const quote = this.#peek() as string;
    if (this.#text.startsWith(quote.repeat(3), start)) throw this.#fault("texts over several lines are not read");
    this.#at += 1;
    let value = "";
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === "\n" || character === "\r") {
        throw this.#fault("this text has no end", start);
      }
      this.#at += 1;
      if (character === quote) return value;
      value += character === "\\" && quote === '"' ? this.#escape() : character;
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? "";
    this.#at += 1;
    if (Object.hasOwn(ESCAPES, letter)) return ESCAPES[letter] as string;
    const length = letter === "u" ? 4 : letter === "U" ? 8 : 0;
    const digits = this.#text.slice(this.#at, this.#at + length);
    const code = Number.parseInt(digits, 16);
    const valid = length > 0 && digits.length === length && /^[0-9a-fA-F]+$/.test(digits);
    if (!valid || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      throw this.#fault(`\\${letter} is no escape`, this.#at - 2);
    }
    this.#at += length;
    return String.fromCodePoint(code);
  }

  #skipSpace({ lines = false }: { lines?: boolean }): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === " " || character === "\t") this.#at += 1;
      else if (lines && (character === "\n" || character === "\r")) this.#at += 1;
      else if (character === "#" && lines) {
        while (this.#at < this.#text.length && this.#text[this.#at] !== "\n") this.#at += 1;
      } else return;
    }
  }

  #endOfLine(): void {
    this.#skipSpace({});
    const character = this.#peek();
    if (character === undefined || character === "#" || character === "\n" || character === "\r") return;
    throw this.#fault("the line should end here");
  }

  #endsAt(offset: number): boolean {
    const character = this.#text[offset];
    return character === undefined || AFTER_VALUE.test(character);
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    this.#skipSpace({});
    if (!this.#take(character)) throw this.#fault(`${character} is expected here`);
  }

  #count(): void {
    this.#values += 1;
    if (this.#values > this.#options.limits.entries) throw this.#tooLarge("values", this.#options.limits.entries);
  }

  #tooLarge(what: string, limit: number): FormatError {
    const { file } = this.#options;
    return new FormatError("too-large", `${file}: more than ${limit} ${what}`, { fields: { file, limit } });
  }

  #fault(message: string, at = this.#at): FormatError {
    const { file } = this.#options;
    const { line, column } = positionAt(this.#text, at);
    return new FormatError("toml", `${file}:${line}:${column}: ${message}`, { fields: { file, line, column } });
  }
}

function emptyTable(): Table {
  // No prototype: `__proto__` is a key like any other.
  return Object.create(null) as Table;
}
