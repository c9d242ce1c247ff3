import { Tokenizer as Library } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytePairDefinition } from "../../../src/compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../../src/compute/tokenizer/byte-pair-trainer.js";
import { PieceTokenizer } from "../../../src/compute/tokenizer/piece-tokenizer.js";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { arbitraryText } from "./support/arbitrary-text.js";
import { sentencePieceDefinition, unigramDefinition, wordPieceDefinition } from "./support/small-definitions.js";

const open = (definition: object) => openTokenizer(JSON.stringify(definition));
const libraryOf = (definition: object) => new Library({ ...definition, added_tokens: [] }, {});

const seaWords = fc
  .array(fc.constantFrom(" the", " whales", " shipping", "  ", "é", "\n", "▁", "x", " sea.", "😀"), { maxLength: 30 })
  .map((words) => words.join(""));

describe.each(["prepend", "metaspace", "replace"] as const)(
  "sentencepiece's byte pairs in the form %s",
  async (form) => {
    const definition = sentencePieceDefinition(form);
    const tokenizer = await open(definition);
    const library = libraryOf(definition);

    it("run here, and give the numbers of HuggingFace's library", () => {
      expect(tokenizer).toBeInstanceOf(PieceTokenizer);
      fc.assert(
        fc.property(fc.oneof(seaWords, arbitraryText), (text) => {
          expect(Array.from(tokenizer.encode(text).ids)).toEqual(text === "" ? [] : library.encode(text).ids);
        }),
        { numRuns: 300 },
      );
    });

    it("give the text back, places rising with it", () => {
      fc.assert(
        fc.property(seaWords, (text) => {
          const { ids, charStart } = tokenizer.encode(text);
          const marks = text.replaceAll("▁", " ");
          // A space at the beginning is taken for the one that would be put there.
          expect(tokenizer.decode(ids)).toBe(form === "metaspace" && marks.startsWith(" ") ? marks.slice(1) : marks);
          expect(charStart).toHaveLength(ids.length);
          for (let i = 1; i < ids.length; i++) expect(charStart[i]).toBeGreaterThanOrEqual(charStart[i - 1] as number);
        }),
      );
    });
  },
);

describe("sentencepiece's byte pairs", () => {
  it("have places: the space of a word is its beginning, bytes are where their character is", async () => {
    const tokenizer = await open(sentencePieceDefinition("metaspace"));
    const { ids, charStart } = tokenizer.encode("the whale  é😀 sea");
    const tokens = Array.from(ids, (id) => tokenizer.decode([id]));
    expect(tokens.length).toBe(charStart.length);
    expect(Array.from(charStart)).toEqual([0, 3, 9, 11, 12, 12, 12, 12, 13]);
  });

  it("give the same where a token spans words, so that texts are not cut", async () => {
    const definition = sentencePieceDefinition("prepend", [
      ["e", "▁"],
      ["e▁", "s"],
    ]);
    const tokenizer = await open(definition);
    const library = libraryOf(definition);
    fc.assert(
      fc.property(seaWords, (text) => {
        expect(Array.from(tokenizer.encode(text).ids)).toEqual(text === "" ? [] : library.encode(text).ids);
      }),
    );
    expect(tokenizer.encode("ze xz").ids.length).toBeLessThan(
      (await open(sentencePieceDefinition("prepend"))).encode("ze xz").ids.length,
    );
  });

  it("take <s> and <0x41> for text", async () => {
    const tokenizer = await open(sentencePieceDefinition("prepend"));
    for (const text of ["<s>", "<0x41>"]) {
      const { ids } = tokenizer.encode(text);
      expect(ids.length).toBeGreaterThanOrEqual(3);
      expect(ids).not.toContain(1);
      expect(tokenizer.decode(ids)).toBe(text);
    }
    expect(tokenizer.decode([1])).toBe("<s>");
  });
});

describe("a unigram tokenizer", async () => {
  const tokenizer = await open(unigramDefinition());
  const names = (text: string) => Array.from(tokenizer.encode(text).ids, (id) => tokenizer.decode([id]));

  it("runs in HuggingFace's library, with places", () => {
    const { ids, charStart } = tokenizer.encode("the whales  at sea");
    expect(names("the whales  at sea")).toEqual(["the", "whale", "s", "", "", "a", "t", "sea"]);
    expect(ids).toHaveLength(8);
    expect(Array.from(charStart)).toEqual([0, 3, 9, 10, 11, 12, 13, 14]);
  });

  it("takes <s> for text", () => {
    expect(names("<s>")).toEqual(["", "<", "s", ">"]);
    expect(tokenizer.encode("<s>").ids).not.toContain(1);
  });

  it("has places where normalisation changes characters and where tokens are unknown", () => {
    // A ligature becomes two letters, an accent joins its letter.
    const { ids, charStart } = tokenizer.encode("ﬁt e\u0301a");
    expect(Array.from(charStart)).toEqual([0, 0, 0, 1, 2, 3, 5]);
    expect(ids).toHaveLength(7);
    const unknown = tokenizer.encode("the 東");
    expect(unknown.ids).toContain(0);
    expect(Array.from(unknown.charStart)).toEqual([0, 3, 4]);
  });

  it("reads a text of many words, and an empty one", () => {
    expect(tokenizer.encode("the sea ".repeat(40_000)).ids).toHaveLength(80_001);
    expect(tokenizer.encode("").ids).toHaveLength(0);
    expect(tokenizer.decode([])).toBe("");
  });

  it("reads lone surrogates as U+FFFD, and refuses numbers it does not have", () => {
    expect(tokenizer.encode("a\ud800").ids).toEqual(tokenizer.encode("a�").ids);
    expect(() => tokenizer.decode([999])).toThrow("token 0 is 999: the tokenizer has numbers 0 to");
  });
});

describe("a WordPiece tokenizer", async () => {
  const tokenizer = await open(wordPieceDefinition());

  it("has places though it lower-cases and leaves out spaces", () => {
    const { ids, charStart } = tokenizer.encode(" The  Whales.\nÉ sea");
    expect(Array.from(ids)).toEqual([2, 3, 4, 12, 6, 5]);
    expect(Array.from(charStart)).toEqual([1, 6, 11, 12, 14, 16]);
  });

  it("has no places where a token is unknown", () => {
    const { ids, charStart } = tokenizer.encode("the 東");
    expect(Array.from(ids)).toEqual([2, 0]);
    expect(charStart).toHaveLength(0);
  });

  it("takes [CLS] for text", () => {
    expect(Array.from(tokenizer.encode("[CLS]").ids)).toEqual([9, 11, 10]);
  });
});

describe("a byte-level encoding with normalisation", () => {
  it("runs in HuggingFace's library, with places", async () => {
    const counts = new WordCounts();
    counts.add("the whale the sea the whale é é é é");
    const definition = JSON.parse(bytePairDefinition(trainBytePairs(counts, { vocabulary: 290 }))) as object;
    const plain = await open(definition);
    const composed = await open({ ...definition, normalizer: { type: "NFC" } });
    expect(composed).not.toBeInstanceOf(PieceTokenizer);
    expect(composed.encode("the whale é")).toEqual(plain.encode("the whale é"));
    const { ids, charStart } = composed.encode("the e\u0301 sea");
    expect(ids).toEqual(plain.encode("the é sea").ids);
    expect(charStart[ids.length - 1]).toBeGreaterThanOrEqual(6);
  });

  it("puts a space before the text where it is told to, and that has no place of its own", async () => {
    const counts = new WordCounts();
    counts.add(" the whale the sea the whale");
    const definition = JSON.parse(bytePairDefinition(trainBytePairs(counts, { vocabulary: 290 })));
    definition.pre_tokenizer = { type: "ByteLevel", add_prefix_space: true, use_regex: true };
    const tokenizer = await open(definition);
    const { ids, charStart } = tokenizer.encode("the whale");
    expect(tokenizer).toBeInstanceOf(PieceTokenizer);
    expect(Array.from(ids)).toEqual(libraryOf(definition).encode("the whale").ids);
    expect(tokenizer.decode(ids)).toBe(" the whale");
    expect(Array.from(charStart.slice(0, 2))).toEqual([0, 3]);
    expect(tokenizer.encode(" the whale").ids).toEqual(ids);
    expect(tokenizer.encode("").ids).toHaveLength(0);
  });

  it("cuts digits and punctuation as the steps before ByteLevel say", async () => {
    const counts = new WordCounts();
    counts.add("12 12 12 ... ... a.b 12.5 12.5");
    const definition = JSON.parse(bytePairDefinition(trainBytePairs(counts, { vocabulary: 290 })));
    const steps = [
      { type: "Digits", individual_digits: true },
      { type: "Punctuation", behavior: "Contiguous" },
    ];
    definition.pre_tokenizer.pretokenizers.unshift(...steps);
    const tokenizer = await open(definition);
    const { ids, charStart } = tokenizer.encode("12... a");
    expect(Array.from(charStart)).toEqual([0, 1, 2, 4, 5, 6]);
    expect(tokenizer.decode(ids)).toBe("12... a");
    expect(tokenizer.decode([ids[0] as number])).toBe("1");
  });
});
