import { UsageError } from "../../base/errors.js";
import { CHARACTER_OF_BYTE, tokenOfBytes } from "./byte-alphabet.js";
import { GrowingInt32 } from "./growing-int32.js";
import { SymbolMerger } from "./merge-symbols.js";
import type { Merges } from "./merge-table.js";
import { PieceTable } from "./piece-table.js";
import type { Encoding, Tokenizer } from "./tokenizer.js";
import { Utf8Units } from "./utf8-units.js";
import type { TextSplit } from "./word-split.js";

/** A byte-level byte-pair encoding. */
export interface BytePairModel {
  /** Bytes of every token by its number; empty for numbers that no token has. */
  readonly tokens: readonly Uint8Array[];
  /** Token of every single byte. */
  readonly byteTokens: Int32Array;
  readonly merges: Merges;
  /** How text is cut before. */
  readonly split: TextSplit;
  /** Pieces, in the characters of the byte alphabet, that stay whole whatever the merges say (Llama 3): their tokens. */
  readonly whole?: ReadonlyMap<string, number>;
  /** A space is put before texts that do not begin with one (RoBERTa). */
  readonly prefixSpace?: boolean;
}

/** UTF-16 units of the longest piece that is remembered, most pieces and most units together: about 40 MiB. */
const LONGEST_KEPT = 64;
const MOST_KEPT = 1 << 19;
const MOST_UNITS_KEPT = 1 << 22;

/**
 * Tokens of texts by a byte-level byte-pair encoding. Pieces seen before are looked up, not merged again; what is
 * remembered is bounded and has no effect on the result. Some 10 MB of prose per second.
 */
export class BytePairTokenizer implements Tokenizer {
  readonly vocabulary: number;
  readonly #model: BytePairModel;
  readonly #merger: SymbolMerger;
  readonly #known = new PieceTable();
  /** Where the tokens of each remembered piece end in the two lists below, and its code points. */
  readonly #ends = new GrowingInt32();
  readonly #codePoints = new GrowingInt32();
  readonly #keptIds = new GrowingInt32();
  readonly #keptStarts = new GrowingInt32();
  readonly #utf8 = new Utf8Units();
  #symbols = new Int32Array(256);
  #origin = new Int32Array(256);

  constructor(model: BytePairModel) {
    this.vocabulary = model.tokens.length;
    this.#model = model;
    this.#merger = new SymbolMerger(model.merges);
  }

  encode(text: string): Encoding {
    const prefixed = this.#model.prefixSpace && text !== "" && !text.startsWith(" ");
    const given = prefixed ? ` ${text}` : text;
    const ids = new GrowingInt32(given.length >> 1);
    const starts = new GrowingInt32(given.length >> 1);
    // Place in UTF-16 units and in code points up to which the text is accounted for.
    let unit = 0;
    let codePoint = prefixed ? -1 : 0;
    this.#model.split(given, (start, end) => {
      if (unit < start) codePoint += countCodePoints(given, unit, start);
      codePoint += this.#piece(given, start, end, codePoint, ids, starts);
      unit = end;
    });
    if (prefixed) for (let i = 0; i < starts.length && (starts.values[i] as number) < 0; i++) starts.values[i] = 0;
    return { ids: ids.toArray(), charStart: starts.toArray() };
  }

  decode(ids: ArrayLike<number>): string {
    const { tokens } = this.#model;
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
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
  }

  /** Appends the tokens of a piece that begins at a code point. @returns Its code points. */
  #piece(text: string, start: number, end: number, place: number, ids: GrowingInt32, starts: GrowingInt32): number {
    if (end - start > LONGEST_KEPT) {
      const n = this.#merge(text, start, end);
      append(ids, this.#symbols, 0, n, 0);
      append(starts, this.#origin, 0, n, place);
      return this.#utf8.codePoints;
    }
    const size = this.#known.size;
    const piece = this.#known.intern(text, start, end);
    if (piece === size) {
      const n = this.#merge(text, start, end);
      append(this.#keptIds, this.#symbols, 0, n, 0);
      append(this.#keptStarts, this.#origin, 0, n, 0);
      this.#ends.push(this.#keptIds.length);
      this.#codePoints.push(this.#utf8.codePoints);
    }
    const from = piece === 0 ? 0 : (this.#ends.values[piece - 1] as number);
    const to = this.#ends.values[piece] as number;
    append(ids, this.#keptIds.values, from, to, 0);
    append(starts, this.#keptStarts.values, from, to, place);
    const codePoints = this.#codePoints.values[piece] as number;
    if (this.#known.size >= MOST_KEPT || this.#known.units >= MOST_UNITS_KEPT) this.#forget();
    return codePoints;
  }

  /** Tokens of a piece into `#symbols`, the code point at which each begins into `#origin`. @returns How many. */
  #merge(text: string, start: number, end: number): number {
    const utf8 = this.#utf8;
    utf8.encode(text, start, end);
    if (utf8.length > this.#symbols.length) {
      this.#symbols = new Int32Array(utf8.bytes.length);
      this.#origin = new Int32Array(utf8.bytes.length);
    }
    const whole = this.#model.whole?.get(tokenOfBytes(utf8.bytes, 0, utf8.length));
    if (whole !== undefined) {
      this.#symbols[0] = whole;
      this.#origin[0] = 0;
      return 1;
    }
    for (let i = 0; i < utf8.length; i++) {
      this.#symbols[i] = this.#model.byteTokens[utf8.bytes[i] as number] as number;
      this.#origin[i] = utf8.codePoint[i] as number;
    }
    return this.#merger.merge(this.#symbols, this.#origin, utf8.length);
  }

  #forget(): void {
    this.#known.clear();
    for (const list of [this.#ends, this.#codePoints, this.#keptIds, this.#keptStarts]) list.length = 0;
  }
}

/** Tokens for the single bytes, in GPT-2's order, and one for every merge. */
export function byteTokensInOrder(order: readonly number[]): Int32Array {
  const tokens = new Int32Array(CHARACTER_OF_BYTE.length);
  for (const [id, byte] of order.entries()) tokens[byte] = id;
  return tokens;
}

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
