import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openVolume } from "../../../src/formats/volume/open-volume.js";
import { elementCount } from "../../../src/formats/volume/volume.js";
import { scanVolume, type VolumeScan } from "../../../src/loaders/fisbe/scan-volume.js";
import { refuseLargeArray, volumeLimits } from "../../../src/loaders/fisbe/volume-limits.js";
import { zarrFiles } from "../../../src/sample-data/zarr-writer.js";
import { writeBelow } from "./support/volume-files.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-scan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const side = fc.integer({ min: 1, max: 9 });
const TYPES = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array } as const;
type LabelType = keyof typeof TYPES;

const volumes = fc
  .record({
    size: fc.tuple(side, side, side),
    colours: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 5 }),
    chunks: fc.tuple(side, side, side),
    type: fc.constantFrom<LabelType>("uint8", "int16", "uint16", "int32"),
  })
  .chain(({ size, colours, channels, ...rest }) => {
    const count = elementCount(size);
    return fc.record({
      size: fc.constant(size),
      colours: fc.constant(colours),
      channels: fc.constant(channels),
      rest: fc.constant(rest),
      raw: fc.array(fc.nat(65_535), { minLength: count * colours, maxLength: count * colours }),
      truth: fc.array(
        fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) }),
        {
          minLength: count * channels,
          maxLength: count * channels,
        },
      ),
    });
  });

/** What the scan of a volume must tell, voxel by voxel. */
function naive(size: readonly number[], raw: readonly number[], truth: readonly number[]) {
  const count = elementCount(size);
  const instances = new Map<string, { voxels: number; exclusive: number; sums: number[] }>();
  const shared = [0, 0, 0];
  for (let at = 0; at < count; at++) {
    const here: string[] = [];
    for (let channel = 0; channel * count < truth.length; channel++) {
      const label = truth[channel * count + at] as number;
      if (label > 0) here.push(`${channel} ${label}`);
    }
    if (here.length > 0) {
      const slot = Math.min(here.length, 3) - 1;
      shared[slot] = (shared[slot] as number) + 1;
    }
    for (const key of here) {
      const instance = instances.get(key) ?? { voxels: 0, exclusive: 0, sums: new Array(raw.length / count).fill(0) };
      instances.set(key, instance);
      instance.voxels++;
      if (here.length > 1) continue;
      instance.exclusive++;
      for (const c of instance.sums.keys()) instance.sums[c] += raw[c * count + at] as number;
    }
  }
  const keys = [...instances.keys()].sort();
  return { shared, instances: keys.map((key) => ({ key, ...instances.get(key) })) };
}

let stores = 0;

async function scanned(given: {
  readonly size: readonly number[];
  readonly colours: number;
  readonly channels: number;
  readonly rest: { readonly chunks: readonly number[]; readonly type: LabelType };
  readonly raw: readonly number[];
  readonly truth: readonly number[];
}): Promise<{ scan: VolumeScan; blocks: string[] }> {
  const { size, colours, channels, rest, raw, truth } = given;
  const store = `${stores++}.zarr`;
  for (const { path, count, type, values } of [
    { path: "raw", count: colours, type: "uint16" as const, values: Uint16Array.from(raw) },
    { path: "truth", count: channels, type: rest.type, values: TYPES[rest.type].from(truth) },
  ]) {
    const form = { path, chunks: [Math.min(2, count), ...rest.chunks], skipFill: true };
    const files = await zarrFiles(form, { shape: [count, ...size], type, data: values });
    writeBelow(join(folder, store), Object.fromEntries(files.map((file) => [file.path, file.bytes])));
  }
  const [image, labels] = await Promise.all(["raw", "truth"].map((key) => openVolume(join(folder, store), { key })));
  const blocks: string[] = [];
  const scan = await scanVolume({
    raw: image as NonNullable<typeof image>,
    truth: labels,
    signal: new AbortController().signal,
    onBlock: (array, { origin, shape, data }) => {
      blocks.push(`${array} ${origin.join()} ${shape.join()}`);
      expect(data).toHaveLength(elementCount(shape));
    },
    onProgress: () => {},
  });
  rmSync(join(folder, store), { recursive: true });
  return { scan, blocks };
}

describe("scanVolume", () => {
  it("counts voxels, overlaps and colours as one does by hand, for any chunks and types", async () => {
    await fc.assert(
      fc.asyncProperty(volumes, async (given) => {
        const { scan, blocks } = await scanned(given);
        const { size, colours, channels, raw, truth } = given;
        const expected = naive(size, raw, truth);
        expect(scan.shape).toEqual(size);
        expect(scan.channels).toBe(colours);
        expect(scan.rawSum).toBe(BigInt(raw.reduce((sum, value) => sum + value, 0)));
        expect(scan.rawMax).toBe(Math.max(...raw));
        expect(scan.shared).toEqual(expected.shared);
        const found = scan.labels?.map(({ channel, label, runs, exclusive, sums }) => ({
          key: `${channel} ${label}`,
          voxels: runs.voxels,
          exclusive,
          sums,
        }));
        expect(found).toEqual(expected.instances);
        expect(new Set(blocks).size).toBe(colours + channels);
      }),
      { numRuns: 40 },
    );
  });
});

describe("the size of an array", () => {
  it("may pass 4 GiB, as the ground truth of a large sample does", async () => {
    // One channel per neuron, no chunk stored.
    const description = {
      zarr_format: 2,
      shape: [14, 390, 1058, 907],
      chunks: [2, 50, 100, 100],
      dtype: "|u1",
      compressor: null,
      fill_value: 0,
      order: "C",
      filters: null,
    };
    const text = new TextEncoder().encode(JSON.stringify(description));
    writeBelow(join(folder, "large.zarr"), { "volumes/gt_instances/.zarray": text });
    const open = (limits: typeof DEFAULT_LIMITS) => openVolume(join(folder, "large.zarr"), { limits });
    await expect(open(DEFAULT_LIMITS)).rejects.toMatchObject({ tag: "format/limit" });
    const volume = await open(volumeLimits(DEFAULT_LIMITS));
    expect(volume.shape).toEqual(description.shape);
    refuseLargeArray(volume.name, volume.shape);
    await volume.close();
  });

  it.each([[[3, 32_768, 1, 1]], [[3, 1, 1, 32_768]], [[1, 2048, 2048, 1024]], [[257, 1024, 512, 512]]])(
    "%j: refused",
    (shape) => {
      expect(() => refuseLargeArray("a.zarr: raw", shape)).toThrow(/^a\.zarr: raw has /);
    },
  );

  it.each([[[3, 32_767, 1, 1]], [[256, 1024, 512, 512]], [[1, 2047, 2048, 1024]]])("%j: read", (shape) => {
    expect(() => refuseLargeArray("a", shape)).not.toThrow();
  });
});
