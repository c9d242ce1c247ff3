// What a device can do at most, and how much of it a sweep uses, in a process of its own: node measure-ceilings.mjs
// '{"device", "type", "threads", "size", "shape", "rank", "times"}'. Prints the best seconds of a product of two square
// matrices, of a sum of squares over a tensor, and of a HALS sweep.
import { openDevice } from "../../dist/compute/device/open-device.js";
import { randomNumbers } from "../../dist/compute/statistics/random-numbers.js";
import { cpSweep } from "../../dist/stages/ntf/cp-sweep.js";

const { device: name, type, threads, size, shape, rank, times } = JSON.parse(process.argv[2]);
const device = await openDevice(name, { threads });
const random = randomNumbers(1);
const uniform = (length) => new Float32Array(length).map(() => random());
const product = await device.scope((memory) => {
  const square = (values) => ({ buffer: memory.upload(type, values), row: size, column: 1 });
  const [left, right, out] = [uniform(size ** 2), uniform(size ** 2), new Float32Array(size ** 2)].map(square);
  return bestTime([{ kind: "matrixProduct", m: size, n: size, k: size, left, right, out }]);
});
const [rows, columns] = [shape[0] * shape[1], shape[2]];
const { read, sweep } = await device.scope(async (memory) => {
  const values = memory.upload(type, uniform(rows * columns));
  const sums = memory.allocate(device.description.partials, rows);
  const factors = shape.map((length) => memory.upload(type, uniform(length * rank)));
  const tensor = { form: "dense", values, shape };
  const { update } = cpSweep(device, memory, tensor, factors, { rank, algorithm: "hals", innerSweeps: 1 });
  return {
    read: await bestTime([{ kind: "reduceRows", reduction: "sumOfSquares", values, rows, columns, out: sums }]),
    sweep: await bestTime(update),
  };
});
await device.close();
console.log(JSON.stringify({ product, read, sweep }));

async function bestTime(commands) {
  await device.run(commands);
  const best = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  for (let time = 0; time < times; time++) {
    const began = performance.now();
    const used = process.cpuUsage();
    await device.run(commands);
    const { user, system } = process.cpuUsage(used);
    best.wall = Math.min(best.wall, (performance.now() - began) / 1000);
    best.cpu = Math.min(best.cpu, (user + system) / 1e6);
  }
  return best;
}
