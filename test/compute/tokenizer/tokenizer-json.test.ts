import { describe, expect, it } from "vitest";
import { bytePairDefinition } from "../../../src/compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../../src/compute/tokenizer/byte-pair-trainer.js";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { unigramDefinition } from "./support/small-definitions.js";

const counts = new WordCounts();
counts.add("the whale the sea the whale");
const sound = bytePairDefinition(trainBytePairs(counts, { vocabulary: 270 }));

const { model, ...rest } = JSON.parse(sound) as { model: { vocab: Record<string, number>; merges: string[] } };
const vocabulary = model.vocab;

/** The sound definition with other parts, and with other parts of its model. */
function edited(parts: object, ofModel: object = {}): string {
  return JSON.stringify({ ...rest, ...parts, model: { ...model, ...ofModel } });
}

describe("a tokenizer.json that is none", () => {
  it.each<[string, string, string]>([
    ["nothing", "", "t.json: there is no JSON value"],
    ["other text", "tokens", "t.json"],
    ["a list", "[]", "t.json: the file is not an object"],
    ["no model", "{}", "t.json: model is undefined, not an object"],
    ["no vocabulary", edited({}, { vocab: {} }), "t.json: model.vocab has no tokens"],
    ["a vocabulary of text", edited({}, { vocab: "a b" }), 'model.vocab is "a b"'],
    [
      "a negative number",
      edited({}, { vocab: { ...vocabulary, x1: -1 } }),
      'model.vocab["x1"] is -1, not an integer from 0',
    ],
    [
      "a huge number",
      edited({}, { vocab: { ...vocabulary, x1: 2 ** 40 } }),
      "is 1099511627776, not an integer from 0 to",
    ],
    [
      "a number given twice",
      edited({}, { vocab: { ...vocabulary, x1: 3 } }),
      'gives number 3 to two tokens: "$" and "x1"',
    ],
    ["a merge of one part", edited({}, { merges: [model.merges[0], "th"] }), 'model.merges[1] is "th", not a pair'],
    ["a merge of three", edited({}, { merges: [["t", "h", "e"]] }), "model.merges[0] is a list of 3"],
    ["a merge into no token", edited({}, { merges: ["q q"] }), 'model.merges[0] has "qq", which is no token'],
    ["added tokens that are none", edited({ added_tokens: {} }), "added_tokens is an object, not a list"],
    ["an added token without id", edited({ added_tokens: [{ content: "<s>" }] }), "added_tokens[0].id is undefined"],
    [
      "an unknown behaviour",
      edited({ pre_tokenizer: splitWith({ pattern: { String: "x" }, behavior: "Cut" }) }),
      'pre_tokenizer.pretokenizers[0].behavior is "Cut", not one of Removed, Isolated',
    ],
    [
      "a broken regular expression",
      edited({ pre_tokenizer: splitWith({ pattern: { Regex: "(" }, behavior: "Isolated" }) }),
      "pre_tokenizer.pretokenizers[0].pattern.Regex is not a regular expression that can be read",
    ],
    [
      "an endless regular expression",
      edited({ pre_tokenizer: splitWith({ pattern: { Regex: "x".repeat(20_000) }, behavior: "Isolated" }) }),
      "pattern.Regex has 20000 characters, at most 10000 are read",
    ],
    [
      "an unknown step",
      edited({ pre_tokenizer: { type: "Guess" } }),
      "the tokenizer cannot be run: Unknown PreTokenizer",
    ],
    ["an unknown model", edited({}, { type: "Magic", vocab: { a: 0 }, merges: null }), "cannot be run"],
    [
      "a unigram piece without score",
      JSON.stringify({ ...unigramDefinition(), model: { type: "Unigram", vocab: [["a", 0], ["b"]] } }),
      "model.vocab[1] is a list of 1, not a token and its score",
    ],
  ])("%s: a clear error", async (_, definition, message) => {
    const error = await openTokenizer(definition, { file: "t.json" }).catch((found: unknown) => found);
    expect(error).toMatchObject({ tag: expect.stringMatching(/^format\//), exitCode: 1 });
    expect((error as Error).message).toContain(message);
  });

  function splitWith(step: object): object {
    const byteLevel = { type: "ByteLevel", add_prefix_space: false, use_regex: false };
    return { type: "Sequence", pretokenizers: [{ type: "Split", invert: false, ...step }, byteLevel] };
  }
});

describe("a tokenizer.json", () => {
  it("may have numbers without a token, and tokens named like parts of an object", async () => {
    const tokenizer = await openTokenizer(
      edited(
        {},
        {
          vocab: JSON.parse(JSON.stringify(vocabulary).replace(/}$/, ',"__proto__":300,"constructor":299}')) as object,
        },
      ),
    );
    expect(tokenizer.vocabulary).toBe(301);
    expect(tokenizer.decode([300, 299, 280])).toBe("__proto__constructor");
    expect(tokenizer.decode(tokenizer.encode("__proto__ the").ids)).toBe("__proto__ the");
  });

  it("is the same for merges as texts and as pairs", async () => {
    const pairs = edited({}, { merges: model.merges.map((merge) => merge.split(" ")) });
    const text = "the whales of the sea";
    expect((await openTokenizer(pairs)).encode(text)).toEqual((await openTokenizer(sound)).encode(text));
  });

  it("gives whole words their token where merges are ignored", async () => {
    const tokenizer = await openTokenizer(edited({}, { ignore_merges: true, vocab: { ...vocabulary, qxq: 400 } }));
    expect(Array.from(tokenizer.encode("qxq").ids)).toEqual([400]);
    expect(tokenizer.encode("qxqx").ids).toHaveLength(4);
  });
});
