// Rebuilds the tensor of published factors and fits it from random starts, in a process of its own: node
// rebuild-factors.mjs '{"factors": FOLDER, "starts", "sweeps", "threads"}'. The folder has mode0.npy, mode1.npy, mode2.npy
// (size × rank) and lambdas.npy. Prints errors, factor match scores to the published factors, seconds, and peak memory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openDevice } from "../../dist/compute/device/open-device.js";
import { parseNpy } from "../../dist/formats/volume/npy.js";
import { normalisedModel } from "../../dist/stages/ntf/cp-model.js";
import { factorMatch } from "../../dist/stages/ntf/factor-match.js";
import { fitCp } from "../../dist/stages/ntf/fit-cp.js";
import { randomStart } from "../../dist/stages/ntf/random-start.js";
import { normSquared } from "../../dist/stages/ntf/tensor-norm.js";

/** As the stage has it: share of ‖X‖² by which a stuck start explains less than the best. */
const STUCK = 0.001;

const { factors: folder, starts, sweeps, threads } = JSON.parse(process.argv[2]);
const [a, b, c, lambdas] = ["mode0", "mode1", "mode2", "lambdas"].map(readMatrix);
const rank = lambdas.values.length;
const shape = [a, b, c].map((matrix) => matrix.shape[0]);
const weighted = a.values.map((value, at) => value * lambdas.values[at % rank]);
const published = normalisedModel([weighted, b.values, c.values], shape, rank);
const X = modelTensor([weighted, b.values, c.values], shape);
const total = normSquared(X);
const device = await openDevice("cpu", { threads });
const fits = await device.scope(async (memory) => {
  const tensor = { form: "dense", values: memory.upload("float64", X), shape };
  const all = [];
  for (let start = 0; start < starts; start++) {
    const init = randomStart({ shape, rank, start, seed: 0, normSquared: total });
    const began = performance.now();
    const options = { rank, init, algorithm: "hals", iterations: sweeps, normSquared: total };
    const { factors, errors } = await device.scope((inner) => fitCp(device, inner, tensor, options));
    const wall = (performance.now() - began) / 1000;
    const { score, components } = factorMatch(published, normalisedModel(factors, shape, rank));
    all.push({ start, error: errors.at(-1), match: score, worst: Math.min(...components), wall });
  }
  return all;
});
await device.close();
const best = Math.min(...fits.map(({ error }) => error));
for (const fit of fits) fit.isStuck = fit.error ** 2 - best ** 2 > STUCK;
const sum = X.reduce((all, value) => all + value, 0);
const peak = 1024 * process.resourceUsage().maxRSS;
console.log(JSON.stringify({ fits, shape, rank, norm: Math.sqrt(total), sum, peak }));

function readMatrix(name) {
  const file = `${name}.npy`;
  const { shape, data } = parseNpy(readFileSync(join(folder, file)), { file });
  return { shape, values: Float64Array.from(data) };
}

function modelTensor([first, second, third], [I, J, K]) {
  const values = new Float64Array(I * J * K);
  const pair = new Float64Array(rank);
  for (let i = 0, at = 0; i < I; i++) {
    for (let j = 0; j < J; j++) {
      for (let r = 0; r < rank; r++) pair[r] = first[i * rank + r] * second[j * rank + r];
      for (let k = 0; k < K; k++, at++) {
        let value = 0;
        for (let r = 0; r < rank; r++) value += pair[r] * third[k * rank + r];
        values[at] = value;
      }
    }
  }
  return values;
}
