import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytePairDefinition } from "../../src/compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../src/compute/tokenizer/byte-pair-trainer.js";
import { openTokenizer } from "../../src/compute/tokenizer/tokenizer.js";
import { syntheticProse } from "../../src/sample-data/membership/synthetic-prose.js";
import { PROBE_SENTENCE } from "../../src/stages/membership/language-models/self-test.js";
import { BigramModel } from "../support/language-model-server.js";

/** Documents of each class. */
const EACH = 20;

/**
 * Writes what the pipeline of `examples/membership-server` reads below `folder`: invented papers in two files, and a
 * tokenizer. Gives the model that has read the members.
 */
export async function writeServedPapers(folder: string): Promise<BigramModel> {
  const papers = Array.from({ length: 2 * EACH }, (_, i) => {
    const id = `paper-${String(i + 1).padStart(2, "0")}`;
    const text = syntheticProse({ seed: 5, name: id, characters: 1200, style: { curly: false } });
    return { id, member: i % 2, license: "CC BY 4.0", text };
  });
  const counts = new WordCounts();
  for (const { text } of papers) counts.add(text);
  counts.add(PROBE_SENTENCE);
  const definition = bytePairDefinition(trainBytePairs(counts, { vocabulary: 400 }));
  const tokenizer = await openTokenizer(definition);
  write(folder, "tokenizers/model-7b/tokenizer.json", definition);
  for (const part of [0, 1]) {
    const own = papers.slice(part * EACH, (part + 1) * EACH);
    write(folder, `collections/papers-${part + 1}.jsonl`, own.map((paper) => `${JSON.stringify(paper)}\n`).join(""));
  }
  const read = papers.filter(({ member }) => member === 1).map(({ text }) => text);
  return new BigramModel({
    vocabulary: tokenizer.vocabulary,
    texts: [PROBE_SENTENCE, ...read].map((text) => tokenizer.encode(text).ids),
  });
}

function write(folder: string, path: string, text: string): void {
  const file = join(folder, "membership", path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}
