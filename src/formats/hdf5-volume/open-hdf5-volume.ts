import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { type ByteSource, openByteSource } from "../hdf5/byte-source.js";
import type { Hdf5Dataset } from "../hdf5/hdf5-dataset.js";
import { readObjectHeader, readSuperblock } from "../hdf5/object-header.js";
import { type Hdf5File, openHdf5 } from "../hdf5/open-hdf5.js";
import { storageError } from "../hdf5/place.js";
import { missingArray, onlyArray } from "../volume/array-summary.js";
import { type ChunkedArray, chunkedVolume } from "../volume/chunked-volume.js";
import type { Volume, VolumeType } from "../volume/volume.js";
import { directChunks } from "./direct-chunks.js";
import { directLayout } from "./direct-layout.js";
import { hdf5Attributes, hdf5Axes } from "./hdf5-attributes.js";
import { libraryChunks } from "./library-chunks.js";
import { summarizeArrays, volumeType } from "./list-hdf5-arrays.js";

export interface OpenHdf5VolumeOptions {
  /** Name of the file in errors. */
  readonly file: string;
  /** Path of the dataset (`volumes/gmm_label`); needed where there are several. */
  readonly key?: string | undefined;
  readonly limits?: Limits | undefined;
}

/**
 * Opens one dataset of numbers in an HDF5 file. Chunks with deflate and shuffle are read directly and decoded four at a
 * time; other storage passes the HDF5 library, in boxes of 4 MiB and on one thread, after a check that decodes all chunks
 * once. float16 comes as float32, booleans as uint8. External links and storage and unknown filters are refused.
 * @throws {FormatError} `format/missing-array`, `format/several-arrays`, `format/unexpected-type` and those of
 * {@link openHdf5}; while reading `format/chunk-size`, `format/chunk-damaged`, `format/truncated`.
 */
export async function openHdf5Volume(path: string, options: OpenHdf5VolumeOptions): Promise<Volume> {
  const { file, limits = DEFAULT_LIMITS } = options;
  // Values come in bounded blocks: their number as a whole is bounded by their bytes alone.
  const opened = await openHdf5(path, { file, limits: { ...limits, cells: Number.MAX_SAFE_INTEGER } });
  let source: ByteSource | undefined;
  try {
    const key = trimSlashes(options.key ?? onlyArray(file, summarizeArrays(opened)));
    if (opened.kindOf(`/${key}`) !== "dataset") {
      const found = opened.kindOf(`/${key}`) === "group" ? "there is a group, not an array," : "there is no array";
      throw missingArray(file, key, summarizeArrays(opened), found);
    }
    const dataset = opened.dataset(`/${key}`);
    const type = numbersOf(dataset, file);
    const place = { file, path: dataset.path };
    if (dataset.shape.length === 0 || dataset.shape.includes(0)) {
      throw storageError(place, "no-values", `its shape is ${dataset.shape.join(" x ") || "that of a single value"}`);
    }
    const attributes = hdf5Attributes(opened, dataset.path);
    source = openByteSource(path);
    const chunks = chunksOf({ opened, dataset, type, source });
    const held = source;
    const array: ChunkedArray = {
      name: `${file}: ${key}`,
      file,
      shape: dataset.shape,
      type,
      ...chunks,
      close: async () => {
        held.close();
        opened.close();
      },
    };
    return chunkedVolume(array, { attributes, ...hdf5Axes(attributes, dataset.shape.length) });
  } catch (error) {
    source?.close();
    opened.close();
    throw error;
  }
}

function chunksOf({
  opened,
  dataset,
  type,
  source,
}: {
  opened: Hdf5File;
  dataset: Hdf5Dataset;
  type: VolumeType;
  source: ByteSource;
}): Pick<ChunkedArray, "chunkShape" | "chunk"> {
  const { shape, filters } = dataset;
  const superblock = readSuperblock(source, opened.file);
  const place = { file: opened.file, path: dataset.path };
  const messages = readObjectHeader(source, superblock, place, opened.addressOf(dataset.path));
  const layout = dataset.chunks === null ? undefined : directLayout(messages, { rank: shape.length, filters });
  if (layout === undefined) return libraryChunks(dataset, { shape, type });
  return directChunks({ source, superblock, place }, { shape, type, filters }, layout);
}

function numbersOf(dataset: Hdf5Dataset, file: string): VolumeType {
  const type = volumeType(dataset.type);
  if (type !== undefined) return type;
  const place = { file, path: dataset.path };
  throw storageError(place, "unexpected-type", `it holds values of kind ${dataset.type.kind}, not numbers`);
}

function trimSlashes(key: string): string {
  return key.replace(/^\/+|\/+$/g, "");
}
