import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { bytePairDefinition } from "../../../src/compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../../src/compute/tokenizer/byte-pair-trainer.js";
import { tokenizer } from "../../../src/loaders/membership/tokenizer.js";
import { loadFiles, refusal } from "./support/load-below.js";

const counts = new WordCounts();
counts.add("the whale the sea the whale");
const definition = bytePairDefinition(trainBytePairs(counts, { vocabulary: 264 }));
const hash = sha256(definition);

describe("membership/tokenizer", () => {
  it("makes a row of a tokenizer.json, its text kept as it is", async () => {
    const { rows, read, carried } = await loadFiles(tokenizer, { "models/gpt2/tokenizer.json": definition });
    expect(rows.tokenizer).toEqual([
      {
        tokenizer_id: `gpt2-${hash.slice(0, 12)}`,
        kind: "file",
        vocabulary: 264,
        sha256: hash,
        definition,
        trained_on: 0n,
      },
    ]);
    expect([read, carried]).toEqual([{ "models/gpt2/tokenizer.json": 1 }, { "models/gpt2/tokenizer.json": 1 }]);
  });

  it.each([
    ["open llama.json", {}, "open_llama"],
    ["tokenizer.json", {}, "tokenizer"],
    [".hidden/tokenizer.json", {}, "hidden"],
    ["gpt2/tokenizer.json", { name: "mine" }, "mine"],
  ])("is named by parameter, file or folder: %s", async (path, parameters, name) => {
    const { rows } = await loadFiles(tokenizer, { [path]: definition }, { parameters });
    expect(rows.tokenizer?.[0]?.tokenizer_id).toBe(`${name}-${hash.slice(0, 12)}`);
  });

  it.each<[string, string | Uint8Array, string]>([
    ["no JSON", "{", "format/json-syntax"],
    ["nothing", "", "format/empty"],
    ["bytes that are no UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), "format/not-utf8"],
    ["other JSON", '{"model": {"vocab": 3}}', "format/tokenizer"],
    ["a merge of unknown tokens", definition.replace("h e", "q z"), "format/tokenizer"],
  ])("refuses %s", async (_, content, tag) => {
    const error = await refusal(tokenizer, { "t/tokenizer.json": content });
    expect(error).toMatchObject({ tag });
    expect(error.message).toContain("t/tokenizer.json");
  });

  it("refuses a file beyond the limit", async () => {
    const error = await refusal(tokenizer, { "t.json": definition }, { limits: { bytes: 100 } });
    expect(error).toMatchObject({ tag: "format/too-large" });
  });
});
