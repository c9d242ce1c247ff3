import { FormatError } from "../../base/errors.js";
import { type ChunkedArray, cutChunk, filledChunk } from "../volume/chunked-volume.js";
import { KnownZeros } from "../volume/known-zeros.js";
import { elementBytes, elementCount, type VolumeData } from "../volume/volume.js";
import type { ZarrArray } from "./zarr-array.js";
import { type ByteRange, joinKey, type ZarrStore, zarrError } from "./zarr-store.js";

/** Encoded chunks may be larger than their values: frames of what does not compress. */
const ENCODED_SLACK = 1024 ** 2;

/** The chunks of an array, decoded by zarrita with the bounded codecs of this folder. Loads zarrita at the first call. */
export async function zarrChunks(store: ZarrStore, path: string, array: ZarrArray): Promise<ChunkedArray> {
  const { Array: StoredArray, isZarritaError } = await import("zarrita");
  const { ChunkFault, installCodecs } = await import("./zarr-codecs.js");
  installCodecs();
  const place = { file: store.file, array: path };
  const { chunkShape, shardShape, type, shape } = array;
  const mostEncoded = 2 * elementCount(chunkShape) * elementBytes(type) + ENCODED_SLACK;
  const form = { shape, chunkShape, type };
  const outer = shardShape ?? chunkShape;
  const indexBytes = shardIndexBytes(array);
  const chunkKey = (index: readonly number[]): string => {
    const { name, separator } = array.chunkKeys;
    const cell =
      shardShape === undefined
        ? index
        : index.map((at, axis) => Math.floor((at * (chunkShape[axis] as number)) / (outer[axis] as number)));
    return [...(name === "default" ? ["c"] : []), ...cell].join(separator);
  };

  // zarrita asks for what was read a moment before, or for parts of a shard.
  const handed = new Map<string, Uint8Array>();
  const own = {
    get: async (key: string): Promise<Uint8Array | undefined> => handed.get(key.slice(1)),
    getRange: async (key: string, range: ByteRange): Promise<Uint8Array | undefined> => {
      const place = joinKey(path, key.slice(1));
      if ("suffixLength" in range) return store.readRange(place, range, range.suffixLength);
      return store.readRange(place, { ...range, tail: indexBytes }, mostEncoded);
    },
  };
  const stored = new StoredArray(own as never, "/", metadataFor(array) as never);

  const decode = async (index: readonly number[]): Promise<{ data: VolumeData; strides: readonly number[] }> => {
    const { data, stride } = await stored.getChunk([...index]);
    return { data: data as unknown as VolumeData, strides: stride };
  };

  const zeros = new KnownZeros();
  /** Values of a chunk that is stored, else why there are none. */
  const decodeStored = async (index: readonly number[], key: string) => {
    if (shardShape !== undefined) return decode(index);
    const bytes = await store.read(joinKey(path, key), mostEncoded);
    if (bytes === undefined) return "missing";
    if (zeros.has(bytes)) return "zeros";
    handed.set(key, bytes);
    // The bytes are taken before the first pause, so that two questions for one chunk do not meet.
    const decoding = decode(index);
    handed.delete(key);
    const decoded = await decoding;
    return zeros.learn(bytes, decoded.data) ? "zeros" : decoded;
  };

  return {
    ...form,
    name: path === "" ? store.file : `${store.file}: ${path}`,
    file: store.file,
    close: () => store.close(),
    chunk: async (index) => {
      const key = chunkKey(index);
      try {
        const found = await decodeStored(index, key);
        if (found === "zeros") return undefined;
        if (found === "missing") return filledChunk(form, index, array.fill);
        const values = cutChunk(form, index, found);
        return array.boolean ? asBooleans(values as Uint8Array) : values;
      } catch (error) {
        const fault = innermost(error);
        const at = { ...place, chunk: shardShape === undefined ? key : `${index.join(".")} in ${key}` };
        if (fault instanceof ChunkFault) throw zarrError(at, fault.problem, fault.message);
        if (fault instanceof FormatError) throw fault;
        if (isZarritaError(error)) throw zarrError(at, "chunk-damaged", (fault as Error).message, { cause: error });
        throw error;
      }
    },
  };
}

/** Offset and length of each chunk of a shard, and a checksum for each such codec. */
function shardIndexBytes({ shardShape, chunkShape, indexCodecs }: ZarrArray): number {
  if (shardShape === undefined) return 0;
  const chunks = elementCount(shardShape) / elementCount(chunkShape);
  return 16 * chunks + 4 * indexCodecs.filter(({ name }) => name === "crc32c").length;
}

/** Version 3 metadata for zarrita. */
function metadataFor(array: ZarrArray): object {
  const { shardShape, chunkShape, codecs, indexCodecs } = array;
  return {
    zarr_format: 3,
    node_type: "array",
    shape: [...array.shape],
    data_type: array.type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: [...(shardShape ?? chunkShape)] } },
    chunk_key_encoding: { name: array.chunkKeys.name, configuration: { separator: array.chunkKeys.separator } },
    codecs:
      shardShape === undefined
        ? codecs
        : [
            {
              name: "sharding_indexed",
              configuration: { chunk_shape: [...chunkShape], codecs, index_codecs: indexCodecs },
            },
          ],
    fill_value: array.fill,
    attributes: {},
  };
}

/** The error under those that wrap it. */
function innermost(error: unknown): unknown {
  let found = error;
  for (let depth = 0; depth < 8 && found instanceof Error && found.cause !== undefined; depth++) {
    if (found instanceof FormatError) break;
    found = found.cause;
  }
  return found;
}

function asBooleans(values: Uint8Array): Uint8Array {
  return values.some((value) => value > 1) ? values.map((value) => (value === 0 ? 0 : 1)) : values;
}
