import type { Limits } from "../../base/limits.js";
import { parseJson } from "../json/parse-json.js";
import { elementBytes, elementCount } from "../volume/volume.js";
import { isRecord, type JsonRecord, type ZarrArray } from "./zarr-array.js";
import { joinKey, type ZarrPlace, type ZarrStore, zarrError } from "./zarr-store.js";
import { parseZarr2 } from "./zarr2-metadata.js";
import { parseZarr3 } from "./zarr3-metadata.js";

/** Largest metadata document. */
const METADATA_BYTES = 16 * 1024 ** 2;
const METADATA_CELLS = 1_000_000;
/** Largest decoded chunk. */
const MAXIMUM_CHUNK_BYTES = 1024 ** 3;

/** A metadata document of a folder in the store, as a JSON object. */
export async function readDocument(
  store: ZarrStore,
  path: string,
  name: string,
  limits: Limits,
): Promise<{ readonly value: JsonRecord; readonly text: string } | undefined> {
  const bytes = await store.read(joinKey(path, name), Math.min(METADATA_BYTES, limits.bytes));
  if (bytes === undefined) return undefined;
  const file = `${store.file}: ${joinKey(path, name)}`;
  const bounds = { ...limits, cells: Math.min(limits.cells, METADATA_CELLS) };
  const value = parseJson(bytes, { file, limits: bounds, nonFinite: true });
  if (!isRecord(value)) {
    throw zarrError({ file: store.file, array: path }, "zarr-metadata", `${name} holds no JSON object`);
  }
  return { value, text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8") };
}

/** An array's description and attributes, or undefined where the folder is no array. */
export async function readArray(
  store: ZarrStore,
  path: string,
  limits: Limits,
): Promise<{ readonly array: ZarrArray; readonly attributes: JsonRecord } | undefined> {
  const place = { file: store.file, array: path };
  const three = await readDocument(store, path, "zarr.json", limits);
  if (three !== undefined) {
    if (three.value.node_type === "group") return undefined;
    const array = checkSizes(parseZarr3(three.value, three.text, place), place, limits);
    return { array, attributes: isRecord(three.value.attributes) ? three.value.attributes : {} };
  }
  const two = await readDocument(store, path, ".zarray", limits);
  if (two === undefined) return undefined;
  const array = checkSizes(parseZarr2(two.value, two.text, place), place, limits);
  const attributes = (await readDocument(store, path, ".zattrs", limits))?.value ?? {};
  return { array, attributes };
}

/** Attributes of a group, `{}` where it has none. */
export async function readGroupAttributes(store: ZarrStore, path: string, limits: Limits): Promise<JsonRecord> {
  const three = await readDocument(store, path, "zarr.json", limits);
  if (three !== undefined) return isRecord(three.value.attributes) ? three.value.attributes : {};
  return (await readDocument(store, path, ".zattrs", limits))?.value ?? {};
}

function checkSizes(array: ZarrArray, place: ZarrPlace, limits: Limits): ZarrArray {
  const item = elementBytes(array.type);
  const total = elementCount(array.shape) * item;
  if (total > limits.bytes) {
    throw zarrError(
      place,
      "limit",
      `shape ${array.shape.join(" x ")} of ${array.type} is ${total} bytes, at most ${limits.bytes} are read`,
    );
  }
  const cells = elementCount(array.chunkShape);
  const most = Math.min(limits.bytes, MAXIMUM_CHUNK_BYTES);
  if (cells > limits.cells || cells * item > most) {
    throw zarrError(
      place,
      "limit",
      `chunks of ${array.chunkShape.join(" x ")} ${array.type} are ${cells * item} bytes, at most ${Math.min(most, limits.cells * item)} are read`,
      { wayOut: "Rewrite the array with smaller chunks." },
    );
  }
  const chunks = array.shape.reduce(
    (count, size, axis) => count * Math.ceil(size / (array.chunkShape[axis] as number)),
    1,
  );
  const inner =
    array.shardShape?.reduce((count, size, axis) => count * (size / (array.chunkShape[axis] as number)), 1) ?? 1;
  if (chunks > limits.entries || inner > limits.entries) {
    throw zarrError(place, "limit", `${Math.max(chunks, inner)} chunks, at most ${limits.entries} are read`);
  }
  return array;
}
