import { fileURLToPath } from "node:url";
import { measureSuccess } from "../measure.mjs";
import { hardwareGpu } from "../ntf/hardware-gpu.mjs";
import { findNtfPython, inPython, milliseconds, threadsName, twoDigits } from "../ntf/paired-fits.mjs";

export const title = "what the devices can do at most, and how much of it a sweep uses";
export const columns = ["what", "neurotables", "per second", "numpy or PyTorch", "per second", "÷ neurotables"];

const OURS = fileURLToPath(new URL("../ntf/measure-ceilings.mjs", import.meta.url));
const SHAPE = [150, 150, 600];
const RANK = 12;
const SIZES = { cpu: 1024, gpu: 4096 };

/**
 * @param {{ folder: string, say: (text: string) => void, short?: boolean, shape?: number[], size?: number, times?: number,
 *   python?: object }} options
 */
export async function measure({ say, short = false, shape = SHAPE, size, times = short ? 3 : 15, python }) {
  const found = python ?? (await findNtfPython());
  const gpu = await hardwareGpu();
  const settings = ["float64", "float32"].flatMap((type) =>
    [1, 2].map((threads) => ({ device: "cpu", type, threads })),
  );
  if (gpu.reason === undefined) settings.push({ device: "gpu", type: "float32", threads: 1 });
  const rows = [];
  for (const setting of settings) {
    const { device, type, threads } = setting;
    const name = `${device === "gpu" ? gpu.adapter : "cpu"}, ${type}${device === "gpu" ? "" : `, ${threadsName(threads)}`}`;
    say(name);
    const edge = size ?? SIZES[device];
    const request = { ...setting, size: edge, shape, rank: RANK, times };
    const ours = JSON.parse((await measureSuccess(process.execPath, [OURS, JSON.stringify(request)])).stdout);
    const theirs = await ceilingsInPython(found, { device, type, threads, size: edge, shape, times });
    const [product, read, sweep] = [ours.product, ours.read, ours.sweep].map((time) => secondsOf(time, setting));
    const beside = (time) => (time === undefined ? undefined : secondsOf(time, setting));
    const entries = shape.reduce((all, length) => all * length, 1);
    const bytes = entries * (type === "float64" ? 8 : 4);
    const operations = 2 * edge ** 3;
    rows.push(
      row(`product of ${edge} × ${edge}; ${name}`, product, beside(theirs.product), operations, "GFLOP"),
      row(`sum of squares of ${Math.round(bytes / 1e6)} MB; ${name}`, read, beside(theirs.read), bytes, "GB"),
      [
        `HALS sweep; ${name}`,
        milliseconds(sweep),
        `${rate(4 * entries * RANK, sweep)} GFLOP, ${share(4 * entries * RANK, sweep, operations, product)} of the product's; ${rate(2 * bytes, sweep)} GB, ${share(2 * bytes, sweep, bytes, read)} of the sum's`,
        ...["", "", ""],
      ],
    );
  }
  return {
    rows,
    notes: [
      `Best of ${times}; on one thread the shorter of wall and processor time. A sweep over ${shape.join(" × ")} of rank ${RANK} reads the tensor twice and does 4 · entries · rank operations for it.`,
      found.reason === undefined
        ? `Python ${found.has.python}, numpy ${found.has.numpy}.`
        : `Python: skipped, ${found.reason}.`,
      gpu.reason === undefined ? `Gpu: ${gpu.adapter}, driver ${gpu.driver}.` : `No gpu was measured: ${gpu.reason}.`,
    ],
  };
}

/** On a gpu PyTorch's, where it has one. */
async function ceilingsInPython({ command, has }, { device, type, threads, size, shape, times }) {
  if (command === undefined || (device === "gpu" && !has.cuda)) return {};
  const where = device === "gpu" ? { library: "torch", device: "cuda" } : { library: "numpy" };
  const product = await inPython(command, { task: "product", ...where, type, threads, size, times }, threads);
  if (device === "gpu") return { product };
  const length = shape.reduce((all, each) => all * each, 1);
  return { product, read: await inPython(command, { task: "read", type, threads, length, times }, threads) };
}

function secondsOf({ wall, cpu }, { device, threads }) {
  return device === "cpu" && threads === 1 ? Math.min(wall, cpu) : wall;
}

function row(what, ours, theirs, amount, unit) {
  return [
    what,
    milliseconds(ours),
    `${rate(amount, ours)} ${unit}`,
    theirs === undefined ? "" : milliseconds(theirs),
    theirs === undefined ? "" : `${rate(amount, theirs)} ${unit}`,
    theirs === undefined ? "" : twoDigits(theirs / ours),
  ];
}

function rate(amount, time) {
  return twoDigits(amount / time / 1e9);
}

function share(amount, time, ceiling, ceilingTime) {
  return `${Math.round((100 * (amount / time)) / (ceiling / ceilingTime))} %`;
}
