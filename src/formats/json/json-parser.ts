import { frame } from "../../base/diagnostics.js";
import { FormatError } from "../../base/errors.js";
import { positionAt } from "../text/utf8-text.js";
import { JsonObject, type JsonValue, type OrderedJsonValue } from "./json-value.js";

interface ParserOptions {
  readonly file: string;
  readonly ordered: boolean;
  readonly nonFinite: boolean;
  readonly duplicateKeys: "error" | "last";
}

type Parsed = JsonValue | OrderedJsonValue;

const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Characters of a string up to the quote, an escape or a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: raw control characters are what JSON forbids in strings
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const WORD = /-?[A-Za-z]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const LITERALS: ReadonlyMap<string, null | boolean> = new Map([
  ["null", null],
  ["true", true],
  ["false", false],
]);
const NON_FINITE: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/**
 * RFC 8259 by recursive descent; accepts what JSON.parse accepts and nothing else, save for the options. The nesting
 * must have been bounded before.
 */
export class JsonParser {
  readonly #text: string;
  readonly #options: ParserOptions;
  #at = 0;

  constructor(text: string, options: ParserOptions) {
    this.#text = text;
    this.#options = options;
  }

  /** The one value of the text. @throws {FormatError} `json-syntax`, `json-duplicate-key`. */
  parse(): Parsed {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected("the end of the text");
    return value;
  }

  #value(): Parsed {
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#numberOrWord();
    }
  }

  #object(): Parsed {
    const { ordered } = this.#options;
    const object = ordered ? new JsonObject() : {};
    this.#at += 1;
    this.#skipSpace();
    if (this.#take("}")) return object;
    for (;;) {
      this.#skipSpace();
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') throw this.#unexpected("a key in double quotes");
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(":")) throw this.#unexpected('":"');
      const value = this.#value();
      this.#put(object, key, value, keyAt);
      this.#skipSpace();
      if (this.#take("}")) return object;
      if (!this.#take(",")) throw this.#unexpected('"," or "}"');
    }
  }

  #put(object: JsonObject | { [key: string]: JsonValue }, key: string, value: Parsed, keyAt: number): void {
    const known = object instanceof JsonObject ? object.has(key) : Object.hasOwn(object, key);
    if (known && this.#options.duplicateKeys === "error") {
      throw this.#fault("json-duplicate-key", `the key ${JSON.stringify(key)} occurs twice in one object`, keyAt);
    }
    if (object instanceof JsonObject) object.set(key, value as OrderedJsonValue);
    else if (key === "__proto__") {
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    } else object[key] = value as JsonValue;
  }

  #array(): Parsed {
    const values: Parsed[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#take("]")) return values as JsonValue[];
    for (;;) {
      values.push(this.#value());
      this.#skipSpace();
      if (this.#take("]")) return values as JsonValue[];
      if (!this.#take(",")) throw this.#unexpected('"," or "]"');
    }
  }

  #string(): string {
    const opened = this.#at;
    this.#at += 1;
    let value = this.#match(PLAIN_CHARACTERS);
    for (;;) {
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at += 1;
        return value;
      }
      if (next === undefined) throw this.#fault("json-syntax", "a string is never closed", opened);
      if (next !== "\\") throw this.#fault("json-syntax", "a raw control character in a string", this.#at);
      value += this.#escape();
      value += this.#match(PLAIN_CHARACTERS);
    }
  }

  #escape(): string {
    const kind = this.#text[this.#at + 1] ?? "";
    if (kind === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits))
        throw this.#fault("json-syntax", "\\u needs four hexadecimal digits", this.#at);
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const value = Object.hasOwn(ESCAPES, kind) ? ESCAPES[kind] : undefined;
    if (value === undefined) throw this.#fault("json-syntax", `an unknown escape \\${kind}`, this.#at);
    this.#at += 2;
    return value;
  }

  #numberOrWord(): Parsed {
    const at = this.#at;
    const digits = this.#match(NUMBER);
    if (digits !== "") return Number(digits);
    const word = this.#match(WORD);
    const literal = LITERALS.get(word);
    if (literal !== undefined) return literal;
    const number = NON_FINITE.get(word);
    if (number !== undefined && this.#options.nonFinite) return number;
    this.#at = at;
    if (number !== undefined) throw this.#fault("json-syntax", `${word} is not JSON`, at);
    throw this.#unexpected("a value");
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return "";
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #skipSpace(): void {
    if (this.#text.charCodeAt(this.#at) <= 32) this.#match(WHITE_SPACE);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(expected: string): FormatError {
    const found = this.#text[this.#at];
    const what = found === undefined ? "the text ends" : `${JSON.stringify(found)} stands`;
    return this.#fault("json-syntax", `${what} where ${expected} is expected`, this.#at);
  }

  #fault(problem: string, message: string, at: number): FormatError {
    const { file } = this.#options;
    const { line, column } = positionAt(this.#text, at);
    const shown = frame(this.#text, line, column);
    return new FormatError(problem, `${file}:${line}:${column}: ${message}\n${shown}`, {
      fields: { file, line, column, frame: shown },
    });
  }
}
