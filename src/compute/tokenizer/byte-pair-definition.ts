import { bytesOfToken, CHARACTER_OF_BYTE, tokenOfBytes } from "./byte-alphabet.js";
import type { BytePairModel } from "./byte-pair-encoder.js";
import { definitionFault, isFields, shown } from "./definition-fault.js";
import type { Merges } from "./merge-table.js";
import { byteLevelSplit } from "./pre-tokenizer.js";
import type { TokenizerJson } from "./tokenizer-json.js";
import { WORD_PATTERN } from "./word-split.js";

/**
 * The `tokenizer.json` of an encoding trained here. Words are cut by an explicit regular expression, which all readers
 * take alike (they differ in what the `\s` of ByteLevel's own one is).
 */
export function bytePairDefinition({ tokens, merges }: BytePairModel): string {
  const names = tokens.map((bytes) => tokenOfBytes(bytes));
  const { left, right } = merges;
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: WORD_PATTERN }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges: Array.from(left, (each, rank) => `${names[each]} ${names[right[rank] as number]}`),
    },
  });
}

/**
 * The byte-level byte-pair encoding that a `tokenizer.json` defines (those of GPT-2, Llama 3 and most since).
 * @returns undefined for every other kind of tokenizer.
 * @throws {FormatError} for one of this kind with merges of unknown tokens.
 */
export async function bytePairModel(json: TokenizerJson): Promise<BytePairModel | undefined> {
  const { file, fields, model, vocabulary, added, size } = json;
  if ((model.type !== "BPE" && model.type !== undefined) || !Array.isArray(model.merges)) return undefined;
  if (model.byte_fallback || model.continuing_subword_prefix || model.end_of_word_suffix) return undefined;
  if (fields.normalizer !== null && fields.normalizer !== undefined) return undefined;
  const { decoder } = fields;
  if (decoder !== null && decoder !== undefined && !(isFields(decoder) && decoder.type === "ByteLevel")) {
    return undefined;
  }
  const byteTokens = Int32Array.from(CHARACTER_OF_BYTE, (character) => vocabulary.get(character) ?? -1);
  if (byteTokens.includes(-1)) return undefined;
  const cut = await byteLevelSplit(fields.pre_tokenizer, file);
  if (cut === undefined) return undefined;
  const tokens: Uint8Array[] = new Array(size).fill(new Uint8Array(0));
  const utf8 = new TextEncoder();
  for (const [token, id] of vocabulary) tokens[id] = bytesOfToken(token) ?? utf8.encode(token);
  for (const [token, id] of added) tokens[id] = utf8.encode(token);
  const whole = new Map([...vocabulary].filter(([token]) => !added.has(token)));
  return {
    tokens,
    byteTokens,
    merges: readMerges(model.merges, vocabulary, file),
    ...cut,
    ...(model.ignore_merges === true ? { whole } : {}),
  };
}

/**
 * Merges written as `"a b"` or `["a", "b"]`.
 * @throws {FormatError} for another form, and where a part or the merged token is not in the vocabulary.
 */
export function readMerges(merges: readonly unknown[], vocabulary: ReadonlyMap<string, number>, file: string): Merges {
  const read: Merges = {
    left: new Int32Array(merges.length),
    right: new Int32Array(merges.length),
    result: new Int32Array(merges.length),
  };
  for (const [rank, merge] of merges.entries()) {
    const place = `model.merges[${rank}]`;
    const parts = typeof merge === "string" ? merge.split(" ") : merge;
    if (!Array.isArray(parts) || parts.length !== 2 || !parts.every((part) => typeof part === "string")) {
      throw definitionFault({ file, place }, `is ${shown(merge)}, not a pair of tokens`);
    }
    const [left, right] = parts as [string, string];
    for (const token of [left, right, left + right]) {
      if (!vocabulary.has(token)) throw definitionFault({ file, place }, `has ${shown(token)}, which is no token`);
    }
    read.left[rank] = vocabulary.get(left) as number;
    read.right[rank] = vocabulary.get(right) as number;
    read.result[rank] = vocabulary.get(left + right) as number;
  }
  return read;
}
