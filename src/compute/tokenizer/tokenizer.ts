/** The tokens of a text. */
export interface Encoding {
  /** Token numbers. */
  readonly ids: Int32Array;
  /**
   * Code point of the text at which each token begins, never decreasing; a token that starts inside a code point (one
   * split between tokens of single bytes) has the place of that code point. Empty where it is not known.
   */
  readonly charStart: Int32Array;
}

/** Text to token numbers and back. What it gives depends on its definition and the text alone. */
export interface Tokenizer {
  /** Number of tokens, those added to the vocabulary too: every number is below it. */
  readonly vocabulary: number;
  /**
   * Tokens of a text, without any for beginnings or ends. Whatever the text holds is text: `<|endoftext|>` in it gives
   * the tokens of its letters. Lone surrogates are read as U+FFFD.
   */
  encode(text: string): Encoding;
  /**
   * The text of tokens. Bytes that are no UTF-8 (a window that begins inside a code point) become U+FFFD.
   * @throws {UsageError} `usage/token-id` for a number outside of the vocabulary.
   */
  decode(ids: ArrayLike<number>): string;
}

export interface TokenizerOptions {
  /** Name for messages (default `tokenizer.json`). */
  readonly file?: string;
}

/**
 * Makes a tokenizer of the text of a `tokenizer.json`. Byte-level byte-pair encodings and those of sentencepiece run
 * here; all others in HuggingFace's library for JavaScript. Added tokens are never looked for in texts.
 * @throws {FormatError} where the text is not a tokenizer, naming the place.
 */
export async function openTokenizer(definition: string, options: TokenizerOptions = {}): Promise<Tokenizer> {
  const { file = "tokenizer.json" } = options;
  const { readTokenizerJson } = await import("./tokenizer-json.js");
  const { bytePairModel } = await import("./byte-pair-definition.js");
  const json = readTokenizerJson(definition, file);
  const model = await bytePairModel(json);
  if (model !== undefined) {
    const { bytePairTokenizer } = await import("./byte-pair-encoder.js");
    return bytePairTokenizer(model);
  }
  const { sentencePieceModel, sentencePieceTokenizer } = await import("./sentence-piece.js");
  const pieces = sentencePieceModel(json);
  if (pieces !== undefined) return sentencePieceTokenizer(pieces);
  const { openLibraryTokenizer } = await import("./library-tokenizer.js");
  return openLibraryTokenizer(json);
}
