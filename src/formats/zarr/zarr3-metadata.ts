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

const TYPES: ReadonlyMap<unknown, VolumeType> = new Map<unknown, VolumeType>([
  ["bool", "uint8"],
  ["uint8", "uint8"],
  ["int8", "int8"],
  ["uint16", "uint16"],
  ["int16", "int16"],
  ["uint32", "uint32"],
  ["int32", "int32"],
  ["uint64", "uint64"],
  ["int64", "int64"],
  ["float32", "float32"],
  ["float64", "float64"],
]);

const BYTE_CODECS: ReadonlySet<unknown> = new Set(["gzip", "zlib", "blosc", "zstd", "lz4", "crc32c"]);
const KNOWN_FIELDS = new Set([
  "zarr_format",
  "node_type",
  "shape",
  "data_type",
  "chunk_grid",
  "chunk_key_encoding",
  "fill_value",
  "codecs",
  "attributes",
  "storage_transformers",
  "dimension_names",
]);

/**
 * A `zarr.json` document of an array, checked (Zarr core specification version 3, with the sharding codec).
 * @throws {FormatError} `format/zarr-metadata`, `format/unsupported-type`, `format/unsupported-codec`.
 */
export function parseZarr3(document: JsonRecord, text: string, place: ZarrPlace): ZarrArray {
  const invalid = (message: string) => zarrError(place, "zarr-metadata", message);
  if (document.zarr_format !== 3 || document.node_type !== "array") {
    throw invalid(
      `zarr.json has zarr_format ${shown(document.zarr_format)} and node_type ${shown(document.node_type)}`,
    );
  }
  for (const [field, value] of Object.entries(document)) {
    if (KNOWN_FIELDS.has(field) || value === null || (isRecord(value) && value.must_understand === false)) continue;
    throw invalid(`it has the field ${shown(field)}, which is not known here`);
  }
  const transformers = document.storage_transformers ?? [];
  if (!Array.isArray(transformers) || transformers.length > 0) throw invalid("storage transformers are not read");
  const shape = readSizes(document.shape, "its shape", place);
  const type = TYPES.get(document.data_type);
  if (type === undefined) {
    throw zarrError(place, "unsupported-type", `values of type ${shown(document.data_type)} are not read`, {
      wayOut: "Integers of 1 to 8 bytes, booleans and floats of 4 or 8 bytes are.",
    });
  }
  const grid = named(document.chunk_grid);
  if (grid?.name !== "regular") throw invalid(`its chunk grid is ${shown(document.chunk_grid)}, not regular`);
  const outer = readSizes(grid.configuration.chunk_shape, "its chunk shape", place, shape.length);
  const sharding = readSharding(document.codecs, outer, place);
  const codecs = sharding?.codecs ?? readCodecs(document.codecs, outer, place);
  return {
    version: 3,
    shape,
    type,
    boolean: document.data_type === "bool",
    chunkShape: sharding?.chunkShape ?? outer,
    shardShape: sharding === undefined ? undefined : outer,
    chunkKeys: readChunkKeys(document.chunk_key_encoding, place),
    codecs,
    indexCodecs: sharding?.indexCodecs ?? [],
    fill: readFill(document.fill_value, text, type, place),
    dimensionNames: readDimensionNames(document.dimension_names, shape.length, place),
  };
}

function readChunkKeys(value: unknown, place: ZarrPlace): ZarrArray["chunkKeys"] {
  const encoding = named(value);
  const separator = encoding?.configuration.separator ?? (encoding?.name === "v2" ? "." : "/");
  if ((encoding?.name === "default" || encoding?.name === "v2") && (separator === "." || separator === "/")) {
    return { name: encoding.name, separator };
  }
  throw zarrError(place, "zarr-metadata", `its chunk key encoding ${shown(value)} is not known`);
}

function readDimensionNames(value: unknown, rank: number, place: ZarrPlace): (string | null)[] | undefined {
  if (value === undefined || value === null) return undefined;
  const fits =
    Array.isArray(value) && value.length === rank && value.every((name) => name === null || typeof name === "string");
  if (fits) return value as (string | null)[];
  throw zarrError(place, "zarr-metadata", `its dimension names are ${shown(value)}, not ${rank} names`);
}

/** The sharding codec, which must be the only one of the chain. */
function readSharding(codecs: unknown, shard: readonly number[], place: ZarrPlace) {
  if (!Array.isArray(codecs)) return undefined;
  const steps = (codecs as unknown[]).map(named);
  const step = steps.find((codec) => codec?.name === "sharding_indexed");
  if (step === undefined) return undefined;
  if (steps.length > 1) {
    throw zarrError(place, "unsupported-codec", "its shards are stored with codecs around them, which is not read");
  }
  const { chunk_shape, codecs: inner, index_codecs, index_location = "end" } = step.configuration;
  const chunkShape = readSizes(chunk_shape, "the chunk shape in its shards", place, shard.length);
  if (!shard.every((size, axis) => size % (chunkShape[axis] as number) === 0)) {
    throw zarrError(
      place,
      "zarr-metadata",
      `chunks of ${chunkShape.join(" x ")} do not divide shards of ${shard.join(" x ")}`,
    );
  }
  if (index_location !== "end") {
    throw zarrError(
      place,
      "unsupported-codec",
      `the index of its shards is at ${shown(index_location)}; only the end is read`,
    );
  }
  const index = readCodecs(index_codecs, [...shard, 2], place);
  if (index.some(({ name }) => name !== "bytes" && name !== "crc32c")) {
    throw zarrError(
      place,
      "unsupported-codec",
      `the index of its shards is stored with ${shown(index.map(({ name }) => name))}`,
    );
  }
  return { chunkShape, codecs: readCodecs(inner, chunkShape, place), indexCodecs: index };
}

/** At most one `transpose`, then `bytes`, then codecs of bytes. */
function readCodecs(value: unknown, shape: readonly number[], place: ZarrPlace): CodecStep[] {
  if (!Array.isArray(value) || value.length > 8)
    throw zarrError(place, "zarr-metadata", "its codecs are no short list");
  const steps: CodecStep[] = [];
  let bytes = false;
  for (const entry of value as unknown[]) {
    const codec = named(entry);
    if (codec === undefined) throw unknownCodec(place, entry);
    if (codec.name === "transpose" && steps.length === 0) {
      const { order } = codec.configuration;
      const axes = Array.isArray(order) ? [...(order as unknown[])].sort() : [];
      if (
        axes.length !== shape.length ||
        axes.some((axis) => !Number.isInteger(axis)) ||
        new Set(axes).size !== axes.length ||
        axes.some((axis) => (axis as number) < 0 || (axis as number) >= shape.length)
      ) {
        throw zarrError(
          place,
          "zarr-metadata",
          `its transpose order is ${shown(order)}, not a permutation of ${shape.length} axes`,
        );
      }
      steps.push({ name: "transpose", configuration: { order } });
    } else if (codec.name === "bytes" && !bytes) {
      const { endian = "little" } = codec.configuration;
      if (endian !== "little" && endian !== "big")
        throw zarrError(place, "zarr-metadata", `its byte order is ${shown(endian)}`);
      bytes = true;
      steps.push({ name: "bytes", configuration: { endian } });
    } else {
      const plain = codec.name.replace(/^numcodecs\./, "");
      if (!bytes || !BYTE_CODECS.has(plain)) throw unknownCodec(place, codec.name);
      steps.push({ name: plain, configuration: {} });
    }
  }
  if (!bytes) throw zarrError(place, "zarr-metadata", "its codecs have no step that makes bytes");
  return steps;
}

function named(value: unknown): CodecStep | undefined {
  if (typeof value === "string") return { name: value, configuration: {} };
  if (!isRecord(value) || typeof value.name !== "string") return undefined;
  return { name: value.name, configuration: isRecord(value.configuration) ? { ...value.configuration } : {} };
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "missing";
}
