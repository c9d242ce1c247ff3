import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { zipfTable } from "./zipf.mjs";

const WORDS = 3000;
const SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"];

/** A collection of documents of so many words below `folder`, as JSON lines; words are Zipf-distributed. */
export async function writeCollection(folder, { documents, words }) {
  const { randomNumbers } = await import("../../dist/compute/statistics/random-numbers.js");
  mkdirSync(folder, { recursive: true });
  const table = zipfTable(WORDS);
  const file = openSync(join(folder, "zipf.jsonl"), "w");
  for (let document = 0; document < documents; document++) {
    const random = randomNumbers(1, document);
    const sentences = [];
    for (let left = words; left > 0; left -= 12) {
      const some = Array.from({ length: Math.min(12, left) }, () => word(table[Math.floor(random() * table.length)]));
      sentences.push(`${some.join(" ")}.`);
    }
    const doc_id = `z${String(document).padStart(6, "0")}`;
    writeSync(file, `${JSON.stringify({ doc_id, text: sentences.join("\n") })}\n`);
  }
  closeSync(file);
}

/** Its number in the base of the syllables. */
function word(rank) {
  let text = "";
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    text += SYLLABLES[rest % SYLLABLES.length];
  }
  return text;
}
