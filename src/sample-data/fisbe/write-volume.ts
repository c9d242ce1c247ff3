import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type SyntheticVolume, type SyntheticVolumeOptions, syntheticVolume } from "./synthetic-volume.js";
import { type VolumeProgress, volumeFiles } from "./zarr-volume-writer.js";

/**
 * Writes one synthetic volume as a Zarr store, chunk by chunk: less than 1 GB of memory and a few minutes for a full
 * volume (0.4 to 0.8 GB on disk). Chunks of the same name are replaced, other files in the folder stay.
 * @throws {UsageError} as {@link syntheticVolume}.
 */
export async function writeSyntheticVolume(
  folder: string,
  options: SyntheticVolumeOptions,
  onProgress?: VolumeProgress,
): Promise<SyntheticVolume> {
  const volume = syntheticVolume(options);
  const made = new Set<string>();
  for await (const { path, bytes } of volumeFiles(volume, ".", onProgress)) {
    const target = join(folder, ...path.split("/"));
    const parent = dirname(target);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    await writeFile(target, bytes);
  }
  return volume;
}
