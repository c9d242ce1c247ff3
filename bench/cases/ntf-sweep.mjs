import { mkdirSync, rmSync } from "node:fs";
import { isQuiet } from "../machine.mjs";
import { hardwareGpu } from "../ntf/hardware-gpu.mjs";
import {
  findNtfPython,
  fitHere,
  fitInPython,
  middle,
  milliseconds,
  PAIR_COLUMNS,
  pairedFits,
  pairedRatio,
  pairRows,
  requireSameErrors,
  threadsName,
  twoDigits,
} from "../ntf/paired-fits.mjs";
import { writeGenericTensor, writeStart } from "../ntf/problems.mjs";
import { megabytes } from "../report.mjs";

export const title = "sweeps of non-negative CP over a dense tensor, against numpy with OpenBLAS";
export const columns = PAIR_COLUMNS;

const SHAPE = [150, 150, 600];
const RANK = 12;
const ALGORITHMS = { hals: "HALS", mu: "MU" };
/** neurotables ÷ numpy. */
const TARGET = 1.3;
/** Three passes over the tensor with einsum: seconds per sweep. */
const TENSORLY_SWEEPS = 2;

/**
 * @param {{ folder: string, say: (text: string) => void, short?: boolean, shape?: number[], rank?: number, rounds?: number,
 *   sweeps?: number, python?: object }} options
 */
export async function measure({
  folder,
  say,
  short = false,
  shape = SHAPE,
  rank = RANK,
  rounds = short ? 1 : 5,
  sweeps = short ? 5 : 20,
  python,
}) {
  const found = python ?? (await findNtfPython());
  if (found.reason !== undefined) return { rows: [], skipped: found.reason };
  mkdirSync(folder, { recursive: true });
  const { command, has } = found;
  const quiet = isQuiet();
  const tensor = await writeGenericTensor(folder, shape);
  const init = await writeStart(folder, "start", shape, rank);
  const rows = [];
  const targets = [];
  const ways = new Set();
  let firstFit;
  for (const [algorithm, label] of Object.entries(ALGORITHMS)) {
    for (const type of ["float64", "float32"]) {
      for (const threads of [1, 2]) {
        const name = `${label}, ${type}, ${threadsName(threads)}`;
        say(name);
        const request = { tensor: tensor(type), type, threads, rank, init, algorithm, warm: 2, sweeps };
        const all = [
          { name: "neurotables", type, run: () => fitHere(request) },
          { name: "numpy", type, run: () => fitInPython(command, "numpy", request) },
        ];
        if (has.torch) all.push({ name: "PyTorch", type, run: () => fitInPython(command, "torch", request) });
        if (has.tensorly && type === "float64" && threads === 1) {
          const fewer = { ...request, warm: 0, sweeps: TENSORLY_SWEEPS };
          const run = () => fitInPython(command, "tensorly", fewer);
          all.push({ name: "tensorly", type, isExact: algorithm === "mu", run });
        }
        const runs = await pairedFits(all, rounds);
        firstFit ??= { request, runs: runs.get("neurotables") };
        for (const { how } of runs.get("numpy")) ways.add(how);
        rows.push(
          ...pairRows(
            name,
            runs,
            all.map((way) => way.name),
          ),
        );
        const clock = threads === 1 ? "cpu" : "wall";
        targets.push({
          what: `${name}, neurotables ÷ numpy by ${clock === "cpu" ? "processor" : "wall"} time`,
          limit: TARGET,
          found: 1 / pairedRatio(runs.get("numpy"), runs.get("neurotables"), clock),
          unit: "times",
          judged: threads === 1 || quiet,
        });
      }
    }
  }
  rows.push(await referenceRow(firstFit, say));
  const gpu = await gpuRows({ command, has, tensor, init, rank, rounds, sweeps, say });
  rows.push(...gpu.rows);
  rmSync(folder, { recursive: true, force: true });
  const missing = [
    ["PyTorch", has.torch],
    ["tensorly", has.tensorly],
  ].flatMap(([library, version]) => (version ? [] : [library]));
  return {
    rows,
    targets,
    notes: [
      `X = ${shape.join(" × ")}, uniform, rank ${rank}; ${sweeps} sweeps with their errors, from the same start; median of ${rounds} rounds in which the ways take turns, ratios are medians of those of the rounds.`,
      `Python ${has.python}, numpy ${has.numpy}${has.torch ? `, PyTorch ${has.torch}` : ""}${has.tensorly ? `, tensorly ${has.tensorly} (its HALS: up to five passes per update, other errors)` : ""}.`,
      ...(missing.length > 0 ? [`${missing.join(" and ")}: skipped, not installed.`] : []),
      `numpy's way that was faster: ${[...ways].join("; ")}. All errors are the same (1e-9 in float64, 1e-4 in float32).`,
      gpu.note,
      ...(quiet ? [] : ["The machine was busy: rows of two threads say little."]),
    ],
  };
}

/** One sweep of the oracle. */
async function referenceRow({ request, runs }, say) {
  say("reference device");
  const run = await fitHere({ ...request, device: "reference", warm: 0, sweeps: 1 });
  requireSameErrors(run.errors, runs[0].errors, 1e-12, "reference");
  return [
    "HALS, float64, one thread; the reference device",
    milliseconds(run.wall),
    milliseconds(run.cpu),
    megabytes(run.peak),
    ...["wall", "cpu"].map((what) => twoDigits(run[what] / middle(runs, what))),
  ];
}

async function gpuRows({ command, has, tensor, init, rank, rounds, sweeps, say }) {
  const gpu = await hardwareGpu();
  if (gpu.reason !== undefined) return { rows: [], note: `No gpu was measured: ${gpu.reason}.` };
  const type = "float32";
  const rows = [];
  for (const [algorithm, label] of Object.entries(ALGORITHMS)) {
    const name = `${label}, ${type}, ${gpu.adapter}`;
    say(name);
    const request = { tensor: tensor(type), type, threads: 1, rank, init, algorithm, warm: 20, sweeps: 10 * sweeps };
    const all = [{ name: "neurotables", type, run: () => fitHere({ ...request, device: "gpu" }) }];
    if (has.cuda) {
      all.push({
        name: `PyTorch on ${has.cuda}`,
        type,
        run: () => fitInPython(command, "torch", { ...request, device: "cuda" }),
      });
    }
    rows.push(
      ...pairRows(
        name,
        await pairedFits(all, rounds),
        all.map((way) => way.name),
      ),
    );
  }
  const beside = has.cuda ? "" : "; PyTorch has no gpu here";
  return { rows, note: `Gpu: ${gpu.adapter}, driver ${gpu.driver}${beside}.` };
}
