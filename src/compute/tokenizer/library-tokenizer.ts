import { UsageError } from "../../base/errors.js";
import { definitionFault, type Fields, isFields } from "./definition-fault.js";
import { unknownToken } from "./piece-tokenizer.js";
import { placesOfTokens, type TokenSpelling } from "./token-places.js";
import type { Encoding, Tokenizer } from "./tokenizer.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** What HuggingFace's library offers that is used here. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: (number | undefined)[]; tokens: string[] };
  decode(ids: number[], options: { clean_up_tokenization_spaces: boolean }): string;
  readonly normalizer: unknown;
}

/** Marks tokens that no text can hold: texts are well-formed, and this is half of a character. */
const HIDDEN = "\ud800";

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Any tokenizer that HuggingFace's library for JavaScript reads: Unigram, WordPiece, byte-pair encodings with
 * normalisation. Places are found by laying the tokens along the text; where that fails they are left empty. Some 0.1 to
 * 1 MB of text per second.
 * @throws {FormatError} for parts that the library does not know.
 */
export async function openLibraryTokenizer(json: TokenizerJson): Promise<Tokenizer> {
  const { Tokenizer: Library } = await import("@huggingface/tokenizers");
  // No tokens for beginnings and ends are asked for: what would add them need not be understood.
  const parts = { normalizer: null, pre_tokenizer: null, decoder: null, ...json.fields, post_processor: null };
  const make = (fields: Fields): LibraryTokenizer => {
    try {
      return new Library(fields, {}) as unknown as LibraryTokenizer;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const wayOut = "Tokenize with the model's own software, and bring token scores with their token numbers.";
      throw definitionFault({ file: json.file, place: "the tokenizer" }, `cannot be run: ${message}`, wayOut);
    }
  };
  const preTokenizer = splitAtSpaces(parts.pre_tokenizer);
  const reader = make({ ...parts, pre_tokenizer: preTokenizer, added_tokens: [], model: hideAdded(json) });
  const writer = make({ ...parts, added_tokens: json.fields.added_tokens ?? [] });
  const spelling = spellingOf(json, reader);
  return {
    vocabulary: json.size,
    encode: (text) => encodeWith(reader, text, json, spelling),
    decode(given) {
      const ids = Array.from(given);
      for (const [at, id] of ids.entries()) {
        if (!Number.isInteger(id) || id < 0 || id >= json.size) throw unknownToken(id, at, json.size);
      }
      return ids.length === 0 ? "" : writer.decode(ids, { clean_up_tokenization_spaces: false });
    },
  };
}

function encodeWith(reader: LibraryTokenizer, given: string, json: TokenizerJson, spelling: TokenSpelling): Encoding {
  const text = given.replace(LONE_SURROGATE, "\ufffd");
  if (text === "") return { ids: new Int32Array(0), charStart: new Int32Array(0) };
  let found: ReturnType<LibraryTokenizer["encode"]>;
  try {
    found = reader.encode(text, { add_special_tokens: false });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UsageError("text-too-long", `${json.file}: a text of ${text.length} characters is too long for it`, {
      fields: { file: json.file, characters: text.length },
      wayOut: "Cut the documents into segments.",
      cause,
    });
  }
  const missing = found.ids.findIndex((id) => id === undefined || id === null);
  if (missing >= 0) {
    const token = String(found.tokens[missing]).slice(0, 40);
    throw new UsageError("no-token", `${json.file}: it has no token for "${token}", nor one for what is unknown`, {
      fields: { file: json.file, text: token },
    });
  }
  const charStart = placesOfTokens(text, found.tokens, spelling);
  return { ids: Int32Array.from(found.ids as number[]), charStart: charStart ?? new Int32Array(0) };
}

function spellingOf({ model, fields }: TokenizerJson, reader: LibraryTokenizer): TokenSpelling {
  const { normalizer } = reader;
  const mark = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const prefix = mark(model.continuing_subword_prefix);
  const suffix = mark(model.end_of_word_suffix);
  return {
    normalize: typeof normalizer === "function" ? (text) => String(normalizer(text)) : (text) => text,
    byteLevel: JSON.stringify(fields.pre_tokenizer ?? null).includes('"ByteLevel"'),
    ...(prefix === undefined ? {} : { prefix }),
    ...(suffix === undefined ? {} : { suffix }),
  };
}

/**
 * Metaspace cuts text before every space unless it is told not to; the library knows only the latter, so the cut is
 * spelt out.
 */
function splitAtSpaces(value: unknown): unknown {
  if (!isFields(value)) return value;
  if (value.type === "Sequence" && Array.isArray(value.pretokenizers)) {
    return { ...value, pretokenizers: value.pretokenizers.map(splitAtSpaces) };
  }
  if (value.type !== "Metaspace" || value.split === false) return value;
  const mark = typeof value.replacement === "string" && value.replacement.length === 1 ? value.replacement : "▁";
  const unit = `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const pattern = { Regex: `${unit}?[^${unit}]+|${unit}` };
  return { type: "Sequence", pretokenizers: [value, { type: "Split", pattern, behavior: "Isolated", invert: false }] };
}

/** The model with added tokens and tokens of single bytes out of reach of text: `<s>` in a text is three letters. */
function hideAdded({ model, added }: TokenizerJson): Fields {
  const hidden = (token: string) => added.has(token) || /^<0x[0-9A-F]{2}>$/.test(token);
  const hide = (token: unknown) => (typeof token === "string" && hidden(token) ? `${HIDDEN}${token}` : token);
  const { vocab } = model;
  if (Array.isArray(vocab)) {
    return { ...model, vocab: vocab.map(([token, score]: [string, number]) => [hide(token), score]) };
  }
  if (model.type !== "WordPiece" || !isFields(vocab)) return model;
  const entries = Object.entries(vocab).map(([token, id]) => [hide(token), id] as [string, unknown]);
  return { ...model, unk_token: hide(model.unk_token), vocab: Object.fromEntries(entries) };
}
