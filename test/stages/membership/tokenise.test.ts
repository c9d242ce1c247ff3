import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { bytePairDefinition } from "../../../src/compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../../src/compute/tokenizer/byte-pair-trainer.js";
import { openTokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import { tokenise } from "../../../src/stages/membership/tokenise.js";
import type { Row } from "../../../src/tables/contract.js";
import { sentencePieceDefinition, wordPieceDefinition } from "../../compute/tokenizer/support/small-definitions.js";
import { runMembershipStage } from "./support/run-membership-stage.js";

const counts = new WordCounts();
counts.add("the whale the sea the whale");
const definition = bytePairDefinition(trainBytePairs(counts, { vocabulary: 264 }));

const row = (name: string, text: string | null, vocabulary = 264): Row => ({
  tokenizer_id: `${name}-${sha256(text ?? name).slice(0, 12)}`,
  kind: text === null ? "scores" : "file",
  vocabulary,
  sha256: sha256(text ?? name),
  definition: text,
  trained_on: 0n,
});

const excerpts = (...texts: string[]): Row[] =>
  texts.map((text, at) => ({
    doc_id: `d${at}`,
    source_doc_id: `d${at}`,
    segment: 0,
    window: "all",
    char_start: 0n,
    n_chars: BigInt(text.length),
    text,
  }));

async function tokens(texts: string[], tokenizers: readonly Row[], parameters: Record<string, unknown> = {}) {
  const tables = { excerpt: excerpts(...texts), tokenizer: tokenizers };
  const { rows, evidence } = await runMembershipStage(tokenise, tables, parameters);
  return { rows: (rows.token ?? []) as { input_ids: number[]; char_start: number[] }[], evidence };
}

const only = [row("bpe", definition)];

describe("membership/tokenise", () => {
  it("writes the tokens of every unit and where each begins", async () => {
    const texts = ["the whale", "é <|endoftext|>\ufeff", "q", ""];
    const { rows, evidence } = await tokens(texts, only);
    const tokenizer = await openTokenizer(definition);
    for (const [at, text] of texts.entries()) {
      const { ids, charStart } = tokenizer.encode(text);
      expect(rows[at]).toEqual({
        doc_id: `d${at}`,
        tokenizer_id: only[0]?.tokenizer_id,
        n_tokens: ids.length,
        input_ids: Array.from(ids),
        char_start: Array.from(charStart),
      });
      expect(tokenizer.decode(ids)).toBe(text);
    }
    // A unit of one token, and one of none.
    expect(rows.map(({ input_ids: ids }) => ids.length).slice(2)).toEqual([1, 0]);
    expect(evidence).toMatchObject({ units: 4, units_without_text: 1, units_without_places: 0 });
  });

  it("puts the token for the beginning before every unit, once", async () => {
    const { rows } = await tokens(["the whale", ""], only, { bos: 7 });
    const { rows: without } = await tokens(["the whale", ""], only);
    expect(rows.map(({ input_ids: ids }) => Array.from(ids))).toEqual(
      without.map(({ input_ids: ids }) => [7, ...Array.from(ids)]),
    );
    expect(Array.from(rows[0]?.char_start.slice(0, 2) ?? [])).toEqual([0, 0]);
    await expect(tokens(["a"], only, { bos: 264 })).rejects.toMatchObject({ tag: "usage/bos" });
  });

  it("takes the tokenizer that is named, by name or number", async () => {
    const llama = JSON.stringify(sentencePieceDefinition("prepend"));
    const two = [...only, row("llama", llama)];
    const id = String(two[1]?.tokenizer_id);
    for (const wanted of ["llama", id]) {
      const { rows } = await tokens(["the sea"], two, { tokenizer: wanted });
      expect(rows[0]).toMatchObject({ tokenizer_id: id });
    }
    await expect(tokens(["a"], two)).rejects.toThrow(`more than one tokenizer fits the step: there are bpe-`);
    await expect(tokens(["a"], two, { tokenizer: "gpt2" })).rejects.toThrow('no tokenizer fits "gpt2": there are bpe-');
    await expect(tokens(["a"], [])).rejects.toThrow("no tokenizer fits the step: there is none");
    await expect(tokens(["a"], [...two, row("llama", definition)], { tokenizer: "llama" })).rejects.toMatchObject({
      tag: "usage/tokenizer",
    });
  });

  it("cannot read with a tokenizer of which only numbers are known", async () => {
    await expect(tokens(["a"], [row("scores", null)])).rejects.toThrow("came with token scores: it cannot read texts");
  });

  it("counts the units whose places are not known", async () => {
    const wordPiece = JSON.stringify(wordPieceDefinition());
    const { rows, evidence } = await tokens(["the sea", "東 sea"], [row("bert", wordPiece)], { bos: 1 });
    expect(rows.map(({ char_start: places }) => places.length)).toEqual([3, 0]);
    expect(evidence).toMatchObject({ units_without_places: 1 });
  });
});
