import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { elementBytes, type VolumeType } from "../volume/volume.js";

/** More axes than any format here defines. */
const MOST_AXES = 32;

/**
 * Bytes of the elements of a stated shape, checked before anything is allocated. Arrays are streamed, so that their
 * number of cells is not bounded, only their bytes.
 * @throws {FormatError} `format/invalid-shape`, `format/too-large`.
 */
export function statedBytes(
  shape: readonly number[],
  type: VolumeType,
  { file, limits }: { file: string; limits: Limits },
): number {
  const shown = shape.slice(0, MOST_AXES);
  if (shape.length > MOST_AXES || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new FormatError("invalid-shape", `${file}: the header states the shape [${shown}]`, {
      fields: { file, shape: shown },
    });
  }
  const bytes = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, elementBytes(type));
  if (bytes > limits.bytes) {
    throw new FormatError(
      "too-large",
      `${file}: the header states the shape [${shown}] of ${type}, more than ${limits.bytes} bytes`,
      { fields: { file, shape: shown, limit: limits.bytes } },
    );
  }
  return bytes;
}

/** @throws {FormatError} `format/truncated` when the file has less than the header states. */
export function checkStored(stated: number, start: number, { file, size }: { file: string; size: number }): void {
  if (start >= 0 && start + stated <= size) return;
  throw new FormatError(
    "truncated",
    `${file}: the header states ${stated} bytes of elements from offset ${start} on, the file has ${size} bytes`,
    { fields: { file, bytes: stated, offset: start, fileBytes: size }, wayOut: "fetch the file again" },
  );
}

/** @throws {FormatError} `format/compression-ratio` when so few compressed bytes cannot hold what the header states. */
export function checkRatio(
  stated: number,
  compressed: number,
  { file, limits, most = limits.ratio }: { file: string; limits: Limits; most?: number },
): void {
  const ratio = Math.min(most, limits.ratio);
  if (stated <= Math.max(0, compressed) * ratio) return;
  throw new FormatError(
    "compression-ratio",
    `${file}: the header states ${stated} bytes of elements, ${compressed} compressed bytes hold at most ${ratio} times as much`,
    { fields: { file, bytes: stated, compressedBytes: compressed, limit: ratio } },
  );
}
