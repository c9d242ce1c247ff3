import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cli, measureSuccess, root } from "../measure.mjs";
import { writeCollection } from "../membership/write-collection.mjs";
import { megabytes, millions, seconds } from "../report.mjs";

export const title = "token scores and features of many documents";
export const columns = ["what", "tokens", "wall", "processor", "tokens per second", "peak memory"];

const SCRIPT = fileURLToPath(new URL("../membership/score-and-describe.mjs", import.meta.url));
/** NEUROTABLES_BENCH_TOKENS=1e8 is the full size. */
const SCORED = 1e7;
/** Through the tables a tenth of that. */
const TABLE_SHARE = 0.1;
const WORDS = 20_000;
const MEMORY_TARGET = 2e9;
const STEPS = ["tokens", "score", "features"];

/** @param {{ folder: string, say: (text: string) => void, scored?: number, stored?: number }} options */
export async function measure({
  folder,
  say,
  scored = Number(process.env.NEUROTABLES_BENCH_TOKENS ?? SCORED),
  stored = scored * TABLE_SHARE,
}) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(process.env.NEUROTABLES_BENCH_FOLDER ?? folder, "membership-large-"));
  try {
    return await measureIn(scratch, { say, scored, stored });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureIn(scratch, { say, scored, stored }) {
  const threads = availableParallelism();
  say(`${scored} tokens, without tables`);
  const request = { trained: scored / 10, scored, folder: join(scratch, "library"), threads };
  const library = await measureSuccess(process.execPath, [SCRIPT, JSON.stringify(request)]);
  rmSync(request.folder, { recursive: true, force: true });
  const { tokens, documents, phases, numbers, peak } = JSON.parse(library.stdout);
  const row = (what, count, { wall, cpu }, memory) => [
    what,
    millions(count),
    seconds(wall),
    seconds(cpu),
    millions(count / cpu),
    memory,
  ];
  const rows = [
    row("train a bigram model", request.trained, phases.train, ""),
    row("score", tokens, phases.score, ""),
    row(`features, ${threads} threads`, tokens, phases.describe, ""),
    ["all of them in one process", "", seconds(library.wall), seconds(library.cpu), "", megabytes(peak)],
  ];
  const peaks = [peak];
  const notes = [
    `${documents.toLocaleString("en")} documents of 100,000 Zipf-distributed tokens, vocabulary 4,096; five normalisations, simple_agg and hist_1000, five folds: ${numbers.toLocaleString("en")} numbers. Making the documents, once for scores and twice for features, is within.`,
  ];
  if (stored > 0) {
    const count = Math.max(20, Math.round(stored / WORDS));
    say(`${count} documents of ${WORDS} words, through the tables`);
    const mirror = join(scratch, "raw");
    await writeCollection(join(mirror, "membership", "collections"), { documents: count, words: WORDS });
    const home = join(scratch, "home");
    const pipeline = join(root, "bench", "pipelines", "membership-features.yaml");
    const run = await measureSuccess(process.execPath, [
      cli,
      ...["run", pipeline, "--sources", mirror, "--home", home, "--jobs", "1", "--json"],
    ]);
    const query = async (sql) => {
      const { stdout } = await measureSuccess(process.execPath, [cli, "sql", sql, "--home", home, "--format", "json"]);
      return JSON.parse(stdout);
    };
    const [{ n }] = await query("select count(*)::double as n from membership.token_score");
    const steps = await query(
      "select step, sum(seconds) as seconds, max(peak_memory_bytes)::double as peak from neurotables.step group by step order by seconds desc, step",
    );
    for (const { step, seconds: took, peak: own } of steps) {
      if (STEPS.includes(step))
        rows.push([`pipeline: ${step}`, "", seconds(took), "", millions(n / took), megabytes(own)]);
    }
    rows.push([
      "pipeline: texts to features",
      millions(n),
      seconds(run.wall),
      seconds(run.cpu),
      millions(n / run.cpu),
      megabytes(run.peak),
    ]);
    peaks.push(run.peak);
    notes.push(
      `Pipeline: ${count.toLocaleString("en")} documents of ${WORDS.toLocaleString("en")} words, one unit of work at once; rates of single steps by wall time.`,
    );
  }
  return {
    rows,
    targets: [{ what: "peak memory", limit: MEMORY_TARGET / 1e6, found: Math.max(...peaks) / 1e6, unit: "MB" }],
    notes,
  };
}
