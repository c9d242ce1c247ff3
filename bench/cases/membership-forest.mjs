import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPython } from "../find-python.mjs";
import { isQuiet } from "../machine.mjs";
import { measureSuccess, root } from "../measure.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "random forests, against scikit-learn";
export const columns = ["way", "wall", "processor", "peak memory"];

const OURS = fileURLToPath(new URL("../membership/fit-forests.mjs", import.meta.url));
const LARGE = { name: "1,600 × 1,000", n: 2000, m: 1000, train: 1600, trees: 500, depth: 5, leaf: 3 };
const SMALL = { name: "120 × 300", n: 150, m: 300, train: 120, trees: 100, depth: 2, leaf: 5 };
/** Seeds of the small one for each of the large one. */
const SMALL_REPEATS = 10;
/** Seconds of scikit-learn 1.2 for the large one on two quiet cores. */
const TARGET = 4.7;

/**
 * @param {{ folder: string, say: (text: string) => void, large?: object, small?: object, seeds?: number,
 *   python?: { command: string, versions: string } | { reason: string } }} options
 */
export async function measure({ folder, say, large = LARGE, small = SMALL, seeds = 5, python }) {
  mkdirSync(folder, { recursive: true });
  const sklearn = python ?? findPython(["numpy", "scikit-learn"]);
  const judged = isQuiet();
  const rows = [];
  const notes = [];
  let found = Number.NaN;
  for (const [task, ways, repeats] of [
    [large, [1, 2], seeds],
    [small, [0], SMALL_REPEATS * seeds],
  ]) {
    const { labels, ...files } = await writeData(folder, task);
    const { name, ...sizes } = task;
    const request = { ...sizes, ...files };
    const forest = `${task.trees} trees of depth ${task.depth}, ${name}`;
    const numbers = (count) => Array.from({ length: count }, (_, seed) => seed);
    let ours;
    for (const threads of ways) {
      say(`${forest}: ${wayName(threads)}`);
      ours = await fitAll(process.execPath, [OURS], { ...request, threads, seeds: numbers(repeats) });
      rows.push(row(`${forest}; neurotables, ${wayName(threads)}`, ours));
      if (threads === 2) found = ours.wall;
    }
    if (sklearn.reason !== undefined) continue;
    say(`${forest}: Python`);
    const threads = Math.max(1, ...ways);
    const script = join(root, "bench", "python", "forest.py");
    const theirs = await fitAll(sklearn.command, [script], { ...request, threads, seeds: numbers(repeats) });
    rows.push(row(`${forest}; scikit-learn, ${wayName(threads)}`, theirs));
    const ratio = (of) => (of(theirs) / of(ours)).toFixed(1);
    rows.push([`${forest}; scikit-learn ÷ neurotables`, ...[(r) => r.wall, (r) => r.cpu, (r) => r.peak].map(ratio)]);
    notes.push(`${name}: ${compared(ours, theirs, { labels, train: task.train })}.`);
  }
  notes.unshift(
    `Median of ${seeds} seeds (of the small forest ${SMALL_REPEATS * seeds}), fitting alone.`,
    sklearn.reason === undefined ? `Python ${sklearn.versions}.` : `Python: skipped, ${sklearn.reason}.`,
  );
  return { rows, notes, targets: [{ what: "large forest, two threads", limit: TARGET, found, unit: "s", judged }] };
}

function wayName(threads) {
  return threads === 0 ? "columns prepared once" : threads === 1 ? "one thread" : `${threads} threads`;
}

function row(way, { wall, cpu, peak }) {
  return [way, seconds(wall), seconds(cpu), megabytes(peak)];
}

async function fitAll(command, args, request) {
  const { stdout } = await measureSuccess(command, [...args, JSON.stringify(request)]);
  const { runs, peak } = JSON.parse(stdout);
  const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return { runs, peak, wall: middle(runs.map((run) => run.wall)), cpu: middle(runs.map((run) => run.cpu)) };
}

/** Noise, with something of the label in twenty columns. */
async function writeData(folder, { name, n, m }) {
  const { randomNumbers } = await import("../../dist/compute/statistics/random-numbers.js");
  const random = randomNumbers(m);
  const y = new Uint8Array(n).map(() => (random() < 0.5 ? 1 : 0));
  const x = new Float64Array(n * m).map((_, at) => {
    const noise = random() + random() + random() + random();
    return noise + (at % m < 20 ? 0.15 * y[Math.floor(at / m)] : 0);
  });
  const path = (column) => join(folder, `${name.replaceAll(/\W+/g, "-")}-${column}.bin`);
  writeFileSync(path("x"), x);
  writeFileSync(path("y"), y);
  return { x: path("x"), y: path("y"), labels: y };
}

/** Requires what two samples of one distribution of forests would show: nearly the same areas and mean probabilities. */
function compared(ours, theirs, { labels, train }) {
  const tested = labels.subarray(train);
  const areas = [ours, theirs].map(({ runs }) => runs.map((run) => area(run.probabilities, tested)));
  const units = Array.from(tested, (_, i) => [ours, theirs].map(({ runs }) => runs.map((run) => run.probabilities[i])));
  const apart = mean(units.map(([here, there]) => Math.abs(mean(here) - mean(there))));
  const noise = mean(units.map(([here, there]) => standardError(here, there)));
  const [here, there] = areas;
  const isNear = Math.abs(mean(here) - mean(there)) <= 0.005 + 4 * standardError(here, there);
  if (!isNear || !(apart <= 0.005 + 2 * noise)) {
    throw new Error(`AUC ${mean(here)} here, ${mean(there)} in Python; probabilities differ by ${apart} in the mean`);
  }
  const shown = (values) => `${mean(values).toFixed(3)} ± ${Math.sqrt(variance(values)).toFixed(3)}`;
  const differ = `differ by ${apart.toFixed(4)}, their standard error is ${noise.toFixed(4)}`;
  return `AUC over seeds ${shown(here)} here, ${shown(there)} in scikit-learn; mean probabilities ${differ}`;
}

/** Of the difference of two means. */
function standardError(here, there) {
  return Math.sqrt(variance(here) / (here.length - 1) + variance(there) / (there.length - 1));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values) {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
}

function area(scores, labels) {
  let [wins, pairs] = [0, 0];
  for (const [i, score] of scores.entries()) {
    if (labels[i] !== 1) continue;
    for (const [k, other] of scores.entries()) {
      if (labels[k] === 1) continue;
      pairs++;
      wins += score > other ? 1 : score === other ? 0.5 : 0;
    }
  }
  return wins / pairs;
}
