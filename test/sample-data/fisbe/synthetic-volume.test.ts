import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { neuronColours } from "../../../src/sample-data/fisbe/neuron-colours.js";
import { neuronCount } from "../../../src/sample-data/fisbe/population.js";
import { type SyntheticVolume, syntheticVolume } from "../../../src/sample-data/fisbe/synthetic-volume.js";
import { seededRandom } from "../../../src/sample-data/seeded-random.js";

const small = { preset: "tiny", shape: [24, 40, 36] } as const;

function bytesOf(volume: SyntheticVolume): { raw: Uint8Array; instances: Uint8Array } {
  return {
    raw: new Uint8Array(volume.readRaw(0, volume.shape[0]).buffer),
    instances: volume.readInstances(0, volume.shape[0]),
  };
}

describe("synthetic volumes", () => {
  it("has the same values on every machine", () => {
    const { raw, instances } = bytesOf(syntheticVolume({ seed: 7, preset: "tiny" }));
    // Change these only together with the generator.
    expect({ raw: sha256(raw), instances: sha256(instances) }).toMatchInlineSnapshot(`
      {
        "instances": "a862cba971778d04e73cfa684a898ec81ce15e5818db3b437cc83cd58d52ca49",
        "raw": "93ceeb917bf2bc1287389a75091337513a906282f328bd11ec73f1ae6f47d939",
      }
    `);
  });

  it("repeats a seed and not another's", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 32 - 2 }), (seed) => {
        const first = bytesOf(syntheticVolume({ ...small, seed }));
        const again = bytesOf(syntheticVolume({ ...small, seed }));
        const other = bytesOf(syntheticVolume({ ...small, seed: seed + 1 }));
        expect(Buffer.compare(again.raw, first.raw)).toBe(0);
        expect(Buffer.compare(again.instances, first.instances)).toBe(0);
        expect(Buffer.compare(other.raw, first.raw)).not.toBe(0);
      }),
      { numRuns: 5 },
    );
  });

  it("gives the same planes alone, in slabs and as blocks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.nat(23), fc.integer({ min: 1, max: 24 }), async (seed, z0, count) => {
        const volume = syntheticVolume({ ...small, seed });
        const z1 = Math.min(24, z0 + count);
        const plane = 40 * 36;
        const parts = volume.readRaw(z0, z1);
        const masks = volume.readInstances(z0, z1);
        for (const { source, values } of [
          { source: volume.raw, values: parts },
          { source: volume.instances, values: masks },
        ]) {
          const channels = source.shape[0] as number;
          const whole = new Uint16Array(channels * 24 * plane);
          for await (const { origin, shape, data } of source.blocks()) {
            expect(origin).toEqual([0, origin[1], 0, 0]);
            const size = (shape[1] as number) * plane;
            for (let c = 0; c < channels; c++) {
              const from = data.subarray(c * size, (c + 1) * size) as Uint16Array;
              whole.set(from, (c * 24 + (origin[1] as number)) * plane);
            }
          }
          for (let c = 0; c < channels; c++) {
            const expected = whole.slice((c * 24 + z0) * plane, (c * 24 + z1) * plane);
            const found = Uint16Array.from(values.subarray(c * (z1 - z0) * plane, (c + 1) * (z1 - z0) * plane));
            expect(Buffer.from(found.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it("keeps to 12 bits, and to 0 and i + 1 in channel i", () => {
    const volume = syntheticVolume({ ...small, seed: 3, neurons: 4 });
    const { raw, instances } = bytesOf(volume);
    expect(new Uint16Array(raw.buffer).every((value) => value <= 4095)).toBe(true);
    const voxels = 24 * 40 * 36;
    expect(volume.instanceCount).toBe(4);
    for (let k = 0; k < 4; k++) {
      expect([...new Set(instances.subarray(k * voxels, (k + 1) * voxels))].sort()).toEqual([0, k + 1]);
    }
  });

  it("draws 1 to 12 neurons, or 1 to 14 of a partly labelled volume", () => {
    for (const [partly, mean, most] of [
      [false, 4.6, 12],
      [true, 6.4, 14],
    ] as const) {
      const counts = Array.from({ length: 4000 }, (_, seed) => neuronCount(partly, seededRandom(seed)));
      expect(Math.abs(counts.reduce((sum, count) => sum + count, 0) / 4000 - mean)).toBeLessThan(0.15);
      expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, most]);
    }
  });

  it("leaves 20 to 50 % of the neurons of a partly labelled volume without mask, never all", () => {
    const complete = syntheticVolume({ ...small, seed: 1 });
    expect(complete.neurons.map(({ id }) => id)).toEqual(complete.neurons.map((_, i) => i + 1));
    for (let seed = 0; seed < 20; seed++) {
      const count = 1 + (seed % 10);
      const volume = syntheticVolume({ ...small, seed, partly: true, neurons: count });
      const ids = volume.neurons.flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(ids).toEqual(Array.from({ length: volume.instanceCount }, (_, i) => i + 1));
      expect(volume.instances.shape[0]).toBe(volume.instanceCount);
      expect(volume.instanceCount).toBeGreaterThan(0);
      const hidden = count - volume.instanceCount;
      // Whole neurons: half a neuron more or less, and at least one.
      if (count > 1) {
        expect(hidden).toBeGreaterThanOrEqual(Math.max(1, 0.2 * count - 0.5));
        expect(hidden).toBeLessThanOrEqual(Math.max(1, 0.5 * count + 0.5));
      }
    }
  });

  it("shows neurons that the ground truth leaves out", () => {
    const partly = syntheticVolume({ ...small, seed: 5, partly: true, neurons: 3 });
    const complete = syntheticVolume({ ...small, seed: 5, neurons: 3 });
    expect(partly.instanceCount).toBeLessThan(3);
    expect(Buffer.compare(bytesOf(partly).raw, bytesOf(complete).raw)).toBe(0);
  });

  it("says which neurons are dim: about a quarter", () => {
    const colours = Array.from({ length: 1000 }, (_, seed) => neuronColours(6, seededRandom(seed))).flat();
    expect(Math.abs(colours.filter(({ dim }) => dim).length / 6000 - 36 / 134)).toBeLessThan(0.03);
    const volumes = [0, 1, 2, 3].map((seed) => syntheticVolume({ ...small, seed, neurons: 6 }));
    expect(volumes.some(({ dimNeurons }) => dimNeurons.length > 0)).toBe(true);
    for (const { neurons, dimNeurons } of volumes) {
      expect(dimNeurons).toEqual(neurons.flatMap((neuron) => (neuron.dim ? [neuron.id] : [])));
    }
  });

  it("draws a tube along given centre lines", () => {
    const line = [
      [12, 20, 4],
      [12, 20, 32],
    ] as const;
    const volume = syntheticVolume({ ...small, seed: 1, morphologies: [[line]] });
    const mask = volume.readInstances(0, 24);
    let voxels = 0;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue;
      voxels++;
      const z = Math.floor(i / 1440);
      const y = Math.floor(i / 36) % 40;
      expect((z - 12) ** 2 + (y - 20) ** 2).toBeLessThanOrEqual(9);
    }
    expect(voxels).toBeGreaterThan(28 * 3);
    expect(voxels).toBeLessThan(28 * 20);
  });

  it.each([
    { ...small, seed: -1 },
    { ...small, seed: 1.5 },
    { ...small, seed: 2 ** 32 },
    { ...small, seed: 1, shape: [8, 40, 40] as const },
    { ...small, seed: 1, shape: [2000, 2000, 2000] as const },
    { ...small, seed: 1, neurons: 0 },
    { ...small, seed: 1, neurons: 256 },
    { ...small, seed: 1, morphologies: [] },
  ])("refuses %j", (options) => {
    expect(() => syntheticVolume(options)).toThrow(
      expect.objectContaining({ tag: "usage/sample-volume", wayOut: expect.stringContaining("seed") }),
    );
  });
});
