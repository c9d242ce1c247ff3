import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureSuccess } from "../measure.mjs";
import { findNtfPython, inPython, median, milliseconds, twoDigits } from "../ntf/paired-fits.mjs";
import { megabytes } from "../report.mjs";

export const title = "affinities before a factorisation and communities after it";
export const columns = ["step", "wall", "processor", "peak memory"];

const OURS = fileURLToPath(new URL("../ntf/run-steps.mjs", import.meta.url));
const RECORDINGS = { animals: 5, neurons: 150, frames: 4000, width: 4 };
const GRAPH = { nodes: 300, blocks: 5 };
const TOLERANCE = 1e-9;

/**
 * @param {{ folder: string, say: (text: string) => void, short?: boolean, recordings?: typeof RECORDINGS,
 *   graph?: typeof GRAPH, rounds?: number, python?: object }} options
 */
export async function measure({
  folder,
  say,
  short = false,
  recordings = RECORDINGS,
  graph = GRAPH,
  rounds = short ? 1 : 3,
  python,
}) {
  const found = python ?? (await findNtfPython());
  mkdirSync(folder, { recursive: true });
  const slopes = join(folder, "slopes.f64");
  const all = { affinity: [], communities: [], numpy: [] };
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    all.affinity.push(await here({ step: "affinity", ...recordings, slopes }));
    if (found.reason === undefined) {
      all.numpy.push(await inPython(found.command, { task: "affinity", ...recordings, slopes }, 1));
    }
    all.communities.push(await here({ step: "communities", ...graph }));
  }
  const [{ shape, sum }] = all.affinity;
  const [{ edges, sbm, leiden }] = all.communities;
  for (const other of all.numpy) {
    if (!(Math.abs(other.sum - sum) <= TOLERANCE * sum))
      throw new Error(`affinities sum to ${sum} here, ${other.sum} in numpy`);
  }
  if (sbm.score !== 1) throw new Error(`the planted blocks are found with an adjusted Rand index of ${sbm.score}`);
  rmSync(folder, { recursive: true, force: true });
  const middle = (runs, what, part) => median(runs.map((run) => (part === undefined ? run : run[part])[what]));
  const row = (name, runs, part) => [
    name,
    milliseconds(middle(runs, "wall", part)),
    milliseconds(middle(runs, "cpu", part)),
    megabytes(middle(runs, "peak")),
  ];
  const { animals, neurons, frames, width } = recordings;
  const tensor = `affinities ${shape.map((size) => size.toLocaleString("en")).join(" × ")}`;
  const rows = [
    row(`slopes of ${animals} × ${neurons} traces × ${frames.toLocaleString("en")} frames`, all.affinity, "slopes"),
    row(`${tensor}; neurotables`, all.affinity, "formed"),
  ];
  if (all.numpy.length > 0) {
    const ratio = (what) =>
      twoDigits(median(all.numpy.map((run, round) => run[what] / all.affinity[round].formed[what])));
    rows.push(row(`${tensor}; numpy`, all.numpy), [`${tensor}; numpy ÷ neurotables`, ratio("wall"), ratio("cpu"), ""]);
  }
  const name = `${graph.nodes} nodes, ${edges.toLocaleString("en")} edges`;
  rows.push(row(`block model, ${name}`, all.communities, "sbm"), row(`Leiden, ${name}`, all.communities, "leiden"));
  return {
    rows,
    notes: [
      `Median of ${rounds}, one thread. Kernel geomean, bins of ${width} frames. ${graph.blocks} planted blocks of exponential weights on a complete graph: the block model (${sbm.searches} searches) finds them exactly, Leiden with an adjusted Rand index of ${leiden.score.toFixed(3)}.`,
      found.reason === undefined
        ? `Python ${found.has.python}, numpy ${found.has.numpy}: the same sum of affinities (1e-9).`
        : `Python: skipped, ${found.reason}.`,
    ],
  };
}

async function here(request) {
  return JSON.parse((await measureSuccess(process.execPath, [OURS, JSON.stringify(request)])).stdout);
}
