import { LoadError } from "../../base/errors.js";
import { type LabelledVoxels, LabelRuns } from "../../compute/volume/label-runs.js";
import type { VolumeShape } from "../../compute/volume/voxel-runs.js";
import { blocksOf } from "../../formats/volume/block-reader.js";
import type { Volume, VolumeBlock } from "../../formats/volume/volume.js";
import { STORED_BLOCK } from "./chunk-rows.js";
import { IntensityProjection } from "./projection.js";
import { refuseLargeArray } from "./volume-limits.js";

/** What one pass over a volume and its ground truth tells. */
export interface VolumeScan {
  readonly shape: VolumeShape;
  readonly channels: number;
  readonly rawSum: bigint;
  readonly rawMax: number;
  readonly projection: IntensityProjection;
  /** Ground truth by channel, then by value; undefined without one. */
  readonly labels: readonly ScannedLabel[] | undefined;
  /** Voxels by the number of instances that share them: [1, 2, 3 or more]. */
  readonly shared: readonly [number, number, number];
}

export interface ScannedLabel extends LabelledVoxels {
  /** Voxels of this instance alone, and the sums of the raw channels over them. */
  readonly exclusive: number;
  readonly sums: readonly number[];
}

export interface ScanOptions {
  readonly raw: Volume;
  readonly truth: Volume | undefined;
  readonly signal: AbortSignal;
  /** Takes every block of both arrays, 1 × 64 × 64 × 64 voxels or less, all channels of a place together. */
  readonly onBlock: (array: "raw" | "gt_instances", block: VolumeBlock) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Reads raw and ground truth (c, z, y, x) once, side by side in blocks. Memory: the blocks in use, and 12 bytes per run
 * of labelled voxels.
 * @throws {LoadError} `load/volume-axes`, `load/volume-size`, `load/volume-type`, `load/volume-shapes`,
 * `load/negative-label`, and as `LabelRuns`.
 */
export async function scanVolume(options: ScanOptions): Promise<VolumeScan> {
  const { raw, truth, signal, onBlock } = options;
  checkVolumes(raw, truth);
  const [channels, ...size] = raw.shape as [number, number, number, number];
  const shape = size as unknown as VolumeShape;
  const projection = new IntensityProjection(channels, shape[1], shape[2]);
  const labels = truth === undefined ? undefined : new LabelScan(truth.name, channels, shape);
  const truthBlocks = truth === undefined ? undefined : blocksOf(truth, STORED_BLOCK)[Symbol.asyncIterator]();
  let rawSum = 0n;
  let rawMax = 0;
  let done = 0;
  const total = raw.shape.reduce((product, length) => product * length, 1);
  try {
    for await (const block of blocksOf(raw, STORED_BLOCK)) {
      signal.throwIfAborted();
      const channel = block.origin[0] as number;
      if (channel === 0 && truthBlocks !== undefined && labels !== undefined) {
        labels.begin();
        for (let k = 0; k < ((truth as Volume).shape[0] as number); k++) {
          const { value } = await truthBlocks.next();
          labels.add(value as VolumeBlock);
          onBlock("gt_instances", value as VolumeBlock);
        }
      }
      const { sum, max } = totals(block.data as Uint16Array);
      rawSum += BigInt(sum);
      if (max > rawMax) rawMax = max;
      projection.add(block);
      labels?.addColour(channel, block.data as Uint16Array);
      onBlock("raw", block);
      done += block.data.length;
      options.onProgress(done, total);
    }
  } finally {
    await truthBlocks?.return?.(undefined);
  }
  const found = labels?.finish();
  return {
    shape,
    channels,
    rawSum,
    rawMax,
    projection,
    labels: found?.labels,
    shared: found?.shared ?? [0, 0, 0],
  };
}

function checkVolumes(raw: Volume, truth: Volume | undefined): void {
  for (const volume of truth === undefined ? [raw] : [raw, truth]) {
    if (volume.shape.length === 4 && (volume.axes ?? "czyx") === "czyx") continue;
    throw new LoadError(
      "volume-axes",
      `${volume.name} has the axes ${volume.axes ?? "?"} of ${volume.shape.join(" × ")}, expected c, z, y, x`,
      { fields: { shape: [...volume.shape] } },
    );
  }
  for (const volume of truth === undefined ? [raw] : [raw, truth]) refuseLargeArray(volume.name, volume.shape);
  if (raw.type !== "uint8" && raw.type !== "uint16") {
    throw new LoadError("volume-type", `${raw.name} holds ${raw.type} values, expected uint8 or uint16`, {
      fields: { type: raw.type },
    });
  }
  if (truth === undefined) return;
  if (!/^u?int(8|16|32)$/.test(truth.type)) {
    throw new LoadError("volume-type", `${truth.name} holds ${truth.type} values, expected whole numbers`, {
      fields: { type: truth.type },
    });
  }
  if (raw.shape.slice(1).every((length, axis) => length === truth.shape[axis + 1])) return;
  throw new LoadError(
    "volume-shapes",
    `${raw.name} has ${raw.shape.slice(1).join(" × ")} voxels, ${truth.name} ${truth.shape.slice(1).join(" × ")}`,
    { fields: { raw: [...raw.shape], truth: [...truth.shape] } },
  );
}

function totals(data: Uint8Array | Uint16Array): { readonly sum: number; readonly max: number } {
  let sum = 0;
  let max = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    sum += value;
    if (value > max) max = value;
  }
  return { sum, max };
}

/** Labels, their overlaps and colours, block by block: all channels of a place, then its colours. */
class LabelScan {
  readonly #name: string;
  readonly #shape: VolumeShape;
  readonly #colours: number;
  readonly #runs: LabelRuns;
  readonly #count = new Uint8Array(64 ** 3);
  readonly #owner = new Int32Array(64 ** 3);
  readonly #exclusive: number[] = [];
  readonly #sums: Float64Array[] = [];
  readonly #shared: [number, number, number] = [0, 0, 0];
  /** Voxels of the place in the one label that they have. */
  #alone: number[] = [];
  #dirty = false;

  constructor(name: string, colours: number, shape: VolumeShape) {
    this.#name = name;
    this.#colours = colours;
    this.#shape = shape;
    this.#runs = new LabelRuns(name);
  }

  begin(): void {
    if (this.#dirty) this.#count.fill(0);
    this.#dirty = false;
    this.#alone = [];
  }

  add(block: VolumeBlock): void {
    const data = block.data as Int32Array;
    const [channel, z0, y0, x0] = block.origin as [number, number, number, number];
    const [, depth, height, width] = block.shape as [number, number, number, number];
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        const row = (z * height + y) * width;
        const place = ((z0 + z) * this.#shape[1] + y0 + y) * this.#shape[2] + x0;
        let x = 0;
        while (x < width) {
          const value = data[row + x] as number;
          if (value === 0) {
            x++;
            continue;
          }
          if (value < 0) throw negativeLabel(this.#name, [channel, z0 + z, y0 + y, x0 + x], value);
          let end = x + 1;
          while (end < width && data[row + end] === value) end++;
          this.#mark(this.#runs.add(channel, value, place + x, end - x), row + x, row + end);
          x = end;
        }
      }
    }
  }

  #mark(label: number, from: number, to: number): void {
    this.#dirty = true;
    if (this.#exclusive[label] === undefined) {
      this.#exclusive[label] = 0;
      this.#sums[label] = new Float64Array(this.#colours);
    }
    for (let at = from; at < to; at++) {
      const count = this.#count[at] as number;
      if (count === 0) {
        this.#owner[at] = label;
        this.#alone.push(at);
      }
      if (count < 3) {
        // One voxel moves from "shared by n" to "shared by n + 1"; three and more count together.
        if (count > 0) this.#shared[count - 1] = (this.#shared[count - 1] as number) - 1;
        this.#shared[count] = (this.#shared[count] as number) + 1;
      }
      if (count < 255) this.#count[at] = count + 1;
    }
  }

  addColour(channel: number, data: Uint8Array | Uint16Array): void {
    for (const at of this.#alone) {
      if (this.#count[at] !== 1) continue;
      const label = this.#owner[at] as number;
      const sums = this.#sums[label] as Float64Array;
      sums[channel] = (sums[channel] as number) + (data[at] as number);
      if (channel === 0) this.#exclusive[label] = (this.#exclusive[label] as number) + 1;
    }
  }

  finish(): { readonly labels: readonly ScannedLabel[]; readonly shared: [number, number, number] } {
    const { labels, positions } = this.#runs.finish(this.#shape);
    return {
      labels: labels.map((label, index) => {
        const position = positions[index] as number;
        return {
          ...label,
          exclusive: this.#exclusive[position] as number,
          sums: [...(this.#sums[position] as Float64Array)],
        };
      }),
      shared: this.#shared,
    };
  }
}

function negativeLabel(name: string, place: readonly number[], value: number): LoadError {
  return new LoadError("negative-label", `${name}: the label at [${place.join(", ")}] is ${value}; 0 is background`, {
    fields: { value, place: [...place] },
  });
}
