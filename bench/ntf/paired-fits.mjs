// Fits by neurotables and by Python, in processes of their own that take turns, with the same errors after every sweep.
import { fileURLToPath } from "node:url";
import { findPython } from "../find-python.mjs";
import { measureSuccess } from "../measure.mjs";
import { megabytes } from "../report.mjs";

const OURS = fileURLToPath(new URL("fit-tensor.mjs", import.meta.url));
const THEIRS = fileURLToPath(new URL("../python/ntf.py", import.meta.url));
/** Of errors, absolutely: ‖X‖ is 1 in them. float32 ones are a root of a difference of sums of rounded numbers. */
const TOLERANCE = { float64: 1e-9, float32: 1e-4 };

/** The Python to use and the versions of what it has; or why there is none. */
export async function findNtfPython() {
  const python = findPython(["numpy"]);
  if (python.reason !== undefined) return python;
  return { ...python, has: await inPython(python.command, { task: "versions" }, 1) };
}

/** Runs a task of python/ntf.py on so many threads. */
export async function inPython(command, request, threads) {
  const env = { ...process.env };
  for (const name of ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]) env[name] = String(threads);
  const { stdout } = await measureSuccess(command, ["-B", "-W", "ignore", THEIRS, JSON.stringify(request)], { env });
  return JSON.parse(stdout);
}

export async function fitHere(request) {
  return JSON.parse((await measureSuccess(process.execPath, [OURS, JSON.stringify(request)])).stdout);
}

export async function fitInPython(command, library, request) {
  return inPython(command, { task: "fit", library, ...request }, request.threads);
}

/**
 * Runs each way once per round, in turn, every other round from the last to the first. Errors of `exact` ways must be those
 * of the first way.
 * @param {{ name: string, type: "float64" | "float32", isExact?: boolean, run: () => Promise<object> }[]} ways
 * @returns runs by name
 */
export async function pairedFits(ways, rounds) {
  const runs = new Map(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) runs.get(way.name).push(await way.run());
  }
  const [first, ...others] = ways;
  const [{ errors }] = runs.get(first.name);
  for (const { name, isExact = true } of others) {
    if (isExact) requireSameErrors(runs.get(name)[0].errors, errors, TOLERANCE[first.type], name);
  }
  return runs;
}

/** Of a fit of fewer sweeps, those. @throws unless all errors are numbers and as near as the tolerance */
export function requireSameErrors(found, expected, tolerance, name) {
  if (found.length === 0 || found.length > expected.length) {
    throw new Error(`${name}: ${found.length} errors, at most ${expected.length} expected`);
  }
  for (const [sweep, error] of found.entries()) {
    if (Math.abs(error - expected[sweep]) <= tolerance) continue;
    throw new Error(`${name}: error ${error} after sweep ${sweep + 1}, ${expected[sweep]} expected`);
  }
}

/** The middle of the rounds, each for itself. */
export function middle(runs, what) {
  return median(runs.map((run) => run[what]));
}

/** The middle of the ratios of the rounds: both of a round ran one after the other. */
export function pairedRatio(theirs, ours, what) {
  return median(theirs.map((run, round) => run[what] / ours[round][what]));
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

export const PAIR_COLUMNS = ["sweep", "wall", "processor", "peak memory", "beside ÷ neurotables, wall", "by processor"];

/** Two rows or more: neurotables, then the others with their ratios to it. */
export function pairRows(name, runs, [ours, ...others]) {
  const row = (way, all, ratios) => [
    `${name}; ${way}`,
    milliseconds(middle(all, "wall")),
    milliseconds(middle(all, "cpu")),
    megabytes(middle(all, "peak")),
    ...ratios,
  ];
  const base = runs.get(ours);
  const ratio = (all) => ["wall", "cpu"].map((what) => twoDigits(pairedRatio(all, base, what)));
  return [row(ours, base, ["", ""]), ...others.map((way) => row(way, runs.get(way), ratio(runs.get(way))))];
}

export function twoDigits(value) {
  return value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0);
}

/** Seconds as `1.23 ms`, or in seconds from 10 s on. */
export function milliseconds(value) {
  if (value >= 10) return `${value.toFixed(1)} s`;
  const shown = 1000 * value;
  return `${shown < 10 ? shown.toFixed(2) : shown < 100 ? shown.toFixed(1) : Math.round(shown).toLocaleString("en")} ms`;
}

export function threadsName(threads) {
  return threads === 1 ? "one thread" : threads === 2 ? "two threads" : `${threads} threads`;
}
