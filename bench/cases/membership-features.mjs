import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython } from "../find-python.mjs";
import { measureSuccess } from "../measure.mjs";
import { writeScoredDocuments } from "../membership/scored-documents.mjs";
import { megabytes, millions, seconds } from "../report.mjs";

export const title = "features of documents from token scores, against Python";
export const columns = ["way", "wall", "processor", "documents per second", "tokens per second", "peak memory"];

const OURS = fileURLToPath(new URL("../membership/extract-features.mjs", import.meta.url));
const THEIRS = fileURLToPath(new URL("../python/membership_features.py", import.meta.url));
const VOCABULARY = 4096;
const FOLDS = 5;
/** Of raw features, relative; scaled ones lie around 1, and are compared absolutely where they are smaller. */
const TOLERANCE = 1e-9;
/** How many times as fast. */
const TARGET = 10;

/**
 * @param {{ folder: string, say: (text: string) => void, documents?: number, tokens?: number, bins?: number,
 *   rounds?: number, python?: { command: string, versions: string } | { reason: string } }} options
 */
export async function measure({
  folder,
  say,
  documents = 200,
  tokens = 20_000,
  bins = 1000,
  rounds = 3,
  python = findPython(["numpy"]),
}) {
  if (python.reason !== undefined) return { rows: [], skipped: python.reason };
  mkdirSync(folder, { recursive: true });
  say(`${documents} documents of ${tokens} tokens`);
  const data = { folder, documents, tokens, vocabulary: VOCABULARY, folds: FOLDS };
  await writeScoredDocuments(data);
  const run = async (way, more = {}) => {
    say(way);
    const out = join(folder, `${way}.f64`);
    const request = JSON.stringify({ ...data, bins, out, ...more });
    const [command, args] =
      way === "arrays" || way === "loops"
        ? [python.command, ["-W", "ignore", THEIRS, way, request]]
        : [process.execPath, [OURS, request]];
    return { ...JSON.parse((await measureSuccess(command, args)).stdout), out };
  };
  const threads = Math.max(2, availableParallelism());
  const all = { ours: [], threads: [], arrays: [] };
  for (let round = 0; round < rounds; round++) {
    all.ours.push(await run("ours", { threads: 1 }));
    all.threads.push(await run("threads", { threads }));
    all.arrays.push(await run("arrays"));
  }
  const [ours, onThreads, arrays] = Object.values(all).map((runs) => middle(runs));
  // Every fold takes as long as another.
  const loops = await run("loops", { firstFolds: 1 });
  const found = readNumbers(ours.out);
  const compared = {
    threads: requireEqual(found, readNumbers(onThreads.out), 0, "threads"),
    arrays: requireEqual(found, readNumbers(arrays.out), TOLERANCE, "arrays"),
    loops: requireEqual(found.subarray(0, found.length / FOLDS), readNumbers(loops.out), TOLERANCE, "loops"),
  };
  rmSync(folder, { recursive: true, force: true });
  const rowOf = (way, { wall, cpu, peak }, folds = FOLDS) => {
    const whole = (cpu * FOLDS) / folds;
    const rate = documents / whole;
    return [
      way,
      seconds(wall),
      seconds(cpu),
      rate.toFixed(rate < 10 ? 2 : 0),
      (documents * tokens) / whole < 1e5
        ? Math.round((documents * tokens) / whole).toLocaleString("en")
        : millions((documents * tokens) / whole),
      megabytes(peak),
    ];
  };
  const ratio = (way, theirs, mine, folds = FOLDS) => {
    const times = (name) => ((theirs[name] / mine[name]) * FOLDS) / folds;
    return [way, ...[times("wall"), times("cpu")].map((value) => value.toFixed(value < 10 ? 1 : 0)), "", "", ""];
  };
  return {
    rows: [
      rowOf("Python, token by token, as published; one fold of five", loops, 1),
      rowOf("numpy, with whole arrays", arrays),
      rowOf("neurotables, one thread", ours),
      rowOf(`neurotables, ${threads} threads`, onThreads),
      ratio("Python as published ÷ neurotables, five folds, one thread", loops, ours, 1),
      ratio("numpy ÷ neurotables, one thread", arrays, ours),
      ratio(`numpy ÷ neurotables, ${threads} threads`, arrays, onThreads),
    ],
    targets: [
      {
        what: "ten times our processor time, as a part of that of Python as published",
        limit: 1,
        found: (TARGET * ours.cpu) / (loops.cpu * FOLDS),
        unit: "",
      },
    ],
    notes: [
      `${documents} documents of ${tokens.toLocaleString("en")} tokens, vocabulary ${VOCABULARY.toLocaleString("en")}; five normalisations, simple_agg and hist_${bins}, five folds, raw and scaled.`,
      `Rates are by processor time, for five folds. Median of ${rounds} by processor time, of Python as published once; scores in memory before the clock starts.`,
      `${arrays.versions}. The same ${compared.arrays.toLocaleString("en")} numbers with whole arrays, ${compared.loops.toLocaleString("en")} token by token (1e-9); the very same on ${threads} threads.`,
    ],
  };
}

function middle(runs) {
  return runs.sort((a, b) => a.cpu - b.cpu)[Math.floor(runs.length / 2)];
}

function readNumbers(path) {
  const bytes = readFileSync(path);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function requireEqual(ours, theirs, tolerance, way) {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} numbers here, ${theirs.length} with ${way}`);
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    if (difference <= tolerance * Math.max(1, Math.abs(theirs[i]))) continue;
    throw new Error(`number ${i} is ${ours[i]} here and ${theirs[i]} with ${way}`);
  }
  return ours.length;
}
