import { readFileSync } from "node:fs";
import { parseNpy } from "../../../src/formats/volume/npy.js";
import type { Factors } from "../../../src/stages/ntf/cp-model.js";
import { realData } from "../../support/real-data.js";

/** Tensors and factors computed with NumPy; see the README beside them. */
export const references = realData("ntf-mds");

export function referenceArray(name: string): { readonly shape: readonly number[]; readonly data: Float64Array } {
  const path = references.path("reference", "ntf", `${name}.npy`);
  const { shape, data } = parseNpy(readFileSync(path), { file: `${name}.npy` });
  return { shape, data: Float64Array.from(data as Float64Array) };
}

/** The three files `NAME_mode0.npy`, … */
export function referenceFactors(name: string): Factors {
  return [0, 1, 2].map((mode) => referenceArray(`${name}_mode${mode}`).data) as unknown as Factors;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of a file that tests know
export function referenceJson(name: string): any {
  return JSON.parse(readFileSync(references.path("reference", "ntf", `${name}.json`), "utf8"));
}
