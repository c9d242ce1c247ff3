import type { VolumeData, VolumeType } from "../../formats/volume/volume.js";
import { type ZarrForm, zarrFiles } from "../zarr-writer.js";

/** A sample or a prediction that is broken in one way, or merely unusual, and what must come of it. */
export interface BrokenVolume {
  /** What is wrong, as a title: `gzip chunk cut in half`. Unique. */
  readonly name: string;
  /** No two have the same sample. */
  readonly sample: string;
  /** Files by their path below a mirror folder. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Symbolic links by the same paths, and what they lead to. */
  readonly links: Readonly<Record<string, string>>;
  /** The file that an error names. */
  readonly path: string;
  /**
   * The step of the pipeline `fisbe` that fails; `prediction` where the volume stands without it; null where all is
   * carried.
   */
  readonly step: "volumes" | "prediction" | "predictions" | "score" | null;
  /** Tag of the one error; null where there is none. */
  readonly expectedTag: string | null;
  /**
   * Sources of regular expressions: of the message of the error; where none is expected, of the rows that carry what is
   * unusual, `table column=value …` with the columns in the order of their contract.
   */
  readonly says: readonly string[];
}

/** One way to break a sample, before the sample is named. */
export interface Breakage {
  readonly name: string;
  /** Files of the broken sample by path in the mirror. */
  readonly files: (sample: string) => Promise<Readonly<Record<string, Uint8Array>>>;
  readonly links?: (sample: string) => Readonly<Record<string, string>>;
  /** The file at fault (default: the first store). */
  readonly at?: (sample: string) => string;
  /** `volumes: load/no-raw`, or `carried`. */
  readonly outcome: string;
  readonly says: readonly string[];
}

/** Size on z, y, x of what is broken: a neuron of more voxels than thinning leaves, and several chunks. */
export const BROKEN_SHAPE = [6, 10, 12] as const;
export const BROKEN_VOXELS = BROKEN_SHAPE[0] * BROKEN_SHAPE[1] * BROKEN_SHAPE[2];

/** Files of a store by path in it. */
export type StoreFiles = Map<string, Uint8Array>;

/** An array of a broken store: values by channel and place. */
export interface StoreArray {
  readonly type?: VolumeType;
  readonly shape?: readonly number[];
  readonly chunks?: readonly number[];
  readonly data?: VolumeData;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Three channels of whole numbers that are all different somewhere. */
export function soundRaw(): Uint16Array {
  return Uint16Array.from({ length: 3 * BROKEN_VOXELS }, (_, i) => (i * 7) % 251);
}

/** Two crossing bars of 3 × 3 × 10 and 3 × 3 × 8 voxels, channel i holding 0 and i + 1; 3 × 3 × 3 voxels are in both. */
export function soundTruth(): Uint8Array {
  const [, height, width] = BROKEN_SHAPE;
  return Uint8Array.from({ length: 2 * BROKEN_VOXELS }, (_, i) => {
    const channel = Math.floor(i / BROKEN_VOXELS);
    const z = Math.floor((i % BROKEN_VOXELS) / (height * width));
    const y = Math.floor((i % (height * width)) / width);
    const x = i % width;
    const inside = channel === 0 ? inRange(y, 4, 7) && inRange(x, 1, 11) : inRange(x, 5, 8) && inRange(y, 1, 9);
    return inside && inRange(z, 1, 4) ? channel + 1 : 0;
  });
}

function inRange(value: number, from: number, end: number): boolean {
  return value >= from && value < end;
}

/** A store with `volumes/raw` and `volumes/gt_instances`; null leaves an array out. */
export async function brokenStore({
  raw = {},
  truth = {},
}: {
  readonly raw?: StoreArray | null;
  readonly truth?: StoreArray | null;
} = {}): Promise<StoreFiles> {
  const files: StoreFiles = new Map();
  if (raw !== null) {
    const { type = "uint16", shape = [3, ...BROKEN_SHAPE], data = soundRaw() } = raw;
    const chunks = raw.chunks ?? (shape.length === 4 ? [2, 3, 10, 12] : shape);
    await add(files, { path: "volumes/raw", chunks }, { shape, type, data });
  }
  if (truth !== null) {
    const { type = "uint8", shape = [2, ...BROKEN_SHAPE], data = soundTruth(), attributes } = truth;
    const form = { path: "volumes/gt_instances", chunks: truth.chunks ?? shape };
    await add(files, attributes === undefined ? form : { ...form, attributes }, { shape, type, data });
  }
  return files;
}

async function add(files: StoreFiles, form: ZarrForm, array: Parameters<typeof zarrFiles>[1]): Promise<void> {
  for (const { path, bytes } of await zarrFiles(form, array)) files.set(path, bytes);
}

/** Files of stores by path in the mirror. */
export function below(folder: string, files: StoreFiles): Record<string, Uint8Array> {
  return Object.fromEntries([...files].map(([path, bytes]) => [`${folder}/${path}`, bytes]));
}

/** Names the samples of breakages: `<line>-<date>_<slide group>_<position>`, the line by its number. */
export async function named(breakages: readonly Breakage[], lines: string): Promise<BrokenVolume[]> {
  const broken: BrokenVolume[] = [];
  for (const [index, { name, files, links, at, outcome, says }] of breakages.entries()) {
    const sample = `${lines}${String(index + 1).padStart(4, "0")}-20180101_1_A1`;
    const [step, tag] = outcome === "carried" ? [null, null] : outcome.split(": ");
    const contents = await files(sample);
    broken.push({
      name,
      sample,
      files: contents,
      links: links?.(sample) ?? {},
      path: at?.(sample) ?? firstStore(Object.keys(contents)),
      step: step as BrokenVolume["step"],
      expectedTag: tag ?? null,
      says,
    });
  }
  return broken;
}

function firstStore(paths: readonly string[]): string {
  const [first = ""] = paths;
  return /^.*?\.zarr(?=\/)/.exec(first)?.[0] ?? first;
}

export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
