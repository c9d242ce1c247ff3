import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NeurotablesError } from "../../../src/base/errors.js";
import { openHdf5Volume } from "../../../src/formats/hdf5-volume/open-hdf5-volume.js";
import { openZarr } from "../../../src/formats/zarr/open-zarr.js";
import { writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { type ZarrForm, zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { mutate } from "../../fuzz/mutate.js";
import { Random } from "../../fuzz/random.js";
import { FUZZ_LIMITS } from "../../fuzz/run-target.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { counted, writeFiles } from "./zarr-fixtures.js";

const root = temporaryDirectory();
const inputs = Number(process.env.NEUROTABLES_FUZZ_INPUTS ?? 200);
const seed = Number(process.env.NEUROTABLES_FUZZ_SEED ?? 1);
const array = { shape: [5, 6], type: "uint16", data: counted("uint16", [5, 6]) } as const;
const FORMS: readonly ZarrForm[] = [
  { path: "a", chunks: [3, 4], codec: "gzip", attributes: { _ARRAY_DIMENSIONS: ["y", "x"] } },
  { path: "a", chunks: [3, 4], codec: "blosc", order: "F" },
  { path: "a", chunks: [3, 4], codec: "zstd", version: 3 },
  { path: "a", chunks: [3, 4], codec: "lz4", bigEndian: true },
  { path: "a", chunks: [1, 2], shards: [2, 4], codec: "raw", version: 3 },
];

/** Reads everything. True when it gave values, false when it was refused; anything else is thrown. */
async function reads(open: () => ReturnType<typeof openZarr>): Promise<boolean> {
  try {
    const volume = await open();
    let cells = 0;
    for await (const { data } of volume.blocks()) cells += data.length;
    await volume.close();
    expect(cells).toBe(volume.shape.reduce((product, size) => product * size, 1));
    return true;
  } catch (error) {
    if (error instanceof NeurotablesError && error.tag !== "bug") return false;
    throw error;
  }
}

describe(`damaged volumes, seed ${seed}`, () => {
  it(`are read or refused (Zarr, ${inputs} stores)`, { timeout: 600_000 }, async () => {
    let refused = 0;
    for (const [number, form] of FORMS.entries()) {
      const files = await zarrFiles(form, array);
      for (let index = 0; index < Math.ceil(inputs / FORMS.length); index++) {
        const random = new Random(`zarr-${number}`, seed, index);
        const folder = join(root, `${number}-${index}`);
        mkdirSync(folder);
        writeFiles(folder, files);
        const damaged = random.pick(files);
        writeFileSync(join(folder, damaged.path), mutate(damaged.bytes, random, random.pick(files).bytes));
        if (!(await reads(() => openZarr(folder, { file: "f.zarr", key: "a", limits: FUZZ_LIMITS })))) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(inputs / 10);
  });

  it(`are read or refused (HDF5, ${inputs} files)`, { timeout: 600_000 }, async () => {
    const dataset = {
      shape: [5, 6],
      data: array.data as Uint16Array,
      chunks: [3, 4],
      filters: [{ id: 1, values: [1] }],
    };
    const bytes = writeHdf5({ datasets: { a: dataset } });
    let refused = 0;
    for (let index = 0; index < inputs; index++) {
      const path = join(root, `${index}.hdf`);
      writeFileSync(path, mutate(bytes, new Random("hdf5-volume", seed, index)));
      if (!(await reads(() => openHdf5Volume(path, { file: "f.hdf", key: "a", limits: FUZZ_LIMITS })))) refused += 1;
    }
    expect(refused).toBeGreaterThan(inputs / 10);
  });
});
