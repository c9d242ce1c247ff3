import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { readMatlab5 } from "../matlab5/read-matlab5.js";
import { readMatlab73 } from "../matlab73/read-matlab73.js";
import type { MatlabFile } from "./matlab-value.js";

export interface ReadMatlabOptions {
  /** Name of the file in errors. */
  readonly file: string;
  readonly limits?: Limits;
}

/**
 * Opens a MATLAB file of format 5 or 7.3, told apart by its first bytes, from memory or by path. Files of format 5 are
 * read whole, those of 7.3 in parts as needed.
 * @throws {FormatError} what {@link readMatlab5} and {@link readMatlab73} throw.
 */
export async function readMatlab(from: Uint8Array | string, options: ReadMatlabOptions): Promise<MatlabFile> {
  const { file, limits = DEFAULT_LIMITS } = options;
  if (isHdf5(typeof from === "string" ? firstBytes(from) : from.subarray(0, 520))) return readMatlab73(from, options);
  if (typeof from !== "string") return readMatlab5(from, options);
  const { size } = statSync(from);
  if (size > limits.bytes) {
    throw new FormatError("limit", `${file}: ${size} bytes, the limit is ${limits.bytes}`, {
      fields: { file, bytes: size, limit: limits.bytes },
    });
  }
  return readMatlab5(readFileSync(from), options);
}

function isHdf5(start: Uint8Array): boolean {
  const text = Buffer.from(start).toString("latin1");
  return (
    text.startsWith("\x89HDF\r\n\x1a\n") || text.startsWith("\x89HDF\r\n\x1a\n", 512) || text.startsWith("MATLAB 7.3")
  );
}

function firstBytes(path: string): Uint8Array {
  const descriptor = openSync(path, "r");
  try {
    const start = new Uint8Array(520);
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
