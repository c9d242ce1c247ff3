import { mkdirSync, rmSync } from "node:fs";
import { isQuiet } from "../machine.mjs";
import {
  findNtfPython,
  fitHere,
  fitInPython,
  PAIR_COLUMNS,
  pairedFits,
  pairRows,
  threadsName,
} from "../ntf/paired-fits.mjs";
import { writeDense, writePairs, writeSquare, writeStart } from "../ntf/problems.mjs";

export const title = "sweeps over affinities that are never formed, against the formed tensor and numpy";
export const columns = PAIR_COLUMNS;

const RANK = 12;
const WIDTH = 4;
const SQUARE = { items: 150, frames: 2400 };
/** Of five worms: the neurons that all have, and as many as one has. */
const PAIRS = [
  { items: 36, frames: 800, groups: 5 },
  { items: 150, frames: 800, groups: 5 },
];

/**
 * @param {{ folder: string, say: (text: string) => void, short?: boolean, square?: typeof SQUARE, pairs?: typeof PAIRS,
 *   rank?: number, rounds?: number, sweeps?: number, python?: object }} options
 */
export async function measure({
  folder,
  say,
  short = false,
  square = SQUARE,
  pairs = short ? PAIRS.slice(0, 1) : PAIRS,
  rank = RANK,
  rounds = short ? 1 : 5,
  sweeps = short ? 5 : 20,
  python,
}) {
  const found = python ?? (await findNtfPython());
  mkdirSync(folder, { recursive: true });
  const quiet = isQuiet();
  const rows = [];
  const tasks = [
    { label: "square", sizes: square, write: writeSquare, settings: everySetting() },
    ...pairs.map((sizes) => ({ label: "pairs", sizes, write: writePairs, settings: [["float64", 1]] })),
  ];
  for (const { label, sizes, write, settings } of tasks) {
    const { items, groups = 1 } = sizes;
    say(`${label} of ${items}`);
    const { roots, bins, tensor } = await write(folder, { width: WIDTH, ...sizes });
    const dense = await writeDense(folder, { form: label, items, bins, width: WIDTH, groups, roots });
    const { shape } = dense("float64");
    const init = await writeStart(folder, `${label}-${items}-start`, shape, rank);
    for (const [type, threads] of settings) {
      const request = { type, threads, rank, init, algorithm: "hals", warm: 10, sweeps };
      const formed = { ...request, tensor: dense(type) };
      const free = { ...request, tensor: tensor(type) };
      const ways = [
        { name: "neurotables, never formed", type, run: () => fitHere(free) },
        { name: "neurotables, dense", type, run: () => fitHere(formed) },
      ];
      if (found.reason === undefined) {
        ways.push(
          { name: "numpy, never formed", type, run: () => fitInPython(found.command, "numpy", free) },
          { name: "numpy, dense", type, run: () => fitInPython(found.command, "numpy", formed) },
        );
      }
      const runs = await pairedFits(ways, rounds);
      const name = `${shape.map((size) => size.toLocaleString("en")).join(" × ")}, ${type}, ${threadsName(threads)}`;
      rows.push(
        ...pairRows(
          name,
          runs,
          ways.map((way) => way.name),
        ),
      );
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    rows,
    notes: [
      `HALS, rank ${rank}, bins of ${WIDTH} frames; ${sweeps} sweeps with their errors, from the same start; median of ${rounds} rounds in which the ways take turns; ratios are to neurotables, never formed. Forming the dense tensor is not within.`,
      found.reason === undefined
        ? `Python ${found.has.python}, numpy ${found.has.numpy}, given the same formulas. All errors are the same (1e-9 in float64, 1e-4 in float32).`
        : `Python: skipped, ${found.reason}.`,
      ...(quiet ? [] : ["The machine was busy: rows of two threads say little."]),
    ],
  };
}

function everySetting() {
  return ["float64", "float32"].flatMap((type) => [1, 2].map((threads) => [type, threads]));
}
