import { describe, expect, it } from "vitest";
import { HDF5_FILTERS } from "../../../src/formats/hdf5/filters.js";
import { hdf5Library, installPlugin } from "../../../src/formats/hdf5/hdf5-library.js";
import { openHdf5 } from "../../../src/formats/hdf5/open-hdf5.js";

/** Parameters that each filter needs to compress. */
const OPTIONS: Readonly<Record<number, number[]>> = {
  1: [4],
  4: [4, 8],
  6: [2, 0],
  307: [9],
  32001: [0, 0, 0, 0, 5, 1, 0],
  32004: [0],
  32008: [0, 2],
  32015: [3],
  32026: [0, 0, 0, 0, 5, 1, 0],
};

describe("HDF5 filters", () => {
  it.each([...HDF5_FILTERS])("%i decodes what it encoded", async (id, filter) => {
    const library = await hdf5Library();
    const h5wasm = await import("h5wasm");
    if (filter.plugin !== undefined) installPlugin(library, filter.plugin);
    const data = Int32Array.from({ length: 10_000 }, (_, i) => (i * 7) % 100);
    const name = `/filter-${id}.h5`;
    const written = new h5wasm.File(name, "w");
    written.create_dataset({
      name: "x",
      data,
      shape: [100, 100],
      chunks: [30, 40],
      compression: id,
      compression_opts: OPTIONS[id] ?? [],
    });
    written.close();
    const bytes = (h5wasm.FS as unknown as { readFile(path: string): Uint8Array }).readFile(name);
    const file = await openHdf5(bytes, { file: name });
    expect(file.dataset("x").filters).toEqual([id]);
    expect(file.dataset("x").read()).toEqual(data);
    file.close();
  });
});
