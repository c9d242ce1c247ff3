import { elementBytes, type VolumeType } from "../volume/volume.js";
import { type ZarrPlace, zarrError } from "./zarr-store.js";

/** One step of a codec chain as Zarr v3 writes it. */
export interface CodecStep {
  readonly name: string;
  readonly configuration: Record<string, unknown>;
}

/** Description of one array, checked. Version 2 in the terms of version 3. */
export interface ZarrArray {
  readonly version: 2 | 3;
  readonly shape: readonly number[];
  readonly type: VolumeType;
  readonly boolean: boolean;
  /** What is decoded as one piece: inner chunks where chunks lie in shards. */
  readonly chunkShape: readonly number[];
  /** Shape of a shard where chunks lie in shards. */
  readonly shardShape: readonly number[] | undefined;
  readonly chunkKeys: { readonly name: "default" | "v2"; readonly separator: "." | "/" };
  /** Codecs of a chunk, from values to stored bytes. */
  readonly codecs: readonly CodecStep[];
  /** Codecs of a shard's index. */
  readonly indexCodecs: readonly CodecStep[];
  /** Value of chunks that are not stored. */
  readonly fill: number | bigint;
  readonly dimensionNames: readonly (string | null)[] | undefined;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

const MAXIMUM_RANK = 16;

/** Positive whole numbers, one per axis. @throws {FormatError} `format/zarr-metadata` */
export function readSizes(value: unknown, what: string, place: ZarrPlace, rank?: number): number[] {
  const shown = JSON.stringify(value)?.slice(0, 80);
  const fail = (why: string) => zarrError(place, "zarr-metadata", `${what} is ${shown}, ${why}`);
  if (!Array.isArray(value)) throw fail("not a list of numbers");
  if (value.length === 0 || value.length > MAXIMUM_RANK)
    throw fail(`which are ${value.length} axes, not 1 to ${MAXIMUM_RANK}`);
  if (rank !== undefined && value.length !== rank) throw fail(`which are ${value.length} axes for ${rank}`);
  if (!value.every((size) => Number.isSafeInteger(size) && size > 0)) throw fail("not positive whole numbers");
  return value as number[];
}

/** @throws {FormatError} `format/unsupported-codec` */
export function unknownCodec(place: ZarrPlace, name: unknown): Error {
  return zarrError(
    place,
    "unsupported-codec",
    `it is stored with the codec ${JSON.stringify(name)?.slice(0, 60)}, which is not read`,
    {
      wayOut: "Rewrite the array with one of: none, gzip, zlib, blosc, zstd, lz4.",
    },
  );
}

/**
 * The fill value as an element. 64-bit integers are taken from the text of the document, since JSON rounds them.
 * @throws {FormatError} `format/zarr-metadata`
 */
export function readFill(value: unknown, text: string, type: VolumeType, place: ZarrPlace): number | bigint {
  const fail = () =>
    zarrError(place, "zarr-metadata", `its fill value ${JSON.stringify(value)?.slice(0, 40)} is no ${type}`);
  const wide = type === "int64" || type === "uint64";
  if (value === null || value === undefined) return wide ? 0n : 0;
  if (value === true || value === false) return Number(value);
  if (type === "float32" || type === "float64") {
    if (typeof value === "number") return value;
    const known = FLOATS.get(value as string);
    if (known !== undefined) return known;
    if (typeof value === "string" && /^0x[0-9a-fA-F]+$/.test(value)) {
      const bytes = Buffer.from(value.slice(2), "hex");
      if (bytes.length === elementBytes(type)) return type === "float32" ? bytes.readFloatBE(0) : bytes.readDoubleBE(0);
    }
    throw fail();
  }
  if (typeof value !== "number" || !Number.isInteger(value)) throw fail();
  const [low, high] = integerRange(type);
  let exact = BigInt(value);
  if (wide && !Number.isSafeInteger(value)) {
    const digits = /"fill_value"\s*:\s*(-?\d{1,20})\s*[,}]/.exec(text)?.[1];
    if (digits !== undefined && Number(digits) === value) exact = BigInt(digits);
  }
  if (exact < low || exact > high) throw fail();
  return wide ? exact : value;
}

const FLOATS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function integerRange(type: VolumeType): [bigint, bigint] {
  const bits = BigInt(elementBytes(type) * 8);
  return type.startsWith("u") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
