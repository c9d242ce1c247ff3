import { type Dirent, existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { LoadError, UsageError } from "../../base/errors.js";
import { errorCode } from "../../base/storage-error.js";
import { sampleOfPath } from "../../loaders/fisbe/sample-name.js";
import type { EvaluateInput } from "./evaluate-request.js";

/** A truth and its prediction. */
export interface ImagePair {
  readonly sample: string;
  readonly truth: string;
  readonly prediction: string;
  /** What the folder `partly` or `completely` says of it. */
  readonly partly: boolean | undefined;
}

/** The pairs of two folders, by sample name, and what has no partner. */
export interface ImagePairs {
  readonly pairs: readonly ImagePair[];
  readonly withoutPrediction: readonly string[];
  readonly withoutTruth: readonly string[];
}

/** Folders of the published layout, which are looked into. */
const LAYOUT = /^(completely|partly|train|val|test)$/;
/** Formats that hold label volumes. */
const VOLUME = /\.(zarr|zip|hdf5?|h5|npy|nrrd|nhdr|tiff?|nii|nii\.gz|v3draw|v3dpbd)$/i;
const ZARR_FILES = [".zgroup", ".zarray", "zarr.json"];
/** Deepest of these: label set, split. */
const MOST_DEPTH = 2;
/** Most files that a folder of images may hold. */
const MOST_IMAGES = 100_000;

/** One volume (a file, or a Zarr folder), or a folder of volumes. @throws {LoadError} `load/missing-file` */
export function isOneImage({ path, shown }: EvaluateInput, option: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new LoadError("missing-file", `there is no ${shown}`, {
      fields: { file: path },
      wayOut: `give ${option} an existing volume, or a folder of volumes`,
    });
  }
  return !found.isDirectory() || /\.zarr$/i.test(path) || ZARR_FILES.some((name) => existsSync(join(path, name)));
}

/** @throws {UsageError} `usage/one-and-many` when one is a volume and the other a folder of volumes. */
export function bothImages(truth: EvaluateInput, prediction: EvaluateInput): boolean {
  const [one, other] = [isOneImage(truth, "--truth"), isOneImage(prediction, "--prediction")];
  if (one === other) return one;
  const [image, folder] = one ? [truth, prediction] : [prediction, truth];
  throw new UsageError("one-and-many", `${image.shown} is a volume, ${folder.shown} a folder of volumes`, {
    fields: { image: image.path, folder: folder.path },
    wayOut: "give two volumes, or two folders",
  });
}

/**
 * Pairs by sample name: the base name up to the first dot. Both folders may have the published layout (completely, partly,
 * train, val, test); where the truth of a sample is there in several formats the Zarr folder is taken.
 * @throws {LoadError} `load/no-pairs`, `load/several-files` where a name is ambiguous.
 */
export async function imagePairs(truth: EvaluateInput, prediction: EvaluateInput): Promise<ImagePairs> {
  const truths = bySample(await volumesIn(truth), truth);
  const predictions = bySample(await volumesIn(prediction), prediction);
  const samples = [...truths.keys()].sort(byCodeUnit);
  const pairs = samples.flatMap((sample): ImagePair[] => {
    const [left, right] = [truths.get(sample), predictions.get(sample)];
    if (left === undefined || right === undefined) return [];
    return [{ sample, truth: left.path, prediction: right.path, partly: left.partly }];
  });
  const withoutPrediction = samples.filter((sample) => !predictions.has(sample));
  const withoutTruth = [...predictions.keys()].filter((sample) => !truths.has(sample)).sort(byCodeUnit);
  if (pairs.length === 0) throw noPairs(truth, prediction, withoutPrediction, withoutTruth);
  return { pairs, withoutPrediction, withoutTruth };
}

function noPairs(
  truth: EvaluateInput,
  prediction: EvaluateInput,
  withoutPrediction: readonly string[],
  withoutTruth: readonly string[],
): LoadError {
  const some = (samples: readonly string[]) =>
    samples.length === 0 ? "no volume" : samples.slice(0, 5).join(", ") + (samples.length > 5 ? ", …" : "");
  return new LoadError(
    "no-pairs",
    `no sample is in both folders: ${truth.shown} has ${some(withoutPrediction)}; ${prediction.shown} has ${some(withoutTruth)}`,
    {
      fields: { truth: truth.path, prediction: prediction.path },
      wayOut: "a sample is the file's name up to the first dot; name predictions like the truth",
    },
  );
}

interface FoundVolume {
  readonly path: string;
  readonly partly: boolean | undefined;
}

type Folder = Pick<EvaluateInput, "path" | "shown">;

async function volumesIn(
  { path, shown }: Folder,
  { partly, depth }: { readonly partly: boolean | undefined; readonly depth: number } = { partly: undefined, depth: 0 },
  found: FoundVolume[] = [],
): Promise<FoundVolume[]> {
  for (const entry of await list(path, shown)) {
    const { name } = entry;
    const inner = join(path, name);
    const folder = entry.isSymbolicLink()
      ? (statSync(inner, { throwIfNoEntry: false })?.isDirectory() ?? false)
      : entry.isDirectory();
    if (folder && depth < MOST_DEPTH && LAYOUT.test(name)) {
      const label = name === "partly" ? true : name === "completely" ? false : partly;
      await volumesIn({ path: inner, shown: join(shown, name) }, { partly: label, depth: depth + 1 }, found);
    } else if (!name.startsWith(".") && VOLUME.test(name) && folder === /\.zarr$/i.test(name)) {
      found.push({ path: inner, partly });
    }
    if (found.length > MOST_IMAGES) {
      throw new LoadError("many-files", `${shown} holds more than ${MOST_IMAGES} volumes`, { fields: { file: path } });
    }
  }
  return found;
}

async function list(path: string, shown: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => byCodeUnit(a.name, b.name));
  } catch (error) {
    const code = errorCode(error) ?? "unknown";
    throw new LoadError("unreadable-folder", `cannot list ${shown}: ${code}`, {
      fields: { file: path, errno: code },
      cause: error,
    });
  }
}

function bySample(volumes: readonly FoundVolume[], { path, shown }: EvaluateInput): Map<string, FoundVolume> {
  const samples = new Map<string, FoundVolume[]>();
  for (const volume of volumes) {
    const sample = sampleOfPath(volume.path.replaceAll("\\", "/"));
    samples.set(sample, [...(samples.get(sample) ?? []), volume]);
  }
  return new Map(
    [...samples].map(([sample, files]) => {
      const zarr = files.filter((file) => /\.zarr$/i.test(file.path));
      const [first, second] = zarr.length === 1 ? zarr : files;
      if (first !== undefined && second === undefined) return [sample, first];
      const names = files.map((file) => relative(path, file.path));
      throw new LoadError("several-files", `${shown}: ${sample} is there in several files: ${names.join(", ")}`, {
        fields: { sample, files: names },
        wayOut: "leave one of them in the folder",
      });
    }),
  );
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
