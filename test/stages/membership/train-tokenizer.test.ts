import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { trainTokenizer } from "../../../src/stages/membership/train-tokenizer.js";
import type { Row } from "../../../src/tables/contract.js";
import { runMembershipStage } from "./support/run-membership-stage.js";

const excerpt = (doc: string, text: string): Row => ({
  doc_id: doc,
  source_doc_id: doc,
  segment: 0,
  window: "all",
  char_start: 0n,
  n_chars: BigInt(Array.from(text).length),
  text,
});

const TEXTS = ["the whale and the sea", "the ship at sea, the é é é sea", "whales of the sea 😀😀 and ships", ""];
const EXCERPTS = TEXTS.map((text, at) => excerpt(`d${at}`, text));

async function trained(rows: readonly Row[], parameters: Record<string, unknown> = {}) {
  const { rows: written, evidence } = await runMembershipStage(trainTokenizer, { excerpt: rows }, parameters);
  return { row: written.tokenizer?.[0] as Row & { definition: string }, evidence };
}

describe("membership/train-tokenizer", () => {
  it("writes a tokenizer that reads the texts", async () => {
    const { row, evidence } = await trained(EXCERPTS, { vocabulary: 270 });
    expect(row).toMatchObject({
      tokenizer_id: `bpe-${sha256(row.definition).slice(0, 12)}`,
      kind: "trained",
      vocabulary: 270,
      sha256: sha256(row.definition),
      trained_on: BigInt(Buffer.byteLength(TEXTS.join(""))),
    });
    expect(evidence).toMatchObject({ vocabulary: 270, merges: 14, units_read: 3, seed: null });
    const tokenizer = await openTokenizer(row.definition);
    for (const text of TEXTS) expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
    expect(tokenizer.encode(" the sea").ids).toHaveLength(2);
  });

  it("has at most the vocabulary that the texts allow", async () => {
    const { row } = await trained(EXCERPTS);
    expect(row.vocabulary).toBeLessThan(400);
    expect((await trained(EXCERPTS, { minimum_count: 1 })).row.vocabulary).toBeGreaterThan(row.vocabulary as number);
  });

  it("does not depend on the order of the rows, a sample neither", async () => {
    const parameters = fc.constantFrom({}, { sample_bytes: 30, seed: 3 }, { sample_bytes: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(EXCERPTS, { minLength: EXCERPTS.length }),
        parameters,
        async (rows, with_) => {
          expect((await trained(rows, with_)).row).toEqual((await trained(EXCERPTS, with_)).row);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("trains on so many bytes, drawn by the seed, no code point cut", async () => {
    const drawn = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const { row, evidence } = await trained(EXCERPTS, { sample_bytes: 20, seed, minimum_count: 1 });
      expect(row.trained_on).toBeLessThanOrEqual(20n);
      expect(row.trained_on).toBeGreaterThan(16n);
      expect(evidence.seed).toBe(seed);
      drawn.add(String(row.sha256));
    }
    expect(drawn.size).toBeGreaterThan(1);
    const cut = await trained([excerpt("a", "aé")], { sample_bytes: 2 });
    expect(cut.row.trained_on).toBe(1n);
    expect((await trained(EXCERPTS, { sample_bytes: 10_000 })).row).toEqual((await trained(EXCERPTS)).row);
  });

  it("refuses texts without a letter to train on", async () => {
    for (const rows of [[], [excerpt("a", "")]]) {
      await expect(trained(rows)).rejects.toMatchObject({ tag: "load/no-text" });
    }
  });

  it("takes names and sizes that make sense", () => {
    for (const parameters of [{ vocabulary: 255 }, { name: "a b" }, { sample_bytes: 0 }, { seed: -1 }, { size: 1 }]) {
      expect(trainTokenizer.parameters.safeParse(parameters).success).toBe(false);
    }
  });
});
