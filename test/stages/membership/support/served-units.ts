import { sha256 } from "../../../../src/base/hash.js";
import { bytePairDefinition } from "../../../../src/compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../../../src/compute/tokenizer/byte-pair-trainer.js";
import { openTokenizer, type Tokenizer } from "../../../../src/compute/tokenizer/tokenizer.js";
import { PROBE_SENTENCE } from "../../../../src/stages/membership/language-models/self-test.js";
import type { Stage } from "../../../../src/stages/stage.js";
import type { Row } from "../../../../src/tables/contract.js";
import { BigramModel } from "../../../support/language-model-server.js";
import { membershipContract } from "../../../support/membership-contracts.js";
import { memoryTransformContext } from "../../../support/memory-tables.js";
import { stageResources } from "../../../support/stage-resources.js";

const SENTENCES = [
  "The quick brown fox jumps over the lazy dog while the dog sleeps.",
  "A déjà vu of naïve cafés — “quoted” and 3.14 percent of them.",
  "It was a dark and stormy night; the rain fell in torrents.",
  "日本語の文字 and emoji 🙂 in between, with   spaces\nand lines.",
];

/** Text of some length that begins at another sentence for every seed. */
export function unitText(seed: number, sentences: number): string {
  return Array.from({ length: sentences }, (_, i) => SENTENCES[(seed + i * (seed + 1)) % SENTENCES.length]).join(" ");
}

/** A byte-level tokenizer of 300 tokens, with its row of `tokenizer`. */
export async function smallTokenizer(): Promise<{ tokenizer: Tokenizer; row: Row }> {
  const counts = new WordCounts();
  for (const text of [...SENTENCES, PROBE_SENTENCE]) counts.add(text);
  const trained = trainBytePairs(counts, { vocabulary: 300 });
  const definition = bytePairDefinition(trained);
  const hash = sha256(definition);
  const row = {
    tokenizer_id: `small-${hash.slice(0, 12)}`,
    kind: "trained",
    vocabulary: trained.tokens.length,
    sha256: hash,
    definition,
    trained_on: 1n,
  };
  return { tokenizer: await openTokenizer(definition), row };
}

/** A model that has read the sentence of the self-test and these texts. */
export function modelOf(tokenizer: Tokenizer, texts: readonly string[], seed = 1): BigramModel {
  const read = [PROBE_SENTENCE, ...texts].map((text) => tokenizer.encode(text).ids);
  return new BigramModel({ vocabulary: tokenizer.vocabulary, texts: read, seed });
}

/** Runs a stage over one partition in memory, every table checked by its contract. */
export async function runPartition<P>(
  stage: Stage<P>,
  inputs: Readonly<Record<string, readonly Row[]>>,
  options: { readonly parameters?: unknown; readonly partition?: string; readonly signal?: AbortSignal } = {},
): Promise<Record<string, Row[]>> {
  const parameters = stage.parameters.parse(options.parameters ?? {});
  const { context, rows } = memoryTransformContext(inputs, parameters, membershipContract);
  const signal = options.signal ?? context.signal;
  await stage.run({
    ...context,
    signal,
    partition: options.partition ?? "",
    threads: 1,
    ...stageResources(),
    evidence: () => {},
  });
  return rows;
}
