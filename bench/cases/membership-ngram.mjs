import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureSuccess } from "../measure.mjs";
import { megabytes, millions, seconds } from "../report.mjs";

export const title = "the n-gram model: training and scoring";
export const columns = ["what", "tokens", "processor", "tokens per second", "peak memory"];

const SCRIPT = fileURLToPath(new URL("../membership/ngram-tokens.mjs", import.meta.url));
/** Scored; a tenth of them is trained on. NEUROTABLES_BENCH_TOKENS=1e8 is the full size: some twenty minutes, 15 GB of disk. */
const SCORED = 1e7;
/** Bytes. */
const MEMORY_TARGET = 2e9;
/** Tokens per second of processor time at order 3. */
const TRAINING_TARGET = 3e6;

/** @param {{ folder: string, say: (text: string) => void, scored?: number }} options */
export async function measure({ folder, say, scored = Number(process.env.NEUROTABLES_BENCH_TOKENS ?? SCORED) }) {
  const trained = scored / 10;
  const rows = [];
  const peaks = [];
  const run = async (order, way) => {
    say(`order ${order}: ${way}`);
    mkdirSync(folder, { recursive: true });
    const request = { order, trained, scored, way, folder: join(folder, `order-${order}`) };
    const { stdout } = await measureSuccess(process.execPath, [SCRIPT, JSON.stringify(request)]);
    rmSync(request.folder, { recursive: true, force: true });
    const found = JSON.parse(stdout);
    peaks.push(found.peak);
    return found;
  };
  const add = (what, tokens, cpu, peak) => {
    rows.push([what, millions(tokens), seconds(cpu), millions(tokens / cpu), megabytes(peak)]);
  };
  let slowest = Number.NaN;
  const sizes = [];
  for (const order of [2, 3]) {
    const training = await run(order, "train");
    add(`order ${order}: train`, trained, training.training.cpu, training.peak);
    if (order === 3) slowest = training.training.cpu;
    sizes.push(
      `order ${order}: ${training.ngrams.at(-1).toLocaleString("en")} of ${order} tokens, ${megabytes(training.modelBytes)}`,
    );
    for (const [way, what] of [
      ["logprob", "log-probabilities alone"],
      ["scores", "all columns and mean probabilities"],
      ...(order === 2 ? [["stored", "all columns, written as Parquet"]] : []),
    ]) {
      const { scoring, peak } = await run(order, way);
      add(`order ${order}: ${what}`, scored, scoring.cpu, peak);
    }
  }
  return {
    rows,
    targets: [
      { what: "peak memory", limit: MEMORY_TARGET / 1e6, found: Math.max(...peaks) / 1e6, unit: "MB" },
      { what: "training at order 3", limit: trained / TRAINING_TARGET, found: slowest, unit: "s" },
    ],
    notes: [`Documents of 100,000 independent Zipf-distributed tokens, vocabulary 4,096. Models: ${sizes.join("; ")}.`],
  };
}
