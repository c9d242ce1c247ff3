import { CHARACTER_OF_BYTE, tokenOfBytes } from "./byte-alphabet.js";
import { SymbolMerger } from "./merge-symbols.js";
import type { Merges } from "./merge-table.js";
import { type PieceReader, PieceTokenizer } from "./piece-tokenizer.js";
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

/** Tokens of texts by a byte-level byte-pair encoding. */
export function bytePairTokenizer(model: BytePairModel): PieceTokenizer {
  return new PieceTokenizer({
    tokens: model.tokens,
    split: model.split,
    reader: new BytePairReader(model),
    prefix: (text) => (model.prefixSpace && text !== "" && !text.startsWith(" ") ? " " : ""),
    finish: (text) => text,
  });
}

class BytePairReader implements PieceReader {
  readonly #model: BytePairModel;
  readonly #merger: SymbolMerger;
  readonly #utf8 = new Utf8Units();
  symbols = new Int32Array(256);
  origin = new Int32Array(256);

  constructor(model: BytePairModel) {
    this.#model = model;
    this.#merger = new SymbolMerger(model.merges);
  }

  get codePoints(): number {
    return this.#utf8.codePoints;
  }

  read(text: string, start: number, end: number): number {
    const utf8 = this.#utf8;
    utf8.encode(text, start, end);
    if (utf8.length > this.symbols.length) {
      this.symbols = new Int32Array(utf8.bytes.length);
      this.origin = new Int32Array(utf8.bytes.length);
    }
    const whole = this.#model.whole?.get(tokenOfBytes(utf8.bytes, 0, utf8.length));
    if (whole !== undefined) {
      this.symbols[0] = whole;
      this.origin[0] = 0;
      return 1;
    }
    for (let i = 0; i < utf8.length; i++) {
      this.symbols[i] = this.#model.byteTokens[utf8.bytes[i] as number] as number;
      this.origin[i] = utf8.codePoint[i] as number;
    }
    return this.#merger.merge(this.symbols, this.origin, utf8.length);
  }
}

/** Tokens for the single bytes, numbered in an order of the bytes. */
export function byteTokensInOrder(order: readonly number[]): Int32Array {
  const tokens = new Int32Array(CHARACTER_OF_BYTE.length);
  for (const [id, byte] of order.entries()) tokens[byte] = id;
  return tokens;
}
