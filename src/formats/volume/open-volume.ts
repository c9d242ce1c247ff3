import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { DETECTION_BYTES, detectFormat } from "../detect-format.js";
import type { ArraySummary } from "./array-summary.js";
import { reorderAxes } from "./transpose-volume.js";
import type { Volume } from "./volume.js";

export interface OpenVolumeOptions {
  /** Name of the file in errors (default: its base name). */
  readonly file?: string | undefined;
  /** Path of the array inside of the file (`volumes/raw`); needed where it holds several. */
  readonly key?: string | undefined;
  /** Letters of the axes as they are stored, slowest first (`zyxc`). The volume then has the axes `czyx`. */
  readonly axes?: string | undefined;
  readonly limits?: Limits | undefined;
}

/** `P`: zip archives begin with PK. */
const ZIP_BYTE = 0x50;

type VolumeFormat = "zarr" | "hdf5" | "npy" | "image";

/**
 * Opens an array of voxels in whatever format it has, told by its content and not by its name: a Zarr folder or zip, HDF5,
 * NumPy (.npy, .npz), else an image (TIFF, NRRD, NIfTI, Vaa3D). Axes stay as they are stored unless `axes` names them;
 * see {@link reorderAxes}. Memory: a few blocks.
 * @throws {FormatError} `format/unreadable`, `format/several-arrays`, `format/missing-array`, `format/no-array`, and those
 * of the format.
 * @throws {UsageError} `usage/axes`
 */
export async function openVolume(path: string, options: OpenVolumeOptions = {}): Promise<Volume> {
  const { file = basename(path), key, axes, limits = DEFAULT_LIMITS } = options;
  const volume = await openAs(await volumeFormat(path, { file, limits }), path, { file, key, limits });
  if (axes === undefined) return volume;
  try {
    return reorderAxes(volume, axes);
  } catch (error) {
    await volume.close();
    throw error;
  }
}

/**
 * The arrays of a file or folder, whatever its format, sorted by key. A `.npy` file and an image are one array with the
 * key `""`, whose shape is not read here.
 * @throws {FormatError} `format/unreadable`, `format/empty`, and those of the format.
 */
export async function listArraysOf(
  path: string,
  { file = basename(path), limits = DEFAULT_LIMITS }: Pick<OpenVolumeOptions, "file" | "limits"> = {},
): Promise<ArraySummary[]> {
  const format = await volumeFormat(path, { file, limits });
  if (format === "zarr") return (await import("../zarr/list-zarr.js")).listZarr(path, { file, limits });
  if (format === "hdf5") {
    return (await import("../hdf5-volume/list-hdf5-arrays.js")).listHdf5Arrays(path, { file, limits });
  }
  if (format === "npy" && (await readHead(path, file))[0] === ZIP_BYTE) return archivedArrays(path, { file, limits });
  return [{ key: "" }];
}

/** Arrays that NumPy's `savez` put into an archive, by the names of its members. */
async function archivedArrays(path: string, options: { file: string; limits: Limits }): Promise<ArraySummary[]> {
  const { readZip } = await import("../archive/zip-archive.js");
  const archive = await readZip(path, options);
  try {
    const names = archive.entries.map(({ name }) => name).filter((name) => name.endsWith(".npy"));
    return names.sort().map((name) => ({ key: name.slice(0, -".npy".length) }));
  } finally {
    await archive.close();
  }
}

interface FileOptions {
  readonly file: string;
  readonly key: string | undefined;
  readonly limits: Limits;
}

async function openAs(format: VolumeFormat, path: string, options: FileOptions): Promise<Volume> {
  const { file, key, limits } = options;
  if (format === "zarr") return (await import("../zarr/open-zarr.js")).openZarr(path, options);
  if (format === "hdf5") return (await import("../hdf5-volume/open-hdf5-volume.js")).openHdf5Volume(path, options);
  const named = key === undefined ? {} : { key };
  if (format === "npy") return (await import("./npy.js")).openNpy(path, { file, ...named, limits });
  if (key !== undefined) {
    throw new FormatError("missing-array", `${file}: it is an image, which has no array "${key}"`, {
      fields: { file, array: key },
      wayOut: "Leave the key out.",
    });
  }
  return (await import("../image/open-image-volume.js")).openImageVolume(path, { file, limits });
}

/** What a file or folder holds, by its first bytes, or by the members of an archive. */
async function volumeFormat(path: string, { file, limits }: { file: string; limits: Limits }): Promise<VolumeFormat> {
  const head = await readHead(path, file);
  if (head === "folder") return "zarr";
  const format = detectFormat(head);
  if (format === "hdf5" || format === "matlab-7.3") return "hdf5";
  if (format === "empty") throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  if (Buffer.from(head.subarray(0, 6)).toString("latin1") === "\x93NUMPY") return "npy";
  return format === "zip" ? archiveFormat(path, { file, limits }) : "image";
}

async function readHead(path: string, file: string): Promise<Uint8Array | "folder"> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return "folder";
    if (!facts.isFile()) throw new Error("it is neither a file nor a folder");
    const handle = await open(path, "r");
    try {
      const head = new Uint8Array(DETECTION_BYTES);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError("unreadable", `${file}: it cannot be read (${reason})`, { fields: { file }, cause });
  }
}

/** A zip may hold a Zarr store, the arrays of NumPy's `savez`, or images. */
async function archiveFormat(path: string, options: { file: string; limits: Limits }): Promise<VolumeFormat> {
  const [{ readZip }, { holdsZarr }] = await Promise.all([
    import("../archive/zip-archive.js"),
    import("../zarr/zip-store.js"),
  ]);
  const archive = await readZip(path, options);
  try {
    if (holdsZarr(archive)) return "zarr";
    return archive.entries.some(({ name }) => name.endsWith(".npy")) ? "npy" : "image";
  } finally {
    await archive.close();
  }
}
