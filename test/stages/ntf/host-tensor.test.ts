import { describe, expect, it } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import type { Shape } from "../../../src/stages/ntf/cp-model.js";
import { heldOutErrors } from "../../../src/stages/ntf/cross-validation.js";
import { FitJournal } from "../../../src/stages/ntf/fit-journal.js";
import { holdOut } from "../../../src/stages/ntf/held-out.js";
import { chooseForm, type HostTensor, hostTensor } from "../../../src/stages/ntf/host-tensor.js";
import { type AffinityTensor, readTensor } from "../../../src/stages/ntf/read-tensor.js";
import { normSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memorySource } from "../../support/memory-tables.js";
import { modelTensor, randomFactors } from "./cp-cases.js";
import { type PlantedRun, tensorTables } from "./tensor-tables.js";

async function read(run: Omit<PlantedRun, "runId">): Promise<AffinityTensor> {
  const tables = tensorTables([{ runId: "run", ...run }]);
  const source = (table: keyof typeof tables) => memorySource(tables[table], dynamicConnectomeContract(table));
  return readTensor(
    { experiment: source("experiment"), slope: source("slope"), bin: source("bin"), mask: source("mask") },
    "run",
  );
}

const shared = { alignment: "shared_clock" } as const;
const concatenated = { alignment: "concatenated" } as const;
const holes = ["1,2,3", "1,2,4", "1,3,4", "0,0,20"];

describe("chooseForm", () => {
  it("forms tensors that are small, unless the matrix-free form is less work", async () => {
    const few = await read({ ...concatenated, neurons: 4, width: 4 });
    const many = await read({ ...concatenated, neurons: 30, width: 1 });
    const pairs = await read(shared);
    expect([few, many, pairs].map((tensor) => chooseForm(tensor, "auto", 1e9))).toEqual([
      "dense",
      "matrix_free",
      "dense",
    ]);
    expect(chooseForm(pairs, "auto", 100)).toBe("matrix_free");
    expect(chooseForm(many, "dense", 100)).toBe("dense");
    expect(chooseForm(pairs, "matrix_free", 1e9)).toBe("matrix_free");
  });

  it("forms what cannot be contracted from slopes, or refuses", async () => {
    const min = await read({ ...shared, kernel: "min" });
    const masked = await read({ ...shared, holes });
    for (const tensor of [min, masked]) {
      expect(chooseForm(tensor, "auto", 1)).toBe("dense");
      expect(() => chooseForm(tensor, "matrix_free", 1e9)).toThrow(expect.objectContaining({ tag: "ntf/form" }));
    }
    expect(chooseForm(await read({ ...concatenated, holes }), "matrix_free", 1)).toBe("matrix_free");
  });
});

describe("hostTensor", () => {
  /** Whether both neurons have values in all frames of the bin of the animal. */
  const has = (run: { absent?: readonly string[] }, animal: number, bin: number, i: number, j: number) =>
    [i, j].every(
      (neuron) =>
        !run.absent?.includes(`${animal},${neuron}`) &&
        ![0, 1].some((frame) => holes.includes(`${animal},${neuron},${bin * 2 + frame}`)),
    );

  it.each(["geomean", "signed"] as const)("knows the entries of pairs that are there, kernel %s", async (kernel) => {
    const run = { ...shared, kernel, absent: ["2,4"], holes };
    const tensor = await read(run);
    const { presence, missing, shape } = hostTensor(tensor, "dense", "float64");
    const isMissing = new Set(missing);
    expect([...(missing as Uint32Array)]).toEqual([...isMissing].sort((a, b) => a - b));
    for (let index = 0, p = 0; p < shape[0]; p++) {
      const [i, j] = pairAt(p % 28, 8);
      for (let bin = 0; bin < shape[1]; bin++) {
        for (let w = 0; w < shape[2]; w++, index++) {
          const isPresent = presence?.mask[p * shape[2] + w] === 1;
          expect(isPresent && !isMissing.has(index)).toBe(has(run, w, bin, i, j));
          if (!isPresent) expect(isMissing.has(index)).toBe(false);
        }
      }
    }
  });

  it("knows those of neurons × neurons by blocks of bins", async () => {
    const run = { ...concatenated, absent: ["2,4"], holes };
    const { presence, missing, shape } = hostTensor(await read(run), "matrix_free", "float64");
    expect(missing).toBeUndefined();
    if (presence?.layout !== "blocks") throw new Error("the presence is not in blocks");
    for (let t = 0; t < shape[2]; t++) {
      const block = (presence.blockOf[t] as number) * 8;
      for (let i = 0; i < 8; i++) {
        for (let j = 0; j < 8; j++) {
          const isPresent = presence.mask[block + i] === 1 && presence.mask[block + j] === 1;
          expect(isPresent).toBe(has(run, Math.floor(t / 12), t % 12, i, j));
        }
      }
    }
    expect(presence.mask.length).toBeLessThan(8 * 8);
  });

  it("has no masks where nothing is missing", async () => {
    for (const run of [shared, concatenated]) {
      const { presence, missing } = hostTensor(await read(run), "dense", "float64");
      expect([presence, missing]).toEqual([undefined, undefined]);
    }
  });
});

function pairAt(p: number, items: number): [number, number] {
  let [i, left] = [0, p];
  while (left >= items - 1 - i) left -= items - 1 - i++;
  return [i, i + 1 + left];
}

describe("holdOut", () => {
  const shape: Shape = [20, 40, 3];
  const values = modelTensor(randomFactors(shape, 2, 1), shape, 2);
  const tensor: HostTensor = { shape, form: "dense", values, symmetric: false, normSquared: normSquared(values) };

  it("takes about its share, and every neighbour within the gap", () => {
    const { scored, missing } = holdOut(tensor, { fraction: 0.05, gap: 2, seed: 1 });
    expect(Math.abs(scored.length / values.length - 0.05)).toBeLessThan(0.012);
    const hidden = new Set(missing);
    const wanted = new Set<number>();
    for (const entry of scored) {
      const bin = Math.floor(entry / 3) % 40;
      for (let near = Math.max(0, bin - 2); near <= Math.min(39, bin + 2); near++) wanted.add(entry + (near - bin) * 3);
    }
    expect(hidden).toEqual(wanted);
  });

  it("does not reach from one animal into the next, nor score what is missing", () => {
    const square: Shape = [5, 5, 8];
    const symmetric: HostTensor = { ...tensor, shape: square, symmetric: true, values: new Float64Array(200).fill(1) };
    const animalOfBin = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const mask = Uint8Array.of(1, 1, 1, 1, 1, 0, 1, 1, 1, 1);
    const presence = { layout: "blocks" as const, mask, blockOf: Uint32Array.from(animalOfBin) };
    const { scored, missing } = holdOut({ ...symmetric, presence }, { fraction: 0.3, gap: 9, seed: 3, animalOfBin });
    expect(scored.length).toBeGreaterThan(5);
    const animals = new Set([...scored].map((entry) => `${Math.floor(entry / 8)},${Math.floor((entry % 8) / 4)}`));
    for (const entry of missing) expect(animals).toContain(`${Math.floor(entry / 8)},${Math.floor((entry % 8) / 4)}`);
    const isScored = new Set(scored);
    for (const entry of scored) {
      const [i, j, t] = [Math.floor(entry / 40), Math.floor(entry / 8) % 5, entry % 8];
      expect(i).not.toBe(j);
      expect(isScored).toContain((j * 5 + i) * 8 + t);
      expect(t >= 4 && (i === 0 || j === 0)).toBe(false);
    }
  });

  it("lets the error of a fit be that of entries it did not see", async () => {
    const device: Device = await openDevice("reference");
    const journal = await FitJournal.open({ load: async () => undefined, save: async () => {} }, silentLog);
    const setting = {
      run: "run",
      type: "float64" as const,
      seed: 4,
      algorithm: "hals" as const,
      iterations: 100,
      tolerance: undefined,
      innerSweeps: 1,
      journal,
      signal: new AbortController().signal,
      onFit: () => {},
      fraction: 0.05,
      gap: 1,
    };
    const ranks = [1, 2].map((rank) => ({ rank, init: randomFactors(shape, rank, 3) }));
    const [one, two] = (await heldOutErrors(device, tensor, ranks, setting)) as [number, number];
    expect(two).toBeLessThan(0.01);
    expect(one).toBeGreaterThan(0.1);
    expect(await heldOutErrors(device, tensor, ranks, { ...setting, fraction: 0 })).toEqual([null, null]);
    await device.close();
  });
});
