/** Small tokenizers of every other kind, as `tokenizer.json` objects. */

const WORDS = "the whale the sea the ship a ship on the sea the whales of the seas shipping at sea".split(" ");

/** Merges of characters in words that begin with `▁`, the most frequent pair first. */
function characterMerges(words: readonly string[], most: number): string[][] {
  const split = words.map((word) => Array.from(`▁${word}`));
  const merges: string[][] = [];
  while (merges.length < most) {
    const counts = new Map<string, number>();
    for (const word of split) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (best === undefined || best[1] < 2) break;
    const [left, right] = best[0].split(" ") as [string, string];
    merges.push([left, right]);
    for (const word of split) {
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
      }
    }
  }
  return merges;
}

const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** In the form of Llama 2's (`prepend`), of its later conversions (`metaspace`), or of Gemma's (`replace`). */
export function sentencePieceDefinition(form: "prepend" | "metaspace" | "replace", extra: readonly string[][] = []) {
  const merges = [...characterMerges(WORDS, 30), ["▁", "▁"], ...extra];
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const characters = Array.from("▁abcdefghijklmnopqrstuvwxyz.é\n");
  const tokens = new Set(["<unk>", "<s>", "</s>", ...bytes, ...merges.map((parts) => parts.join("")), ...characters]);
  const replace = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const strip = form === "replace" ? [] : [{ type: "Strip", content: " ", start: 1, stop: 0 }];
  return {
    version: "1.0",
    added_tokens: [special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")],
    normalizer: {
      prepend: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, replace] },
      metaspace: null,
      replace,
    }[form],
    pre_tokenizer: {
      prepend: null,
      metaspace: { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false },
      replace: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
    }[form],
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...strip,
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: "<unk>",
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries([...tokens].map((token, id) => [token, id])),
      merges: merges.map((parts) => parts.join(" ")),
    },
  };
}

export function unigramDefinition() {
  const pieces = ["▁the", "▁whale", "▁sea", "s", "▁ship", "▁", ..."abcdefghijklmnopqrstuvwxyzé.,<>"];
  return {
    version: "1.0",
    added_tokens: [special(0, "<unk>"), special(1, "<s>")],
    normalizer: { type: "NFKC" },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: null,
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: {
      type: "Unigram",
      unk_id: 0,
      byte_fallback: false,
      vocab: [["<unk>", 0], ["<s>", 0], ...pieces.map((piece) => [piece, -1 - 1 / piece.length] as [string, number])],
    },
  };
}

export function wordPieceDefinition() {
  const tokens = ["[UNK]", "[CLS]", "the", "whale", "##s", "sea", "e", "##t", "##e", "[", "]", "cls", ".", "é", "i"];
  return {
    version: "1.0",
    added_tokens: [special(0, "[UNK]"), special(1, "[CLS]")],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
}
