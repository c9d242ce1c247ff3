import { UsageError } from "../../base/errors.js";
import { GrowingInt32 } from "./growing-int32.js";
import { PieceTable } from "./piece-table.js";
import type { Encoding, Tokenizer } from "./tokenizer.js";
import type { TextSplit } from "./word-split.js";

/** Finds the tokens of one piece of text. */
export interface PieceReader {
  /** Tokens of the piece read last, and the code point of the piece at which each begins. */
  readonly symbols: Int32Array;
  readonly origin: Int32Array;
  /** Code points of the piece read last; a lone surrogate counts as one. */
  readonly codePoints: number;
  /** Reads `text.slice(start, end)`. @returns How many tokens it has. */
  read(text: string, start: number, end: number): number;
}

/** Parts of a tokenizer whose tokens do not cross from piece to piece. */
export interface PieceTokenizerParts {
  /** Bytes of every token by its number; empty for numbers that no token has. */
  readonly tokens: readonly Uint8Array[];
  /** How text is cut. */
  readonly split: TextSplit;
  readonly reader: PieceReader;
  /** One character put before a text, or nothing. */
  readonly prefix: (text: string) => string;
  /** The text of decoded bytes, without what {@link prefix} put before it. */
  readonly finish: (text: string) => string;
}

/** UTF-16 units of the longest piece that is remembered, most pieces and most units together: about 40 MiB. */
const LONGEST_KEPT = 64;
const MOST_KEPT = 1 << 19;
const MOST_UNITS_KEPT = 1 << 22;

/**
 * Tokens of texts piece by piece. Pieces seen before are looked up, not read again; what is remembered is bounded and has
 * no effect on the result. Some 10 MB of prose per second.
 */
export class PieceTokenizer implements Tokenizer {
  readonly vocabulary: number;
  readonly #parts: PieceTokenizerParts;
  readonly #known = new PieceTable();
  /** Where the tokens of each remembered piece end in the two lists below, and its code points. */
  readonly #ends = new GrowingInt32();
  readonly #codePoints = new GrowingInt32();
  readonly #keptIds = new GrowingInt32();
  readonly #keptStarts = new GrowingInt32();

  constructor(parts: PieceTokenizerParts) {
    this.vocabulary = parts.tokens.length;
    this.#parts = parts;
  }

  encode(text: string): Encoding {
    const prefix = this.#parts.prefix(text);
    const given = prefix + text;
    const ids = new GrowingInt32(given.length >> 1);
    const starts = new GrowingInt32(given.length >> 1);
    // Place in UTF-16 units and in code points up to which the text is accounted for.
    let unit = 0;
    let codePoint = -prefix.length;
    this.#parts.split(given, (start, end) => {
      if (unit < start) codePoint += countCodePoints(given, unit, start);
      codePoint += this.#piece(given, start, end, codePoint, ids, starts);
      unit = end;
    });
    for (let i = 0; i < starts.length && (starts.values[i] as number) < 0; i++) starts.values[i] = 0;
    return { ids: ids.toArray(), charStart: starts.toArray() };
  }

  decode(ids: ArrayLike<number>): string {
    const { tokens, finish } = this.#parts;
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const bytes = tokens[ids[i] as number];
      if (bytes === undefined) throw unknownToken(ids[i] as number, i, this.vocabulary);
      length += bytes.length;
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const bytes = tokens[ids[i] as number] as Uint8Array;
      all.set(bytes, at);
      at += bytes.length;
    }
    return finish(new TextDecoder("utf-8", { ignoreBOM: true }).decode(all));
  }

  /** Appends the tokens of a piece that begins at a code point. @returns Its code points. */
  #piece(text: string, start: number, end: number, place: number, ids: GrowingInt32, starts: GrowingInt32): number {
    const { reader } = this.#parts;
    if (end - start > LONGEST_KEPT) {
      const n = reader.read(text, start, end);
      append(ids, reader.symbols, 0, n, 0);
      append(starts, reader.origin, 0, n, place);
      return reader.codePoints;
    }
    const size = this.#known.size;
    const piece = this.#known.intern(text, start, end);
    if (piece === size) {
      const n = reader.read(text, start, end);
      append(this.#keptIds, reader.symbols, 0, n, 0);
      append(this.#keptStarts, reader.origin, 0, n, 0);
      this.#ends.push(this.#keptIds.length);
      this.#codePoints.push(reader.codePoints);
    }
    const from = piece === 0 ? 0 : (this.#ends.values[piece - 1] as number);
    const to = this.#ends.values[piece] as number;
    append(ids, this.#keptIds.values, from, to, 0);
    append(starts, this.#keptStarts.values, from, to, place);
    const codePoints = this.#codePoints.values[piece] as number;
    if (this.#known.size >= MOST_KEPT || this.#known.units >= MOST_UNITS_KEPT) this.#forget();
    return codePoints;
  }

  #forget(): void {
    this.#known.clear();
    for (const list of [this.#ends, this.#codePoints, this.#keptIds, this.#keptStarts]) list.length = 0;
  }
}

/** The error for a number that the tokenizer does not have. */
export function unknownToken(id: number, at: number, vocabulary: number): UsageError {
  return new UsageError("token-id", `token ${at} is ${id}: the tokenizer has numbers 0 to ${vocabulary - 1}`, {
    fields: { id, position: at, vocabulary },
    wayOut: "Read these tokens with the tokenizer that made them.",
  });
}

function append(to: GrowingInt32, from: Int32Array, start: number, end: number, add: number): void {
  to.reserve(end - start);
  const { values } = to;
  let at = to.length;
  for (let i = start; i < end; i++) values[at++] = (from[i] as number) + add;
  to.length = at;
}

function countCodePoints(text: string, start: number, end: number): number {
  let n = 0;
  for (let i = start; i < end; i++, n++) {
    const pair = (text.charCodeAt(i) & 0xfc00) === 0xd800 && i + 1 < end;
    if (pair && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return n;
}
