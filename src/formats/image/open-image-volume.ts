import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { readZip } from "../archive/zip-archive.js";
import { describeFormat, detectFormat } from "../detect-format.js";
import { openNpy } from "../volume/npy.js";
import type { Volume } from "../volume/volume.js";
import { NIFTI2_BYTES, niftiKind } from "./nifti/nifti-header.js";
import { gunzippedHead, openNifti } from "./nifti/open-nifti.js";
import { openNrrd } from "./nrrd/open-nrrd.js";
import type { OpenImageOptions } from "./open-options.js";
import { StoredFile } from "./stored-file.js";
import { openTiff } from "./tiff/open-tiff.js";
import { openVaa3d } from "./vaa3d/open-vaa3d.js";
import { PACKED_MAGIC, RAW_MAGIC } from "./vaa3d/vaa3d-header.js";

type ImageFormat = "nrrd" | "tiff" | "vaa3d" | "npy" | "nifti" | "zip";

const READERS = { nrrd: openNrrd, tiff: openTiff, vaa3d: openVaa3d, npy: openNpy, nifti: openNifti, zip: openZipped };

/**
 * Opens an image volume by what its first bytes say it is: NRRD, TIFF and BigTIFF, NIfTI (gzipped or not), Vaa3D raw or
 * packed, NumPy; or a zip archive with one of these in it and nothing else, which is inflated to a temporary file that
 * is removed on close. Extensions play no part. Memory: one block, see the readers of each format.
 * @throws {FormatError} `not-an-image`, and what the reader of the format throws.
 */
export async function openImageVolume(
  path: string,
  { file, limits = DEFAULT_LIMITS }: OpenImageOptions,
): Promise<Volume> {
  return READERS[await imageFormat(path, file)](path, { file, limits });
}

async function imageFormat(path: string, file: string): Promise<ImageFormat> {
  const stored = await StoredFile.open(path, file);
  try {
    const head = await stored.head(4096);
    const start = head.toString("latin1", 0, 24);
    if (/^NRRD000\d/.test(start)) return "nrrd";
    if (/^(II[*+]\0|MM\0[*+])/.test(start)) return "tiff";
    if (start === RAW_MAGIC || start === PACKED_MAGIC) return "vaa3d";
    if (start.startsWith("\x93NUMPY")) return "npy";
    if (start.startsWith("PK\x03\x04")) return "zip";
    if (isNifti(head)) return "nifti";
    if (start.startsWith("\x1f\x8b") && isNifti(await gunzippedHead(stored, NIFTI2_BYTES))) return "nifti";
    const found = detectFormat(head);
    throw new FormatError("not-an-image", `${file}: this is ${describeFormat(found)}, no image volume that is read`, {
      fields: { file, found },
      wayOut: "convert it to NRRD, NIfTI, TIFF, v3draw or npy",
    });
  } finally {
    await stored.close();
  }
}

/** Also a header of a pair, so that its reader can say what is missing. */
function isNifti(head: Buffer): boolean {
  return niftiKind(head) !== undefined;
}

async function openZipped(path: string, { file, limits }: { file: string; limits: Limits }): Promise<Volume> {
  const archive = await readZip(path, { file, limits });
  let folder: string | undefined;
  const remove = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const entry = archive.entries[0];
    if (entry === undefined || archive.entries.length > 1) {
      throw new FormatError(
        "not-an-image",
        `${file}: the archive has ${archive.entries.length} members, one image is needed`,
        {
          fields: { file, entries: archive.entries.slice(0, 50).map(({ name }) => name) },
          wayOut: "unpack the archive and name one of its files",
        },
      );
    }
    folder = await mkdtemp(join(tmpdir(), "neurotables-image-"));
    const inflated = join(folder, "image");
    await pipeline(Readable.from(archive.stream(entry.name), { objectMode: false }), createWriteStream(inflated));
    const name = `${file}: ${entry.name}`;
    const format = await imageFormat(inflated, name);
    if (format === "zip") {
      throw new FormatError("not-an-image", `${name}: this is an archive in an archive`, { fields: { file: name } });
    }
    const volume = await READERS[format](inflated, { file: name, limits });
    return {
      ...volume,
      close: async () => {
        try {
          await volume.close();
        } finally {
          await remove();
        }
      },
    };
  } catch (error) {
    await remove();
    throw error;
  } finally {
    await archive.close();
  }
}
