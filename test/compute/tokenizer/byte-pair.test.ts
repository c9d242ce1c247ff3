import { Tokenizer as Library } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BYTES_IN_ORDER, bytesOfToken, tokenOfBytes } from "../../../src/compute/tokenizer/byte-alphabet.js";
import { bytePairDefinition } from "../../../src/compute/tokenizer/byte-pair-definition.js";
import { type BytePairModel, bytePairTokenizer } from "../../../src/compute/tokenizer/byte-pair-encoder.js";
import { trainBytePairs, WordCounts } from "../../../src/compute/tokenizer/byte-pair-trainer.js";
import { SymbolMerger } from "../../../src/compute/tokenizer/merge-symbols.js";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { splitWords } from "../../../src/compute/tokenizer/word-split.js";
import { arbitraryText } from "./support/arbitrary-text.js";

const PROSE = [
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse,",
  "and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part",
  "of the world. It's a way I have of driving off the spleen, and regulating the circulation. 東京東京東京 ñandú ñandú",
].join("\n\n");

function trained(texts: readonly string[], vocabulary: number, minimumCount = 2): BytePairModel {
  const counts = new WordCounts();
  for (const text of texts) counts.add(text);
  return trainBytePairs(counts, { vocabulary, minimumCount });
}

/** Merges by counting everything anew for every merge, as names. */
function naiveMerges(texts: readonly string[], vocabulary: number, minimumCount: number): string[] {
  const id = new Map(BYTES_IN_ORDER.map((byte, at) => [tokenOfBytes(Uint8Array.of(byte)), at]));
  const words: string[][] = [];
  for (const text of texts) {
    splitWords(text, (start, end) => {
      const bytes = new TextEncoder().encode(text.slice(start, end));
      words.push(Array.from(bytes, (byte) => tokenOfBytes(Uint8Array.of(byte))));
    });
  }
  const merges: string[] = [];
  while (id.size < vocabulary) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const ids = (pair: string) => pair.split(" ").map((token) => id.get(token) as number) as [number, number];
    const [best] = [...counts].sort(([a, m], [b, n]) => n - m || ids(a)[0] - ids(b)[0] || ids(a)[1] - ids(b)[1]);
    if (best === undefined || best[1] < minimumCount) break;
    const [left, right] = best[0].split(" ") as [string, string];
    merges.push(best[0]);
    if (!id.has(left + right)) id.set(left + right, id.size);
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
      }
    }
  }
  return merges.filter((merge, at) => merges.lastIndexOf(merge) === at);
}

const names = ({ tokens, merges }: BytePairModel) =>
  Array.from(merges.left, (left, rank) => {
    const right = merges.right[rank] as number;
    return `${tokenOfBytes(tokens[left] as Uint8Array)} ${tokenOfBytes(tokens[right] as Uint8Array)}`;
  });

/** Code point in which each byte of a text lies. */
function codePointOfBytes(text: string): number[] {
  return Array.from(text, (character) => new TextEncoder().encode(character).length).flatMap((bytes, at) =>
    new Array<number>(bytes).fill(at),
  );
}

describe("the alphabet of bytes", () => {
  it("is GPT-2's", () => {
    expect(tokenOfBytes(Uint8Array.of(0x20, 0x0a, 0x41, 0xad, 0xff))).toBe("ĠĊAŃÿ");
    expect(BYTES_IN_ORDER.slice(0, 2)).toEqual([0x21, 0x22]);
    expect(bytesOfToken("Ġthe")).toEqual(new TextEncoder().encode(" the"));
    expect(bytesOfToken("a b")).toBeUndefined();
    expect(bytesOfToken("ａ")).toBeUndefined();
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(bytesOfToken(tokenOfBytes(all))).toEqual(all);
  });
});

describe("trainBytePairs", () => {
  it("merges what counting everything anew would merge", () => {
    const texts = fc.array(fc.oneof(arbitraryText, fc.string({ unit: fc.constantFrom("a", "b", "c", " ") })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(texts, fc.integer({ min: 256, max: 320 }), fc.integer({ min: 1, max: 3 }), (given, size, minimum) => {
        expect(names(trained(given, size, minimum))).toEqual(naiveMerges(given, size, minimum));
      }),
      { numRuns: 150 },
    );
  });

  it("does not depend on the order of the texts", () => {
    const some = fc.array(arbitraryText, { minLength: 2, maxLength: 8 });
    const shuffled = some.chain((texts) =>
      fc.tuple(fc.constant(texts), fc.shuffledSubarray(texts, { minLength: texts.length })),
    );
    fc.assert(
      fc.property(shuffled, ([texts, others]) => {
        expect(bytePairDefinition(trained(others, 400))).toBe(bytePairDefinition(trained(texts, 400)));
      }),
      { numRuns: 60 },
    );
  });

  it("stops where pairs are too rare, and has the 256 bytes in any case", () => {
    expect(trained([], 4096).tokens).toHaveLength(256);
    expect(names(trained(["ab ab cd"], 4096))).toEqual(["a b"]);
    expect(names(trained(["ab ab cd"], 256))).toEqual([]);
    expect(names(trained(["aaaa aaaa"], 4096))).toEqual(["a a", "aa aa"]);
  });

  it("cuts very long words without cutting a code point", () => {
    const counts = new WordCounts();
    counts.add("😀".repeat(1000).replace("😀", "𐐀a"));
    for (const { units } of counts.entries()) {
      expect(units.length).toBeLessThanOrEqual(256);
      expect(String.fromCharCode(...units)).not.toMatch(/^[\udc00-\udfff]/);
    }
  });
});

describe("a trained tokenizer", () => {
  const model = trained([PROSE, PROSE.toUpperCase()], 420);
  const definition = bytePairDefinition(model);
  const tokenizer = bytePairTokenizer(model);

  it("gives the text back, with the place of every token", () => {
    fc.assert(
      fc.property(arbitraryText, (text) => {
        const { ids, charStart } = tokenizer.encode(text);
        expect(tokenizer.decode(ids)).toBe(text);
        const places = codePointOfBytes(text);
        let byte = 0;
        const expected = Array.from(ids, (id) => {
          const place = places[byte];
          byte += (model.tokens[id] as Uint8Array).length;
          return place;
        });
        expect(Array.from(charStart)).toEqual(expected);
        for (const id of ids) expect(id).toBeLessThan(tokenizer.vocabulary);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the numbers of HuggingFace's library, from the same definition", async () => {
    const library = new Library(JSON.parse(definition), {});
    const opened = await openTokenizer(definition);
    fc.assert(
      fc.property(fc.oneof(arbitraryText, fc.constant(PROSE)), (text) => {
        const { ids, charStart } = opened.encode(text);
        expect(Array.from(ids)).toEqual(library.encode(text).ids);
        expect(opened.encode(text)).toEqual({ ids, charStart });
        expect({ ids, charStart }).toEqual(tokenizer.encode(text));
      }),
      { numRuns: 300 },
    );
    expect(opened.encode(PROSE).ids.length).toBeLessThan(PROSE.length / 1.5);
  });

  it("reads lone surrogates as U+FFFD, each one code point", () => {
    const text = "a\ud800b\udc00\udc00 \ud83d";
    const { ids, charStart } = tokenizer.encode(text);
    expect(tokenizer.decode(ids)).toBe("a�b�� �");
    expect(tokenizer.encode("a�b�� �")).toEqual({ ids, charStart });
  });

  it("has no tokens for an empty text and one for a byte", () => {
    expect(tokenizer.encode("")).toEqual({ ids: new Int32Array(0), charStart: new Int32Array(0) });
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.encode("q").ids).toHaveLength(1);
  });

  it("keeps a mark of byte order, as tokens", () => {
    const { ids } = tokenizer.encode("\ufeffCall");
    expect(tokenizer.decode(ids)).toBe("\ufeffCall");
    expect(tokenizer.decode(tokenizer.encode("\ufeff").ids.slice(0, 2))).toBe("�");
  });

  it("decodes windows that split a code point, and refuses numbers it does not have", () => {
    const { ids } = tokenizer.encode("é😀");
    expect(tokenizer.decode(ids.slice(1))).toContain("�");
    expect(() => tokenizer.decode([0, tokenizer.vocabulary])).toThrow(
      `token 1 is ${tokenizer.vocabulary}: the tokenizer has numbers 0 to ${tokenizer.vocabulary - 1}`,
    );
    expect(() => tokenizer.decode([-1])).toThrow("token 0 is -1");
  });

  it("does not depend on what it has read before", () => {
    const worn = bytePairTokenizer(model);
    // More distinct words than are remembered.
    const words = Array.from({ length: 1 << 19 }, (_, i) => ` ${i.toString(36)}`).join("");
    const { ids } = worn.encode(words);
    expect(worn.decode(ids)).toBe(words);
    expect(worn.encode(PROSE)).toEqual(tokenizer.encode(PROSE));
  });
});

describe("merging symbols", () => {
  it("gives the same for long sequences as step by step", () => {
    const pairs = fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 12, selector: ([a, b]) => a * 10 + b });
    const sequences = fc.array(fc.nat(3), { minLength: 49, maxLength: 200 });
    fc.assert(
      fc.property(pairs, sequences, fc.infiniteStream(fc.nat(5)), (merged, sequence, results) => {
        const merges = {
          left: Int32Array.from(merged, ([left]) => left),
          right: Int32Array.from(merged, ([, right]) => right),
          result: Int32Array.from(merged, () => results.next().value as number),
        };
        const symbols = Int32Array.from(sequence);
        const origin = Int32Array.from(sequence, (_, at) => at);
        const n = new SymbolMerger(merges).merge(symbols, origin, symbols.length);
        const expected = sequence.map((symbol, at) => ({ symbol, at }));
        for (;;) {
          const rankAt = (i: number) =>
            merged.findIndex(([l, r]) => l === expected[i]?.symbol && r === expected[i + 1]?.symbol);
          const ranks = expected.map((_, i) => rankAt(i)).filter((rank) => rank >= 0);
          if (ranks.length === 0) break;
          const at = expected.findIndex((_, i) => rankAt(i) === Math.min(...ranks));
          const symbol = merges.result[Math.min(...ranks)] as number;
          expected.splice(at, 2, { symbol, at: expected[at]?.at as number });
        }
        expect(Array.from(symbols.subarray(0, n))).toEqual(expected.map(({ symbol }) => symbol));
        expect(Array.from(origin.subarray(0, n))).toEqual(expected.map(({ at }) => at));
      }),
      { numRuns: 200 },
    );
  });
});
