import type { VolumeSource } from "../../formats/volume/volume.js";
import type { SampleFile } from "../sample-sources.js";
import { writeZarrArray, type ZarrForm, zarrFiles } from "../zarr-writer.js";
import { type SyntheticVolume, type SyntheticVolumeOptions, syntheticVolume } from "./synthetic-volume.js";

/** Progress of a volume: `done` of `total` planes, image and ground truth together. */
export type VolumeProgress = (progress: { readonly done: number; readonly total: number }) => void;

/**
 * The two arrays of a FISBe store, Zarr 2, gzip level 1: two channels to a chunk, the ground truth in chunks twice as
 * thick. A row or column of chunks has equal parts of at most 25 (50) planes and 100 rows and columns.
 */
function arraysOf(volume: SyntheticVolume): { readonly form: ZarrForm; readonly source: VolumeSource }[] {
  const { shape, instanceCount, raw, instances, dimNeurons } = volume;
  const chunks = (channels: number, thickness: number) => [
    Math.min(2, channels),
    even(shape[0], thickness),
    even(shape[1], 100),
    even(shape[2], 100),
  ];
  return [
    { form: { path: "volumes/raw", chunks: chunks(3, 25) }, source: raw },
    {
      form: {
        path: "volumes/gt_instances",
        chunks: chunks(instanceCount, 50),
        attributes: { dim_neurons: dimNeurons },
      },
      source: instances,
    },
  ];
}

/** The size of the fewest equal chunks that are no larger than `most`. */
function even(size: number, most: number): number {
  return Math.ceil(size / Math.ceil(size / most));
}

/** All files of a volume's store, by path in it, in memory: for tiny and small volumes. */
export async function volumeFiles(volume: SyntheticVolume): Promise<SampleFile[]> {
  const depth = volume.shape[0];
  const files = new Map<string, SampleFile>();
  for (const { form, source } of arraysOf(volume)) {
    const data = source === volume.raw ? volume.readRaw(0, depth) : volume.readInstances(0, depth);
    // Both arrays bring the groups above them.
    for (const file of await zarrFiles(form, { shape: source.shape, type: source.type, data })) {
      files.set(file.path, file);
    }
  }
  return [...files.values()];
}

/**
 * Writes one synthetic volume into a folder as a Zarr store in the layout of FISBe (`volumes/raw`, and
 * `volumes/gt_instances` with the attribute `dim_neurons`), slab by slab: less than 1 GB of memory and a few minutes for
 * a full volume. Existing files are replaced. The values are the same on every machine, the compressed bytes are those
 * of this Node's zlib.
 * @throws {UsageError} as {@link syntheticVolume}.
 */
export async function writeSyntheticVolume(
  folder: string,
  options: SyntheticVolumeOptions,
  onProgress: VolumeProgress = () => {},
): Promise<SyntheticVolume> {
  const volume = syntheticVolume(options);
  const total = 2 * volume.shape[0];
  let done = 0;
  for (const { form, source } of arraysOf(volume)) {
    const onPlanes = (planes: number): void => {
      done += planes;
      onProgress({ done, total });
    };
    await writeZarrArray(folder, form, watched(source, onPlanes));
  }
  return volume;
}

function watched(source: VolumeSource, onPlanes: (count: number) => void): VolumeSource {
  return {
    ...source,
    async *blocks() {
      for await (const block of source.blocks()) {
        yield block;
        onPlanes(block.shape[1] as number);
      }
    },
  };
}
