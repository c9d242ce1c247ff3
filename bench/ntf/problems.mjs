// Tensors and starts to measure with, generated from seeds.
import { join } from "node:path";
import { writeBoth, writeFloats } from "./float-files.mjs";

const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
/** Of the published analysis: width of the derivative in frames, clip in root mean squares. */
const SIGMA = 2;
const CLIP = 3;

/** Uniform numbers in [0, 1), multiples of 2⁻²⁴. */
async function uniform(length, seed) {
  const { randomNumbers } = await load("compute/statistics/random-numbers.js");
  const random = randomNumbers(seed);
  return new Float64Array(length).map(() => Math.floor(random() * 2 ** 24) / 2 ** 24);
}

/** A start of numbers in [0, 1), for the modes one after the other. @returns its path */
export async function writeStart(folder, name, sizes, rank, seed = 2) {
  const path = join(folder, `${name}.f64`);
  writeFloats(
    path,
    await uniform(
      sizes.reduce((sum, rows) => sum + rows * rank, 0),
      seed,
    ),
  );
  return path;
}

/** A tensor without any structure: as much work as every other. */
export async function writeGenericTensor(folder, shape) {
  const values = writeBoth(join(folder, "generic"), await uniform(shape[0] * shape[1] * shape[2], 1));
  return (type) => ({ form: "dense", shape, values: values[type] });
}

/**
 * Roots of slopes (groups × frames × items) of invented traces: groups of neurons with events in common, calcium kinetics,
 * private events, noise.
 */
export async function plantedRoots({ items, frames, groups = 1, seed = 3 }) {
  const { randomNumbers } = await load("compute/statistics/random-numbers.js");
  const { slopes } = await load("stages/ntf/slopes.js");
  const { signedRoots } = await load("stages/ntf/kernels.js");
  const random = randomNumbers(seed);
  const roots = new Float64Array(groups * frames * items);
  const ensembles = Math.max(2, Math.round(items / 12));
  for (let group = 0; group < groups; group++) {
    const common = Array.from({ length: ensembles }, () => events(frames, 0.01, random));
    for (let item = 0; item < items; item++) {
      const shared = common[item % ensembles];
      const own = events(frames, 0.004, random);
      const trace = new Float64Array(frames);
      let [slow, fast] = [0, 0];
      for (let t = 0; t < frames; t++) {
        slow = slow * 0.92 + shared[t] + own[t];
        fast = fast * 0.66 + shared[t] + own[t];
        trace[t] = slow - fast + 0.05 * (random() + random() + random() - 1.5);
      }
      const s = signedRoots(slopes(trace, SIGMA, CLIP), "geomean");
      for (let t = 0; t < frames; t++) roots[(group * frames + t) * items + item] = Math.fround(s[t]);
    }
  }
  return roots;
}

function events(frames, rate, random) {
  return Float64Array.from({ length: frames }, () => (random() < rate ? 0.5 + random() : 0));
}

/** Items × items × bins of one group, as a tensor that is never formed. */
export async function writeSquare(folder, { items, frames, width }) {
  const roots = await plantedRoots({ items, frames });
  const paths = writeBoth(join(folder, `square-${items}`), roots);
  const bins = Math.floor(frames / width);
  return { roots, bins, tensor: (type) => ({ form: "square", items, bins, width, groups: 1, roots: paths[type] }) };
}

/** Pairs × bins × groups, as a tensor that is never formed. */
export async function writePairs(folder, { items, frames, width, groups }) {
  const roots = await plantedRoots({ items, frames, groups });
  const paths = writeBoth(join(folder, `pairs-${items}`), roots);
  const bins = Math.floor(frames / width);
  return { roots, bins, tensor: (type) => ({ form: "pairs", items, bins, width, groups, roots: paths[type] }) };
}

/** The same tensor, formed. */
export async function writeDense(folder, { form, items, bins, width, groups, roots }) {
  const pairs = (items * (items - 1)) / 2;
  const shape = form === "square" ? [items, items, bins] : [pairs, bins, groups];
  const values = new Float64Array(shape[0] * shape[1] * shape[2]);
  const root = (group, frame, item) => roots[(group * bins * width + frame) * items + item];
  for (let i = 0, pair = 0; i < items; i++) {
    for (let j = i + 1; j < items; j++, pair++) {
      for (let group = 0; group < groups; group++) {
        for (let bin = 0; bin < bins; bin++) {
          let sum = 0;
          for (let frame = bin * width; frame < (bin + 1) * width; frame++) {
            sum += Math.max(0, root(group, frame, i) * root(group, frame, j));
          }
          const value = sum / width;
          if (form === "pairs") values[(pair * bins + bin) * groups + group] = value;
          else {
            values[(i * items + j) * bins + bin] = value;
            values[(j * items + i) * bins + bin] = value;
          }
        }
      }
    }
  }
  const paths = writeBoth(join(folder, `${form}-${items}-dense`), values);
  return (type) => ({ form: "dense", shape, values: paths[type] });
}
