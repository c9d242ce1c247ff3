import { FormatError } from "../../base/errors.js";

/** Part of an object: from an offset and not reaching into so many bytes at its end (`tail`), or those at its end. */
export type ByteRange =
  | { readonly offset: number; readonly length: number; readonly tail?: number }
  | { readonly suffixLength: number };

/** The objects of a Zarr hierarchy by their keys, paths with `/` and without `..`. */
export interface ZarrStore {
  /** Name of the file or folder in errors. */
  readonly file: string;
  /**
   * A whole object, or undefined where there is none.
   * @throws {FormatError} `format/too-large` when it has more than `most` bytes.
   */
  read(key: string, most: number): Promise<Uint8Array | undefined>;
  /** Exactly these bytes of an object, or undefined where there is none. `most` bounds what may be held. */
  readRange(key: string, range: ByteRange, most: number): Promise<Uint8Array | undefined>;
  /** Names of the folders directly below a folder, sorted. */
  folders(path: string): Promise<string[]>;
  close(): Promise<void>;
}

/** A place in a store, for errors. */
export interface ZarrPlace {
  readonly file: string;
  /** Path of the array. */
  readonly array: string;
  readonly chunk?: string;
}

/** A format error that names file, array and chunk. */
export function zarrError(
  place: ZarrPlace,
  problem: string,
  message: string,
  options: { readonly wayOut?: string; readonly cause?: unknown } = {},
): FormatError {
  const { file, array, chunk } = place;
  const where = [file, array === "" ? "/" : array, ...(chunk === undefined ? [] : [`chunk ${chunk}`])].join(": ");
  return new FormatError(problem, `${where}: ${message}`, {
    fields: { file, array, ...(chunk === undefined ? {} : { chunk }) },
    ...options,
  });
}

/** First and last position of a range in an object of `size` bytes. */
export function rangeIn(range: ByteRange, size: number, place: { readonly file: string; readonly key: string }) {
  const start = "offset" in range ? range.offset : size - range.suffixLength;
  const length = "offset" in range ? range.length : range.suffixLength;
  const end = "offset" in range ? size - (range.tail ?? 0) : size;
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(length);
  if (whole && start >= 0 && length >= 0 && start + length <= end) return { start, length };
  throw new FormatError("truncated", `${place.file}: ${place.key}: bytes ${start} to ${start + length} of ${size}`, {
    fields: { file: place.file, entry: place.key, bytes: size, offset: start },
    wayOut: "The shard is damaged or cut off: fetch it again.",
  });
}

/** @throws {FormatError} `format/too-large` */
export function refuseLarger(
  bytes: number,
  most: number,
  place: { readonly file: string; readonly key: string },
): void {
  if (bytes <= most) return;
  throw new FormatError("too-large", `${place.file}: ${place.key} has ${bytes} bytes, at most ${most} are expected`, {
    fields: { file: place.file, entry: place.key, bytes, limit: most },
  });
}

/** Path of an array as users write it, without slashes around it. @throws {FormatError} `format/unsafe-path` */
export function arrayPath(key: string, file: string): string {
  const segments = key.split("/").filter((segment) => segment !== "");
  const bad = segments.some(
    (segment) => segment === "." || segment === ".." || segment.includes("\\") || segment.includes("\0"),
  );
  if (!bad && key.length <= 4096) return segments.join("/");
  throw new FormatError("unsafe-path", `${file}: ${JSON.stringify(key).slice(0, 120)} is no path of an array`, {
    fields: { file, array: key.slice(0, 200) },
    wayOut: "Give the path inside of the store, for example volumes/raw.",
  });
}

/** `volumes/raw` and `.zarray` give `volumes/raw/.zarray`. */
export function joinKey(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}
