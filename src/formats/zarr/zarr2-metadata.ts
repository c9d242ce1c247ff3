import type { VolumeType } from "../volume/volume.js";
import {
  type CodecStep,
  isRecord,
  type JsonRecord,
  readFill,
  readSizes,
  unknownCodec,
  type ZarrArray,
} from "./zarr-array.js";
import { type ZarrPlace, zarrError } from "./zarr-store.js";

const TYPES: ReadonlyMap<string, VolumeType> = new Map([
  ["b1", "uint8"],
  ["u1", "uint8"],
  ["i1", "int8"],
  ["u2", "uint16"],
  ["i2", "int16"],
  ["u4", "uint32"],
  ["i4", "int32"],
  ["u8", "uint64"],
  ["i8", "int64"],
  ["f4", "float32"],
  ["f8", "float64"],
]);

const COMPRESSORS: ReadonlySet<unknown> = new Set(["gzip", "zlib", "blosc", "zstd", "lz4"]);

/**
 * A `.zarray` document, checked (Zarr storage specification version 2).
 * @throws {FormatError} `format/zarr-metadata`, `format/unsupported-type`, `format/unsupported-codec`.
 */
export function parseZarr2(document: JsonRecord, text: string, place: ZarrPlace): ZarrArray {
  if (document.zarr_format !== 2) {
    throw zarrError(place, "zarr-metadata", `.zarray has zarr_format ${shown(document.zarr_format)}, not 2`);
  }
  const shape = readSizes(document.shape, "its shape", place);
  const chunkShape = readSizes(document.chunks, "its chunk shape", place, shape.length);
  const { type, boolean, bigEndian } = readType(document.dtype, place);
  const { order, dimension_separator: separator = "." } = document;
  if (order !== "C" && order !== "F")
    throw zarrError(place, "zarr-metadata", `its order is ${shown(order)}, not C or F`);
  if (separator !== "." && separator !== "/") {
    throw zarrError(place, "zarr-metadata", `its dimension separator is ${shown(separator)}, not . or /`);
  }
  const { before, after } = readFilters(document.filters ?? null, document.dtype as string, place);
  const codecs: CodecStep[] = [
    ...(order === "F"
      ? [{ name: "transpose", configuration: { order: shape.map((_, axis) => shape.length - 1 - axis) } }]
      : []),
    ...before,
    { name: "bytes", configuration: { endian: bigEndian ? "big" : "little" } },
    ...after,
    ...readCompressor(document.compressor ?? null, place),
  ];
  return {
    version: 2,
    shape,
    type,
    boolean,
    chunkShape,
    shardShape: undefined,
    chunkKeys: { name: "v2", separator },
    codecs,
    indexCodecs: [],
    fill: readFill(document.fill_value, text, type, place),
    dimensionNames: undefined,
  };
}

function readType(dtype: unknown, place: ZarrPlace) {
  const match = typeof dtype === "string" ? /^([<>|])([a-z]\d)$/.exec(dtype) : null;
  const type = TYPES.get(match?.[2] ?? "");
  if (match === null || type === undefined || (match[1] === "|" && !/1$/.test(match[2] as string))) {
    throw zarrError(place, "unsupported-type", `values of type ${shown(dtype)} are not read`, {
      wayOut: "Integers of 1 to 8 bytes, booleans and floats of 4 or 8 bytes are.",
    });
  }
  return { type, boolean: match[2] === "b1", bigEndian: match[1] === ">" };
}

function readCompressor(compressor: unknown, place: ZarrPlace): CodecStep[] {
  if (compressor === null) return [];
  if (!isRecord(compressor) || !COMPRESSORS.has(compressor.id)) {
    throw unknownCodec(place, isRecord(compressor) ? compressor.id : compressor);
  }
  return [{ name: compressor.id as string, configuration: {} }];
}

/** Byte shuffling and differences of neighbours are undone; others change values in ways not read here. */
function readFilters(filters: unknown, dtype: string, place: ZarrPlace): { before: CodecStep[]; after: CodecStep[] } {
  const before: CodecStep[] = [];
  const after: CodecStep[] = [];
  if (filters === null) return { before, after };
  if (!Array.isArray(filters) || filters.length > 4)
    throw zarrError(place, "zarr-metadata", "its filters are no short list");
  for (const filter of filters as unknown[]) {
    const id = isRecord(filter) ? filter.id : filter;
    const refuse = () =>
      zarrError(place, "unsupported-codec", `it is stored with the filter ${shown(filter)}, which is not read`, {
        wayOut: "Rewrite the array without filters.",
      });
    if (!isRecord(filter)) throw refuse();
    const { elementsize, astype = filter.dtype } = filter;
    if (id === "delta" && filter.dtype === dtype && astype === dtype && before.length === 0 && after.length === 0) {
      before.push({ name: "numcodecs.delta", configuration: {} });
    } else if (id === "shuffle" && Number.isSafeInteger(elementsize) && (elementsize as number) > 0) {
      after.push({ name: "numcodecs.shuffle", configuration: { elementsize } });
    } else throw refuse();
  }
  return { before, after };
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "missing";
}
