import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as r50k from "gpt-tokenizer/encoding/r50k_base";
import { describe, expect, it } from "vitest";
import { bytePairTokenizer } from "../../../src/compute/tokenizer/byte-pair-encoder.js";
import { trainBytePairs, WordCounts } from "../../../src/compute/tokenizer/byte-pair-trainer.js";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { realData } from "../../support/real-data.js";
import { gpt2Definition } from "./support/bundled-ranks.js";

const data = realData("membership");

/** All documents, undecodable bytes and marks of byte order with them. */
function texts(): string[] {
  return ["gutenberg", "novels", "papers"].flatMap((folder) =>
    readdirSync(data.path(folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(txt|xml)$/.test(name))
      .sort()
      .map((name) => readFileSync(join(data.path(folder), name)))
      .map((bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)),
  );
}

describe.skipIf(!data.present)(`books and papers${data.reason}`, () => {
  it("give GPT-2's numbers, those of gpt-tokenizer, and come back", { timeout: 300_000 }, async () => {
    const gpt2 = await openTokenizer(gpt2Definition());
    const asText = { disallowedSpecial: new Set<string>() };
    const all = texts();
    expect(all).toHaveLength(90);
    for (const text of all) {
      // The mark at the beginning is a sign here and white space there.
      const bare = text.replace(/^\ufeff/, "");
      const { ids, charStart } = gpt2.encode(bare);
      expect(Buffer.from(ids.buffer).equals(Buffer.from(Int32Array.from(r50k.encode(bare, asText)).buffer))).toBe(true);
      expect(charStart).toHaveLength(ids.length);
      expect(gpt2.decode(gpt2.encode(text).ids) === text).toBe(true);
    }
  });

  it("train a tokenizer that reads them", { timeout: 300_000 }, () => {
    const all = texts();
    const counts = new WordCounts();
    for (const text of all) counts.add(text);
    const model = trainBytePairs(counts, { vocabulary: 4096 });
    expect(model.tokens).toHaveLength(4096);
    const tokenizer = bytePairTokenizer(model);
    let tokens = 0;
    let characters = 0;
    for (const text of all) {
      const { ids } = tokenizer.encode(text);
      expect(tokenizer.decode(ids) === text).toBe(true);
      tokens += ids.length;
      characters += text.length;
    }
    expect(characters / tokens).toBeGreaterThan(3);
  });
});
