import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tokenOfBytes } from "../../../../src/compute/tokenizer/byte-alphabet.js";

/** Merges and vocabulary of a `tokenizer.json`. */
export interface BundledModel {
  readonly vocab: Record<string, number>;
  readonly merges: string[];
}

/**
 * The vocabulary that gpt-tokenizer bundles, with merges recovered from its ranks: a token is made of the two parts at
 * which merging its bytes stops when only earlier tokens may be made.
 */
export function bundledModel(name: "r50k_base" | "cl100k_base"): BundledModel {
  const path = createRequire(import.meta.url).resolve(`gpt-tokenizer/data/${name}.tiktoken`);
  const ranks = new Map<string, number>();
  for (const line of readFileSync(path, "latin1").split("\n")) {
    const [bytes, rank] = line.split(" ");
    if (bytes && rank !== undefined) ranks.set(tokenOfBytes(Buffer.from(bytes, "base64")), Number(rank));
  }
  const merges: string[] = [];
  for (const [token, rank] of ranks) {
    if (token.length === 1) continue;
    const parts = Array.from(token);
    while (parts.length > 2) {
      let best = rank;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const found = ranks.get(`${parts[i]}${parts[i + 1]}`) ?? rank;
        if (found < best) {
          best = found;
          at = i;
        }
      }
      if (at < 0) throw new Error(`${token} is not made of two tokens`);
      parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
    }
    merges.push(parts.join(" "));
  }
  return { vocab: Object.fromEntries(ranks), merges };
}

/** GPT-2's `tokenizer.json`, as published but for its merges' origin. */
export function gpt2Definition(model = bundledModel("r50k_base")): string {
  return JSON.stringify({
    version: "1.0",
    added_tokens: [
      {
        id: 50256,
        content: "<|endoftext|>",
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: true,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      vocab: { ...model.vocab, "<|endoftext|>": 50256 },
      merges: model.merges,
    },
  });
}

/** A `tokenizer.json` of the form of Llama 3's, with the vocabulary of cl100k. */
export function llama3Definition({ vocab, merges } = bundledModel("cl100k_base")): string {
  const regex =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  return JSON.stringify({
    version: "1.0",
    added_tokens: [
      {
        id: 100257,
        content: "<|endoftext|>",
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      byte_fallback: false,
      ignore_merges: true,
      vocab,
      merges: merges.map((pair) => pair.split(" ")),
    },
  });
}
