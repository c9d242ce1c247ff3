import { mkdirSync, rmSync } from "node:fs";
import { isQuiet } from "../machine.mjs";
import {
  findNtfPython,
  fitHere,
  fitInPython,
  milliseconds,
  PAIR_COLUMNS,
  pairedFits,
  pairRows,
  threadsName,
} from "../ntf/paired-fits.mjs";
import { writeSquare, writeStart } from "../ntf/problems.mjs";

export const title = "one animal with thousands of neurons, whose tensor is never formed";
export const columns = PAIR_COLUMNS;

const SIZES = { items: 2000, frames: 4000, width: 4 };
const RANK = 12;
const SWEEPS = 50;
const THREADS = 2;
/** Of the process. */
const MOST_BYTES = 1e9;

/**
 * @param {{ folder: string, say: (text: string) => void, short?: boolean, sizes?: typeof SIZES, rank?: number,
 *   rounds?: number, sweeps?: number, python?: object }} options
 */
export async function measure({
  folder,
  say,
  short = false,
  sizes = SIZES,
  rank = RANK,
  rounds = short ? 1 : 3,
  sweeps = short ? 5 : SWEEPS,
  python,
}) {
  const found = python ?? (await findNtfPython());
  mkdirSync(folder, { recursive: true });
  say("traces and slopes");
  const { items, frames, width } = sizes;
  const { bins, tensor } = await writeSquare(folder, sizes);
  const shape = [items, items, bins];
  const init = await writeStart(folder, "start", shape, rank);
  const quiet = isQuiet();
  const rows = [];
  const notes = [];
  const targets = [];
  const settings = ["float64", "float32"].flatMap((type) => [
    { type, threads: THREADS, sweeps },
    { type, threads: 1, sweeps: Math.ceil(sweeps / 5) },
  ]);
  for (const { type, threads, ...counts } of settings) {
    const request = { tensor: tensor(type), type, threads, rank, init, algorithm: "hals", warm: 1, ...counts };
    const ways = [{ name: "neurotables", type, run: () => fitHere(request) }];
    if (found.reason === undefined) {
      ways.push({ name: "numpy", type, run: () => fitInPython(found.command, "numpy", request) });
    }
    const name = `${type}, ${threadsName(threads)}`;
    say(name);
    const runs = await pairedFits(ways, rounds);
    rows.push(
      ...pairRows(
        name,
        runs,
        ways.map((way) => way.name),
      ),
    );
    if (threads !== THREADS) continue;
    const ours = runs.get("neurotables");
    const peak = Math.max(...ours.map((run) => run.peak));
    const best = Math.min(...ours.map((run) => run.wall)) * sweeps;
    const formed = items * items * bins * (type === "float64" ? 8 : 4);
    notes.push(
      `${type}: ${sweeps} sweeps on ${threadsName(THREADS)} in ${milliseconds(best)} (best of ${rounds}), error ${ours[0].errors.at(-1).toFixed(6)}; formed, the tensor would take ${(formed / 1e9).toFixed(1)} GB.`,
    );
    targets.push({ what: `peak memory, ${type}`, limit: MOST_BYTES / 1e6, found: peak / 1e6, unit: "MB" });
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    rows,
    targets,
    notes: [
      `${items.toLocaleString("en")} invented neurons × ${frames.toLocaleString("en")} frames, bins of ${width}, rank ${rank}, HALS; per sweep, median of ${rounds} rounds in which the ways take turns.`,
      ...notes,
      found.reason === undefined
        ? `Python ${found.has.python}, numpy ${found.has.numpy}, given the same formulas; the same errors (1e-9 in float64, 1e-4 in float32).`
        : `Python: skipped, ${found.reason}.`,
      ...(quiet ? [] : ["The machine was busy: rows of two threads say little."]),
    ],
  };
}
