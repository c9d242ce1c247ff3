import { DEFAULT_LIMITS } from "../../../base/limits.js";
import type { Volume, VolumeData } from "../../volume/volume.js";
import { plainElements, streamedElements } from "../element-source.js";
import { gunzipStream } from "../gunzip-stream.js";
import { inMicrometres } from "../length-unit.js";
import { linearVolume } from "../linear-volume.js";
import type { OpenImageOptions } from "../open-options.js";
import { checkRatio, checkStored, statedBytes } from "../stated-size.js";
import { StoredFile } from "../stored-file.js";
import { NIFTI2_BYTES, type NiftiHeader, parseNiftiHeader } from "./nifti-header.js";

/** Letters of the dimensions of a NIfTI file, fastest first; the last two have no meaning of their own. */
const LETTERS = "xyztcuv";

/**
 * Opens a NIfTI-1 or NIfTI-2 file, `.nii` or gzipped (inflated as it is read). The shape is slowest axis first, the
 * reverse of `dim`; dimensions behind the third that have one step are left out. RGB and RGBA have their samples as last
 * axis. Where the header scales (`scl_slope` and `scl_inter` that change something) the elements are given as `float32`
 * of slope × stored + intercept; else they come as stored. Orientation is in `attributes.sform` and `attributes.qform`,
 * three rows of four in the file's units: nothing is turned or flipped. Memory: one block.
 * Source: nifti1.h and nifti2.h of the NIfTI-1.1 and NIfTI-2 standards, https://nifti.nimh.nih.gov.
 * @throws {FormatError} `nifti-invalid`, `nifti-unsupported` (also for pairs of .hdr and .img), `invalid-shape`,
 * `too-large`, `truncated`, `compression-ratio`, `checksum`, `gzip-invalid`, `empty`, `unreadable`.
 */
export async function openNifti(path: string, { file, limits = DEFAULT_LIMITS }: OpenImageOptions): Promise<Volume> {
  const stored = await StoredFile.open(path, file);
  try {
    const magic = await stored.head(2);
    const gzipped = magic[0] === 0x1f && magic[1] === 0x8b;
    const header = parseNiftiHeader(
      gzipped ? await gunzippedHead(stored, NIFTI2_BYTES) : await stored.head(NIFTI2_BYTES),
      file,
    );
    const { axes, sizes } = layout(header);
    const bytes = statedBytes(sizes, header.type, { file, limits });
    if (gzipped) checkRatio(bytes + header.start, stored.size, { file, limits });
    else checkStored(bytes, header.start, stored);
    const open = () => gunzipStream(stored.stream(0), { file });
    const convert = scaling(header);
    return linearVolume({
      file,
      name: file,
      shape: sizes,
      type: header.type,
      littleEndian: header.littleEndian,
      axes,
      spacing: spacingOf(header, axes),
      attributes: header.attributes,
      source: gzipped
        ? streamedElements({ name: file, file, skip: header.start, bytes, exact: false, open })
        : plainElements(stored, header.start),
      ...(convert === undefined ? {} : { convert }),
      close: () => stored.close(),
    });
  } catch (error) {
    await stored.close();
    throw error;
  }
}

/** The first bytes of a gzipped file, inflated; fewer when it has no more. */
export async function gunzippedHead(stored: StoredFile, most: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  for await (const piece of gunzipStream(stored.stream(0), { file: stored.file })) {
    head = Buffer.concat([head, piece]);
    if (head.length >= most) break;
  }
  return head.subarray(0, most);
}

function layout({ dim, samples }: NiftiHeader): { axes: string; sizes: number[] } {
  const kept = dim
    .map((size, axis) => ({ size, letter: LETTERS[axis] as string }))
    .filter(({ size }, axis) => axis < 3 || size > 1);
  kept.reverse();
  // Samples lie beside each other: they are the fastest axis. A file with both has its fifth dimension as "v".
  const letters = kept.map(({ letter }) => (samples > 1 && letter === "c" ? "w" : letter)).join("");
  const sizes = kept.map(({ size }) => size);
  return samples > 1 ? { axes: `${letters}c`, sizes: [...sizes, samples] } : { axes: letters, sizes };
}

function spacingOf({ pixdim, spaceUnit }: NiftiHeader, axes: string): (number | undefined)[] | undefined {
  if (spaceUnit === undefined) return undefined;
  return Array.from(axes, (letter) => {
    const axis = "xyz".indexOf(letter);
    return axis < 0 ? undefined : inMicrometres(Math.abs(pixdim[axis] as number), spaceUnit);
  });
}

function scaling({ slope, intercept, samples }: NiftiHeader) {
  // nifti1.h: a slope of zero says that there is no scaling.
  if (samples > 1 || !Number.isFinite(slope) || slope === 0 || !Number.isFinite(intercept)) return undefined;
  if (slope === 1 && intercept === 0) return undefined;
  return {
    type: "float32" as const,
    apply: (stored: VolumeData, target: VolumeData) => {
      for (let i = 0; i < stored.length; i++) target[i] = slope * Number(stored[i]) + intercept;
    },
  };
}
