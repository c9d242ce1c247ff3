// Fits a tensor in a process of its own: node fit-tensor.mjs '{"tensor": …, "type", "threads", "device", "rank", "init": PATH,
// "algorithm", "warm", "sweeps"}', as the task fit of bench/python/ntf.py does. Prints the errors after each sweep, seconds
// per sweep, and peak memory.

import { tensorShape } from "../../dist/compute/device/command.js";
import { openDevice } from "../../dist/compute/device/open-device.js";
import { fitCp } from "../../dist/stages/ntf/fit-cp.js";
import { normSquared, rootsNormSquared } from "../../dist/stages/ntf/tensor-norm.js";
import { readFloats } from "./float-files.mjs";

const {
  tensor,
  type,
  threads,
  rank,
  init,
  algorithm,
  warm,
  sweeps,
  device: name = "cpu",
} = JSON.parse(process.argv[2]);
const device = await openDevice(name, { threads });
const layout = tensor.form === "pairs" ? { signs: [1], ...tensor } : tensor;
const shape = tensorShape(layout);
const values = readFloats(tensor.values ?? tensor.roots, type);
const total = tensor.form === "dense" ? normSquared(values) : rootsNormSquared({ ...layout, values });
const start = splitFactors(readFloats(init, "float64"), shape, rank);
const result = await device.scope(async (memory) => {
  const buffer = memory.upload(type, values);
  const operand = { ...layout, [tensor.form === "dense" ? "values" : "roots"]: buffer };
  const sweepFor = (iterations) =>
    device.scope((inner) =>
      fitCp(device, inner, operand, { rank, init: start, algorithm, iterations, normSquared: total }),
    );
  if (warm > 0) await sweepFor(warm);
  const began = performance.now();
  const used = process.cpuUsage();
  const { errors } = await sweepFor(sweeps);
  const { user, system } = process.cpuUsage(used);
  return {
    errors: [...errors],
    wall: (performance.now() - began) / 1000 / sweeps,
    cpu: (user + system) / 1e6 / sweeps,
  };
});
const { identity, adapter } = device.description;
await device.close();
console.log(JSON.stringify({ ...result, identity, adapter, peak: 1024 * process.resourceUsage().maxRSS }));

function splitFactors(numbers, sizes, columns) {
  const lengths = sizes.map((rows) => rows * columns);
  return lengths.map((length, mode) => {
    const from = lengths.slice(0, mode).reduce((sum, before) => sum + before, 0);
    return numbers.subarray(from, from + length);
  });
}
