import { readMerges } from "./byte-pair-definition.js";
import { type Fields, isFields } from "./definition-fault.js";
import { SymbolMerger } from "./merge-symbols.js";
import type { Merges } from "./merge-table.js";
import { type PieceReader, PieceTokenizer } from "./piece-tokenizer.js";
import type { TokenizerJson } from "./tokenizer-json.js";
import type { PieceSink, TextSplit } from "./word-split.js";

/** What stands for a space in sentencepiece's tokens. */
const MARK = "▁";

/** A byte-pair encoding of characters in which unknown ones fall back to bytes: sentencepiece's (Llama 1 and 2). */
export interface SentencePieceModel {
  readonly tokens: readonly Uint8Array[];
  /** Token of every character that has one. */
  readonly characters: ReadonlyMap<string, number>;
  /** Token of every byte. */
  readonly byteTokens: Int32Array;
  readonly merges: Merges;
  /** Texts can be cut before spaces, for no token has one behind another character. */
  readonly cutAtSpaces: boolean;
  /** A space is put before a text: always, where it does not begin with one, never. */
  readonly prefix: "always" | "unless-space" | "never";
  /** One space at the beginning is left out when decoding. */
  readonly strip: boolean;
}

/**
 * The encoding of this kind that a `tokenizer.json` defines, as conversions of sentencepiece models write it.
 * @returns undefined for every other kind.
 * @throws {FormatError} for merges of unknown tokens.
 */
export function sentencePieceModel(json: TokenizerJson): SentencePieceModel | undefined {
  const { file, fields, model, vocabulary, added, size } = json;
  if (model.type !== "BPE" || model.byte_fallback !== true || !Array.isArray(model.merges)) return undefined;
  if (model.continuing_subword_prefix || model.end_of_word_suffix || model.ignore_merges) return undefined;
  const prefix = prefixOf(fields);
  const strip = stripOf(fields.decoder);
  if (prefix === undefined || strip === undefined) return undefined;
  const byteNames = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const byteTokens = Int32Array.from(byteNames, (name) => vocabulary.get(name) ?? -1);
  if (byteTokens.includes(-1)) return undefined;
  const utf8 = new TextEncoder();
  const tokens: Uint8Array[] = new Array(size).fill(new Uint8Array(0));
  const characters = new Map<string, number>();
  for (const [token, id] of vocabulary) {
    tokens[id] = utf8.encode(token.replaceAll(MARK, " "));
    const [first] = token;
    if (first === token && !added.has(token)) characters.set(token, id);
  }
  for (const [byte, id] of byteTokens.entries()) tokens[id] = Uint8Array.of(byte);
  for (const [token, id] of added) tokens[id] = utf8.encode(token);
  const merges = readMerges(model.merges, vocabulary, file);
  const made = new Set(merges.result);
  const cutAtSpaces = ![...vocabulary].some(([token, id]) => made.has(id) && /[^▁]▁/u.test(token));
  return { tokens, characters, byteTokens, merges, cutAtSpaces, prefix, strip };
}

/** Tokens of texts by such an encoding. */
export function sentencePieceTokenizer(model: SentencePieceModel): PieceTokenizer {
  const spaced = (text: string) => text.startsWith(" ") || text.startsWith(MARK);
  return new PieceTokenizer({
    tokens: model.tokens,
    split: model.cutAtSpaces ? cutBeforeSpaces : (text, piece) => text !== "" && piece(0, text.length),
    reader: new CharacterReader(model),
    prefix: (text) =>
      text === "" || model.prefix === "never" || (model.prefix === "unless-space" && spaced(text)) ? "" : " ",
    finish: (text) => (model.strip && text.startsWith(" ") ? text.slice(1) : text),
  });
}

/** How the text is prepared: `▁` for spaces, one before it or not. Undefined for anything else. */
function prefixOf({ normalizer, pre_tokenizer: cut }: Fields): SentencePieceModel["prefix"] | undefined {
  const steps = listOf(normalizer, "normalizers");
  const replaces = (step: Fields | undefined) =>
    step?.type === "Replace" && isFields(step.pattern) && step.pattern.String === " " && step.content === MARK;
  if (isFields(cut) && cut.type === "Metaspace") {
    if (steps.length > 0 || cut.split !== false || (cut.replacement ?? MARK) !== MARK) return undefined;
    return cut.prepend_scheme === "never" ? "never" : "unless-space";
  }
  // A split at spaces, when none are left, is none (Gemma).
  const idle = isFields(cut) && cut.type === "Split" && isFields(cut.pattern) && cut.pattern.String === " ";
  if (cut !== null && cut !== undefined && !idle) return undefined;
  const [first, second] = steps;
  if (steps.length === 1 && replaces(first)) return "never";
  if (steps.length === 2 && first?.type === "Prepend" && first.prepend === MARK && replaces(second)) return "always";
  return undefined;
}

/** Whether the decoder leaves out a space at the beginning. Undefined for one that does something else. */
function stripOf(decoder: unknown): boolean | undefined {
  const steps = listOf(decoder, "decoders");
  const [replace, bytes, fuse, strip, ...more] = steps;
  if (replace?.type !== "Replace" || !isFields(replace.pattern) || replace.pattern.String !== MARK) return undefined;
  if (replace.content !== " " || bytes?.type !== "ByteFallback" || fuse?.type !== "Fuse") return undefined;
  if (strip === undefined) return false;
  return more.length === 0 && strip.type === "Strip" && strip.content === " " && strip.start === 1 && !strip.stop
    ? true
    : undefined;
}

function listOf(value: unknown, key: string): Fields[] {
  if (!isFields(value)) return [];
  const list = value.type === "Sequence" ? value[key] : [value];
  return Array.isArray(list) ? list.filter(isFields) : [];
}

/** Pieces that begin with their spaces. */
const cutBeforeSpaces: TextSplit = (text: string, piece: PieceSink) => {
  let start = 0;
  let before = true;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const space = unit === 0x20 || unit === 0x2581;
    if (space && !before) {
      piece(start, i);
      start = i;
    }
    before = space;
  }
  if (start < text.length) piece(start, text.length);
};

class CharacterReader implements PieceReader {
  readonly #model: SentencePieceModel;
  readonly #merger: SymbolMerger;
  readonly #utf8 = new TextEncoder();
  symbols = new Int32Array(256);
  origin = new Int32Array(256);
  codePoints = 0;

  constructor(model: SentencePieceModel) {
    this.#model = model;
    this.#merger = new SymbolMerger(model.merges);
  }

  read(text: string, start: number, end: number): number {
    // A code point has at most four bytes, each of which may be a token.
    if ((end - start) * 4 > this.symbols.length) {
      this.symbols = new Int32Array((end - start) * 8);
      this.origin = new Int32Array((end - start) * 8);
    }
    let n = 0;
    this.codePoints = 0;
    for (const character of text.slice(start, end)) {
      const token = this.#model.characters.get(character === " " ? MARK : character);
      if (token !== undefined) this.#push(n++, token);
      else for (const byte of this.#utf8.encode(character)) this.#push(n++, this.#model.byteTokens[byte] as number);
      this.codePoints++;
    }
    return this.#merger.merge(this.symbols, this.origin, n);
  }

  #push(at: number, token: number): void {
    this.symbols[at] = token;
    this.origin[at] = this.codePoints;
  }
}
