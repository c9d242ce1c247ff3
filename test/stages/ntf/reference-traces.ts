import { readFileSync } from "node:fs";
import { randomNumbers } from "../../../src/compute/statistics/random-numbers.js";
import { denseAffinity } from "../../../src/stages/ntf/affinity.js";
import type { Shape } from "../../../src/stages/ntf/cp-model.js";
import { signedRoots } from "../../../src/stages/ntf/kernels.js";
import type { AffinityRoots } from "../../../src/stages/ntf/read-tensor.js";
import { slopes } from "../../../src/stages/ntf/slopes.js";
import { referenceArray, references } from "./reference-arrays.js";

/** A tensor formed, and the roots it can be contracted from. */
export interface ReferenceTensor {
  readonly values: Float64Array;
  readonly shape: Shape;
  readonly roots: AffinityRoots;
}

/**
 * Pairs × bins of 4 frames × animals, of the planted calcium traces; `shifted`: every trace turned by 100 to 1099 frames
 * of its own.
 */
export function plantedTraces({ shifted = false } = {}): ReferenceTensor {
  const { shape, data } = referenceArray("e2e_traces");
  const [animals, frames, items] = shape as [number, number, number];
  const random = randomNumbers(3);
  const trace = (w: number, i: number) => {
    const shift = shifted ? 100 + Math.floor(random() * 1000) : 0;
    return Float64Array.from(
      { length: frames },
      (_t, t) => data[(w * frames + ((t + shift) % frames)) * items + i] as number,
    );
  };
  const g = Array.from({ length: animals }, (_a, w) =>
    Array.from({ length: items }, (_n, i) => slopes(trace(w, i), 2, 3)),
  );
  const width = 4;
  const dense = denseAffinity({ slopes: g, kernel: "geomean", binFrames: width, alignment: "shared_clock" });
  const values = rootRows(g, frames);
  const bins = frames / width;
  const roots = { form: "pairs" as const, groups: animals, bins, width, items, signs: [1 as const], values };
  return { values: dense.values, shape: dense.shape as Shape, roots };
}

/** Cells × cells × bins of 40 frames, of the zebrafish tectum. */
export function zebrafish(): ReferenceTensor {
  const path = references.path("zebrafish-tectum", "zf_20151104-f1_activity_matrix.csv");
  const rows = readFileSync(path, "utf8").trim().split("\n");
  const g = rows.map((row) => slopes(Float64Array.from(row.split(","), Number), 2, 3));
  const width = 40;
  const bins = Math.floor((g[0] as Float64Array).length / width);
  const trimmed = [g.map((trace) => trace.slice(0, bins * width))];
  const dense = denseAffinity({ slopes: trimmed, kernel: "geomean", binFrames: width, alignment: "concatenated" });
  const values = rootRows(trimmed, bins * width);
  const roots = { form: "square" as const, bins, width, items: rows.length, values };
  return { values: dense.values, shape: dense.shape as Shape, roots };
}

/** Animals × frames × items. */
function rootRows(g: readonly (readonly Float64Array[])[], frames: number): Float64Array {
  const items = g[0]?.length ?? 0;
  const values = new Float64Array(g.length * frames * items);
  for (const [w, animal] of g.entries()) {
    for (const [i, own] of animal.entries()) {
      const roots = signedRoots(own, "geomean");
      for (let t = 0; t < frames; t++) values[(w * frames + t) * items + i] = roots[t] as number;
    }
  }
  return values;
}
