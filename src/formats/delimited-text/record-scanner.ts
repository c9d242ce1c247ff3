import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import type { DelimitedComment, DelimitedRecord } from "./delimited-table.js";

/** One character, several of which any separates, or runs of blanks and tabs. */
export type Separator = string | readonly string[] | "whitespace";

const CANDIDATES = [",", "\t", ";", "|"] as const;
const LF = 10;
const CR = 13;

interface ScannerOptions {
  readonly file: string;
  readonly limits: Limits;
  readonly separator: Separator;
  /** "" for none. */
  readonly quote: string;
  /** "" for none. */
  readonly comment: string;
  readonly trim: boolean;
}

/** The candidate that occurs most in the first line that is neither blank nor a comment; a comma when none does. */
export function detectSeparator(text: string, comment: string, quote: string): string {
  const line = /[^\r\n]+/g;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const [first] = match;
    if (first.trim() === "" || (comment !== "" && first.startsWith(comment))) continue;
    const bare =
      quote === ""
        ? first
        : first
            .split(quote)
            .filter((_part, i) => i % 2 === 0)
            .join("");
    const counts = CANDIDATES.map((candidate) => bare.split(candidate).length);
    return CANDIDATES[counts.indexOf(Math.max(...counts))] as string;
  }
  return ",";
}

function characterClass(characters: readonly string[]): RegExp {
  return new RegExp(`[${characters.map((c) => c.replace(/[\\\]^-]/g, "\\$&")).join("")}]`);
}

/** Splits text into records. Lines with a quote are walked by the rules of quoting, the others merely split. */
export class RecordScanner {
  readonly comments: DelimitedComment[] = [];
  readonly #text: string;
  readonly #options: ScannerOptions;
  /** The code unit of a single separator, or a pattern of several. */
  readonly #splitter: number | RegExp;
  readonly #separators: ReadonlySet<string>;
  #at = 0;
  #line = 1;
  #cells = 0;
  #nextQuote: number;
  #nextLineFeed = -1;
  #nextCarriageReturn = -1;

  constructor(text: string, options: ScannerOptions) {
    this.#text = text;
    this.#options = options;
    const { separator, quote } = options;
    const characters = typeof separator === "string" ? [separator] : separator;
    this.#separators = new Set(separator === "whitespace" ? [" ", "\t"] : characters);
    this.#splitter =
      separator === "whitespace"
        ? /[ \t]+/
        : characters.length === 1
          ? (characters[0] as string).charCodeAt(0)
          : characterClass(characters);
    this.#nextQuote = quote === "" || separator === "whitespace" ? text.length : -1;
  }

  /** All records; comments are collected on the way. */
  records(): DelimitedRecord[] {
    const { comment, limits, file } = this.#options;
    const out: DelimitedRecord[] = [];
    while (this.#at < this.#text.length) {
      const line = this.#line;
      const end = this.#lineEnd(this.#at);
      if (this.#isBlank(this.#at, end)) {
        this.#passLineEnd(end);
        continue;
      }
      if (comment !== "" && this.#text.startsWith(comment, this.#at)) {
        this.comments.push({ line, text: this.#text.slice(this.#at + comment.length, end) });
        this.#passLineEnd(end);
        continue;
      }
      let fields: string[];
      if (this.#quoteBefore(end)) fields = this.#quotedRecord();
      else {
        fields = this.#split(this.#text, this.#at, end);
        this.#passLineEnd(end);
      }
      this.#cells += fields.length;
      if (this.#cells > limits.cells) throw this.#tooMany("too-many-cells", "fields", limits.cells);
      if (out.length >= limits.entries) throw this.#tooMany("too-many-records", "records", limits.entries);
      out.push({ line, fields });
    }
    if (out.length === 0 && this.comments.length === 0) {
      throw new FormatError("empty", `${file}: only blank lines`, { fields: { file } });
    }
    return out;
  }

  /** The fields of one line of text apart from the file, such as a comment that holds column names. */
  splitLine(raw: string): string[] {
    return this.#split(raw, 0, raw.length);
  }

  /** Whether a line holds nothing. A line of tabs is a record of empty fields where tabs separate. */
  #isBlank(from: number, to: number): boolean {
    if (from === to) return true;
    const first = this.#text.charCodeAt(from);
    if (first > 32 && first < 127) return false;
    const raw = this.#text.slice(from, to);
    if (raw.trim() !== "") return false;
    if (this.#options.separator === "whitespace") return true;
    for (const character of raw) if (this.#separators.has(character)) return false;
    return true;
  }

  #quoteBefore(end: number): boolean {
    if (this.#nextQuote < this.#at) {
      const next = this.#text.indexOf(this.#options.quote, this.#at);
      this.#nextQuote = next < 0 ? this.#text.length : next;
    }
    return this.#nextQuote < end;
  }

  /** Both next line ends are remembered: looking for the absent kind at every line would be quadratic. */
  #lineEnd(from: number): number {
    const end = this.#text.length;
    if (this.#nextLineFeed < from) {
      const next = this.#text.indexOf("\n", from);
      this.#nextLineFeed = next < 0 ? end : next;
    }
    if (this.#nextCarriageReturn < from) {
      const next = this.#text.indexOf("\r", from);
      this.#nextCarriageReturn = next < 0 ? end : next;
    }
    return Math.min(this.#nextLineFeed, this.#nextCarriageReturn);
  }

  #passLineEnd(end: number): void {
    const crlf = this.#text.charCodeAt(end) === CR && this.#text.charCodeAt(end + 1) === LF;
    this.#at = end + (crlf ? 2 : 1);
    this.#line += 1;
  }

  #split(text: string, from: number, to: number): string[] {
    const { limits, trim } = this.#options;
    const most = limits.cells - this.#cells + 1;
    let fields: string[] = [];
    if (typeof this.#splitter === "number") {
      let start = from;
      for (let i = from; i < to && fields.length < most; i++) {
        if (text.charCodeAt(i) !== this.#splitter) continue;
        fields.push(text.slice(start, i));
        start = i + 1;
      }
      fields.push(text.slice(start, to));
    } else {
      const raw = text.slice(from, to);
      fields = (this.#options.separator === "whitespace" ? raw.trim() : raw).split(this.#splitter, most);
    }
    return trim ? fields.map((field) => field.trim()) : fields;
  }

  /** A record with at least one quote in its first line; it may run over several lines. */
  #quotedRecord(): string[] {
    const fields: string[] = [];
    const { limits, trim } = this.#options;
    for (;;) {
      const field = this.#quotedOrBareField();
      fields.push(trim ? field.trim() : field);
      if (this.#cells + fields.length > limits.cells) throw this.#tooMany("too-many-cells", "fields", limits.cells);
      if (this.#at >= this.#text.length) return fields;
      const next = this.#text.charCodeAt(this.#at);
      if (next === LF || next === CR) {
        this.#passLineEnd(this.#at);
        return fields;
      }
      this.#at += 1;
      if (this.#at >= this.#text.length) return [...fields, ""];
    }
  }

  #quotedOrBareField(): string {
    const { quote, trim } = this.#options;
    let start = this.#at;
    if (trim) while (this.#text[start] === " ") start += 1;
    if (this.#text[start] === quote) return this.#quotedField(start);
    return this.#text.slice(this.#at, this.#skipToFieldEnd());
  }

  #skipToFieldEnd(): number {
    const text = this.#text;
    while (this.#at < text.length && !this.#endsField(text[this.#at] as string)) this.#at += 1;
    return this.#at;
  }

  #endsField(character: string): boolean {
    return character === "\n" || character === "\r" || this.#separators.has(character);
  }

  #quotedField(start: number): string {
    const { quote, trim, file } = this.#options;
    const text = this.#text;
    const opened = this.#line;
    let value = "";
    let from = start + 1;
    for (;;) {
      const close = text.indexOf(quote, from);
      if (close < 0) {
        throw new FormatError("quote", `${file}:${opened}: a quoted field is never closed`, {
          fields: { file, line: opened },
        });
      }
      value += text.slice(from, close);
      if (text[close + 1] !== quote) {
        this.#at = close + 1;
        break;
      }
      value += quote;
      from = close + 2;
    }
    this.#line += countLineEnds(value);
    if (trim) while (text[this.#at] === " ") this.#at += 1;
    const next = text[this.#at];
    if (next !== undefined && !this.#endsField(next)) {
      throw new FormatError("quote", `${file}:${this.#line}: ${JSON.stringify(next)} after a closing quote`, {
        fields: { file, line: this.#line, value: next },
      });
    }
    return value;
  }

  #tooMany(problem: string, what: string, limit: number): FormatError {
    const { file } = this.#options;
    return new FormatError(problem, `${file}:${this.#line}: more than ${limit} ${what}`, {
      fields: { file, line: this.#line, limit },
    });
  }
}

function countLineEnds(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
