import type { Limits } from "../../base/limits.js";
import { requireFilters } from "./filters.js";
import { callLibrary, type Hdf5Library, type LibraryMetadata, type LibraryModule } from "./hdf5-library.js";
import type { HeapGuard } from "./heap-guard.js";
import { type StoragePlace, storageError } from "./place.js";
import type { StoredValues } from "./storage.js";
import {
  decodeValues,
  emptyNumbers,
  freePointers,
  type Hdf5Compound,
  type Hdf5Numbers,
  type Hdf5Type,
  type Hdf5Values,
  hdf5Type,
  holdsPointers,
  isNumbers,
  listElementBytes,
} from "./values.js";

/** Part of a dataset: first index and number of elements per axis. */
export interface Hdf5Slice {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** A dataset of an open file. Shapes are those an HDF5 reader sees, values row-major. */
export interface Hdf5Dataset {
  readonly path: string;
  /** Lengths of the axes, `[]` for a single value. An empty dataspace has no elements and shape `[0]`. */
  readonly shape: readonly number[];
  readonly type: Hdf5Type;
  readonly chunks: readonly number[] | null;
  readonly filters: readonly number[];
  /** Numbers of the whole dataset or a slice; float16 as float32, enumerations as their numbers, references as addresses. */
  read(slice?: Hdf5Slice): Hdf5Numbers;
  /** Texts, of fixed or variable length. */
  readStrings(slice?: Hdf5Slice): string[];
  /** Fields of compound elements. */
  readCompound(slice?: Hdf5Slice): Hdf5Compound;
  /** One list per element, where lengths vary. */
  readLists(slice?: Hdf5Slice): readonly Hdf5Values[];
}

export interface DatasetOrigin {
  readonly library: Hdf5Library;
  readonly id: bigint;
  readonly place: StoragePlace;
  readonly limits: Limits;
  readonly fileBytes: number;
  readonly heaps: HeapGuard;
  /** Checks that the values lie in the file, before the first read. */
  checkStorage(values: StoredValues): void;
  assertOpen(): void;
}

/** Bytes that pass through the library's memory at once. */
const SLAB_BYTES = 64 * 1024 ** 2;
/** Chunks that are read at once: the library keeps about 6 kB for each while it reads. */
const SLAB_CHUNKS = 4096;
/** Elements that point into the library's memory and are read at once. */
const SLAB_POINTERS = 4096;
const MAXIMUM_CHUNK_BYTES = 1024 ** 3;

/**
 * @throws {FormatError} `format/limit` when shape or chunks promise more than limits and file size allow,
 * `format/unsupported-type`, `format/unsupported-filter`.
 */
export function hdf5Dataset(origin: DatasetOrigin): Hdf5Dataset {
  const { library, id, place, limits } = origin;
  const { module } = library;
  const metadata = callLibrary(library, place, () => module.get_dataset_metadata(id, place.path));
  const filters = callLibrary(library, place, () => module.get_dataset_filters(id, place.path));
  const shape = metadata.shape === null ? [0] : [...metadata.shape];
  const type = hdf5Type(metadata, place);
  checkSize(origin, metadata, shape, type);
  let checked = false;
  const readSlice = (slice: Hdf5Slice | undefined): Hdf5Values => {
    origin.assertOpen();
    requireFilters(library, place, filters);
    const whole = { start: shape.map(() => 0), count: shape };
    const part = slice === undefined ? whole : checkedSlice(slice, shape, place);
    if (!checked) {
      origin.checkStorage({
        shape,
        itemBytes: type.itemBytes,
        filters: filters.map((filter) => filter.id),
        listElementBytes: listElementBytes(type),
      });
      checked = true;
    }
    return readBlocks(origin, { shape, type, chunks: metadata.chunks }, part);
  };
  const wrongKind = (wanted: string) =>
    storageError(place, "unexpected-type", `it holds values of kind ${type.kind}, not ${wanted}`);
  return {
    path: place.path,
    shape,
    type,
    chunks: metadata.chunks,
    filters: filters.map((filter) => filter.id),
    read: (slice) => {
      if (!["integer", "float", "enum", "reference"].includes(type.kind)) throw wrongKind("number");
      return readSlice(slice) as Hdf5Numbers;
    },
    readStrings: (slice) => {
      if (type.kind !== "string") throw wrongKind("string");
      return [...(readSlice(slice) as readonly string[])];
    },
    readCompound: (slice) => {
      if (type.kind !== "compound") throw wrongKind("compound");
      return readSlice(slice) as Hdf5Compound;
    },
    readLists: (slice) => {
      if (type.kind !== "list" && type.kind !== "array") throw wrongKind("list");
      return readSlice(slice) as readonly Hdf5Values[];
    },
  };

  function checkSize(at: DatasetOrigin, found: LibraryMetadata, dims: readonly number[], itemType: Hdf5Type): void {
    const cells = product(dims);
    const bytes = cells * itemType.itemBytes;
    const allowed = Math.min(limits.bytes, Math.max(at.fileBytes * limits.ratio, 65536));
    const chunkBytes = found.chunks === null ? 0 : product(found.chunks) * itemType.itemBytes;
    if (cells > limits.cells || bytes > allowed || chunkBytes > Math.min(allowed, MAXIMUM_CHUNK_BYTES)) {
      throw storageError(
        place,
        "limit",
        `shape ${dims.join(" x ")} of ${itemType.itemBytes}-byte values (chunks of ${chunkBytes} bytes) passes the limit ` +
          `for a file of ${at.fileBytes} bytes`,
        `At most ${limits.cells} values and ${allowed} bytes are taken, in chunks of at most ${MAXIMUM_CHUNK_BYTES} bytes.`,
      );
    }
  }
}

interface DatasetForm {
  readonly shape: readonly number[];
  readonly type: Hdf5Type;
  readonly chunks: readonly number[] | null;
}

/** Reads a slice in blocks of bounded size and joins them. */
function readBlocks(origin: DatasetOrigin, form: DatasetForm, slice: Hdf5Slice): Hdf5Values {
  const { type } = form;
  const total = product(slice.count);
  const numeric = ["integer", "float", "enum", "reference"].includes(type.kind);
  const numbers = numeric ? emptyNumbers(type, total) : null;
  if (total === 0) return numbers ?? (type.kind === "compound" ? emptyCompound(type) : []);
  const list: (string | Hdf5Values)[] = [];
  const compounds: Hdf5Compound[] = [];
  let done = 0;
  for (const block of blocks(form, slice)) {
    const values = readBlock(origin, form, block);
    if (numbers !== null && isNumbers(values)) {
      (numbers as Uint8Array).set(values as Uint8Array, done);
      done += values.length;
    } else if (Array.isArray(values)) {
      for (const value of values) list.push(value);
    } else compounds.push(values as Hdf5Compound);
  }
  if (numbers !== null) return numbers;
  return type.kind === "compound" ? joinCompounds(compounds) : (list as Hdf5Values);
}

/** Blocks in row-major order: single indices along the first axes, a run along one axis, everything behind it. */
function* blocks(form: DatasetForm, slice: Hdf5Slice): Generator<Hdf5Slice> {
  const rank = slice.count.length;
  const itemBytes = form.type.itemBytes;
  const chunkElements = form.chunks?.reduce((product, size, i) => product * Math.min(size, slice.count[i] ?? 1), 1);
  const maximum = Math.min(
    holdsPointers(form.type) ? SLAB_POINTERS : Math.max(1, Math.floor(SLAB_BYTES / itemBytes)),
    SLAB_CHUNKS * (chunkElements ?? SLAB_BYTES),
  );
  let axis = 0;
  while (axis < rank - 1 && product(slice.count.slice(axis + 1)) > maximum) axis++;
  if (rank === 0) {
    yield slice;
    return;
  }
  const inner = product(slice.count.slice(axis + 1));
  const chunk = form.chunks?.[axis] ?? 1;
  const fitting = Math.max(1, Math.floor(maximum / inner));
  // Whole chunks, so that each is decoded once, as long as the block stays small enough.
  const run = fitting >= chunk ? fitting - (fitting % chunk) : fitting;
  const outer = slice.count.slice(0, axis);
  const index = outer.map(() => 0);
  for (;;) {
    const first = slice.start[axis] as number;
    const length = slice.count[axis] as number;
    for (let from = 0; from < length; ) {
      const aligned = run >= chunk ? run - ((first + from) % chunk) : run;
      const size = Math.min(length - from, Math.max(1, aligned));
      yield {
        start: slice.start.map((start, i) =>
          i < axis ? start + (index[i] as number) : i === axis ? start + from : start,
        ),
        count: slice.count.map((count, i) => (i < axis ? 1 : i === axis ? size : count)),
      };
      from += size;
    }
    let position = axis - 1;
    while (position >= 0) {
      index[position] = (index[position] as number) + 1;
      if ((index[position] as number) < (outer[position] as number)) break;
      index[position] = 0;
      position--;
    }
    if (position < 0) return;
  }
}

function readBlock(origin: DatasetOrigin, form: DatasetForm, block: Hdf5Slice): Hdf5Values {
  const { id, place } = origin;
  const { module } = origin.library;
  const bytes = product(block.count) * form.type.itemBytes;
  const scalar = form.shape.length === 0;
  const big = (numbers: readonly number[]) => (scalar ? null : numbers.map(BigInt));
  return readThroughMemory(origin, form.type, bytes, (pointer) =>
    module.get_dataset_data(id, place.path, big(block.count), big(block.start), big(block.count.map(() => 1)), pointer),
  );
}

/** Lets `fill` write the memory form of values into the library's memory, and decodes it. */
export function readThroughMemory(
  origin: Pick<DatasetOrigin, "library" | "place" | "heaps">,
  type: Hdf5Type,
  bytes: number,
  fill: (pointer: bigint) => number,
): Hdf5Values {
  const module: LibraryModule = origin.library.module;
  const pointer = bytes === 0 ? 0 : module._malloc(bytes);
  if (bytes > 0 && pointer === 0) {
    throw storageError(origin.place, "limit", `the HDF5 library has no memory for ${bytes} bytes`);
  }
  try {
    if (bytes > 0) {
      module.HEAPU8.fill(0, pointer, pointer + bytes);
      const call = () => callLibrary(origin.library, origin.place, () => fill(BigInt(pointer)));
      const damage = (address: number) =>
        storageError(origin.place, "hdf5-invalid", `the global heap at byte ${address} is damaged`);
      const status = holdsPointers(type) ? origin.heaps.during(call, damage) : call();
      if (status < 0) throw storageError(origin.place, "hdf5-invalid", "its values cannot be read");
    }
    const memory = module.HEAPU8.subarray(pointer, pointer + bytes);
    const values = decodeValues(module, type, memory, origin.place);
    freePointers(module, type, memory);
    return values;
  } finally {
    if (pointer !== 0 && !origin.library.broken) module._free(pointer);
  }
}

function checkedSlice(slice: Hdf5Slice, shape: readonly number[], place: StoragePlace): Hdf5Slice {
  const inside = shape.every((size, i) => {
    const start = slice.start[i] ?? -1;
    const count = slice.count[i] ?? -1;
    return Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0 && start + count <= size;
  });
  if (inside && slice.start.length === shape.length && slice.count.length === shape.length) return slice;
  throw storageError(
    place,
    "out-of-range",
    `a slice of ${slice.count.join(" x ")} from ${slice.start.join(", ")} is not inside of ${shape.join(" x ")}`,
  );
}

function emptyCompound(type: Hdf5Type & { kind: "compound" }): Hdf5Compound {
  const isText = (member: Hdf5Type) => member.kind === "string" || member.kind === "list" || member.kind === "array";
  return {
    fields: new Map(
      type.members.map((member) => [member.name, isText(member.type) ? [] : emptyNumbers(member.type, 0)]),
    ),
  };
}

function joinCompounds(parts: readonly Hdf5Compound[]): Hdf5Compound {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? { fields: new Map() };
  return {
    fields: new Map(
      [...first.fields.keys()].map((name) => [
        name,
        joinValues(parts.map((part) => part.fields.get(name) as Hdf5Values)),
      ]),
    ),
  };
}

function joinValues(parts: readonly Hdf5Values[]): Hdf5Values {
  const first = parts[0] as Hdf5Values;
  if (isNumbers(first)) {
    const total = parts.reduce((sum, part) => sum + (part as Hdf5Numbers).length, 0);
    const joined = new (first.constructor as new (length: number) => Uint8Array)(total);
    let offset = 0;
    for (const part of parts) {
      joined.set(part as Uint8Array, offset);
      offset += (part as Uint8Array).length;
    }
    return joined;
  }
  if (Array.isArray(first)) return (parts as readonly (readonly Hdf5Values[])[]).flat();
  return joinCompounds(parts as readonly Hdf5Compound[]);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}
