import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Alignment, denseAffinity } from "../../../src/stages/ntf/affinity.js";
import { signedRoots } from "../../../src/stages/ntf/kernels.js";
import { slopes } from "../../../src/stages/ntf/slopes.js";
import { rootsNormSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { referenceArray, referenceJson, references } from "./reference-arrays.js";

function checks(name: string): Record<string, number> {
  return referenceJson(name).affinity_checks;
}

function dense(slopesOf: Float64Array[][], binFrames: number, alignment: Alignment) {
  return denseAffinity({ slopes: slopesOf, kernel: "geomean", binFrames, alignment });
}

/** Sum, largest value and fraction of zeros. */
function summary(values: Float64Array) {
  let [sum, max, zeros] = [0, 0, 0];
  for (const value of values) {
    sum += value;
    max = Math.max(max, value);
    if (value === 0) zeros++;
  }
  return { sum, max, zeros: zeros / values.length };
}

/** frames × items, of the whole bins. */
function rootRows(g: readonly Float64Array[], frames: number): Float64Array {
  const values = new Float64Array(frames * g.length);
  g.forEach((own, item) => {
    const roots = signedRoots(own, "geomean");
    for (let t = 0; t < frames; t++) values[t * g.length + item] = roots[t] as number;
  });
  return values;
}

describe.skipIf(!references.present)(`affinities of reference traces${references.reason}`, () => {
  it("those of the planted animals have the reference's sum, maximum, zeros and entries, animal 0 in full", () => {
    const expected = checks("e2e");
    const { shape, data: traces } = referenceArray("e2e_traces");
    const [animals, frames, neurons] = shape as [number, number, number];
    const g = Array.from({ length: animals }, (_a, w) =>
      Array.from({ length: neurons }, (_n, i) =>
        slopes(
          Float64Array.from({ length: frames }, (_t, t) => traces[(w * frames + t) * neurons + i] as number),
          2,
          3,
        ),
      ),
    );
    const { values, shape: tensor } = dense(g, 4, "shared_clock");
    expect(tensor).toEqual([780, 300, 5]);
    const { sum, max, zeros } = summary(values);
    expect(Math.abs(sum / (expected.sum as number) - 1)).toBeLessThan(1e-10);
    expect(max).toBeCloseTo(expected.max as number, 12);
    expect(zeros).toBe(expected.frac_zero);
    expect(Math.abs((values[0] as number) - (expected["X[0,0,0]"] as number))).toBeLessThan(1e-10);
    const entry = values[(100 * 300 + 37) * 5 + 2] as number;
    expect(Math.abs(entry - (expected["X[100,37,2]"] as number))).toBeLessThan(1e-10);

    const first = referenceArray("e2e_affinity_animal0");
    expect(first.shape).toEqual([780, 300]);
    const worst = first.data.reduce((far, a, k) => Math.max(far, Math.abs(a - (values[k * 5] as number))), 0);
    expect(worst).toBeLessThan(1e-10);

    const roots = Float64Array.from(g.flatMap((animal) => [...rootRows(animal, 1200)]));
    const norm = rootsNormSquared({
      form: "pairs",
      values: roots,
      groups: 5,
      bins: 300,
      width: 4,
      items: 40,
      signs: [1],
    });
    const exact = values.reduce((squares, a) => squares + a * a, 0);
    expect(Math.abs(norm / exact - 1)).toBeLessThan(1e-12);
  });

  it("those of the zebrafish tectum have the reference's sum, norm and entry", () => {
    const expected = checks("zebrafish");
    const text = readFileSync(references.path("zebrafish-tectum", "zf_20151104-f1_activity_matrix.csv"), "utf8");
    const g = text
      .trim()
      .split("\n")
      .map((line) => slopes(Float64Array.from(line.split(","), Number), 2, 3));
    const { values, shape } = dense([g], 40, "concatenated");
    expect(shape).toEqual([114, 114, 106]);
    expect(Math.abs(summary(values).sum / (expected.sum as number) - 1)).toBeLessThan(1e-10);
    expect(Math.abs((values[106] as number) - (expected["Z[0,1,0]"] as number))).toBeLessThan(1e-10);
    const norm = rootsNormSquared({
      form: "square",
      values: rootRows(g, 4240),
      bins: 106,
      width: 40,
      items: 114,
    });
    expect(Math.abs(Math.sqrt(norm) / (expected.norm as number) - 1)).toBeLessThan(1e-10);
  });
});
