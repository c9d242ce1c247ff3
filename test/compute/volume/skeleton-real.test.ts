import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { runsOfMask } from "../../../src/compute/volume/mask-runs.js";
import { skeletonsOf } from "../../../src/compute/volume/parallel-skeletons.js";
import type { VolumeShape, VoxelRuns } from "../../../src/compute/volume/voxel-runs.js";
import { realData } from "../../support/real-data.js";

const data = realData("fisbe");

interface Labels {
  readonly channels: number;
  readonly shape: VolumeShape;
  readonly values: Uint8Array | Uint16Array | Int32Array;
}

/** A little-endian C-order array of the case; one channel where there is no channel axis. */
function readLabels(path: string): Labels {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const type = /'descr': '([^']+)'/.exec(header)?.[1] as string;
  const sizes = /\(([^)]*)\)/.exec(header)?.[1]?.split(",").filter(Boolean).map(Number) as number[];
  expect(header).toContain("'fortran_order': False");
  const content = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  const views = { "|u1": Uint8Array, "<u2": Uint16Array, "<i4": Int32Array } as const;
  const values = new views[type as keyof typeof views](content);
  const shape = sizes.slice(-3) as never as VolumeShape;
  return { channels: sizes.length === 4 ? (sizes[0] as number) : 1, shape, values };
}

/** Instances in the order of channel and label; predictions lose labels of 800 voxels or fewer. */
function instancesOf({ channels, shape, values }: Labels, removeSmall: number): VoxelRuns[] {
  const totals = new Map<number, number>();
  for (const value of values) totals.set(value, (totals.get(value) ?? 0) + 1);
  const size = shape[0] * shape[1] * shape[2];
  const instances: VoxelRuns[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const labels = values.subarray(channel * size, (channel + 1) * size);
    const kept = [...new Set(labels)].filter((label) => label > 0 && (totals.get(label) as number) > removeSmall);
    for (const label of kept.sort((a, b) => a - b)) {
      instances.push(
        runsOfMask(
          Uint8Array.from(labels, (value) => (value === label ? 1 : 0)),
          shape,
        ),
      );
    }
  }
  return instances;
}

interface Expected {
  readonly id: number;
  readonly voxels: number;
  readonly skeleton_voxels: number;
  readonly coords_sha256: string;
  readonly coords: number[][];
}

function described(points: Uint32Array, { shape, voxels }: VoxelRuns, id: number): Expected {
  const coords = Array.from(points, (point) => {
    const row = Math.floor(point / shape[2]);
    return [Math.floor(row / shape[1]), row % shape[1], point % shape[2]];
  });
  const sha256 = createHash("sha256")
    .update(new Uint8Array(Int16Array.from(coords.flat()).buffer))
    .digest("hex");
  return { id, voxels, skeleton_voxels: points.length, coords_sha256: sha256, coords };
}

describe.skipIf(!data.present)(`skeletons of the reference cases${data.reason}`, () => {
  const found: Expected[] = [];
  const expected: Expected[] = [];

  beforeAll(async () => {
    for (const entry of readdirSync(data.path("reference"), { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const folder = data.path("reference", entry.name);
      const file = JSON.parse(readFileSync(`${folder}/intermediates_rm800.json`, "utf8"));
      for (const [name, list, removeSmall] of [
        ["gt_instances", file.gt_skeletons, 0],
        ["pred_labels", file.pred_skeletons, 800],
      ] as const) {
        const sets = instancesOf(readLabels(`${folder}/${name}.npy`), removeSmall);
        const skeletons = await skeletonsOf(sets);
        found.push(...skeletons.map((points, i) => described(points, sets[i] as VoxelRuns, i + 1)));
        expected.push(...list);
      }
    }
  });

  it("are equal voxel by voxel", () => {
    expect(found).toHaveLength(65);
    expect(found).toEqual(expected);
  });
});
