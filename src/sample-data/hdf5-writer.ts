import { deflateSync } from "node:zlib";
import {
  attribute,
  chunkedLayout,
  compoundType,
  contiguousLayout,
  dataspace,
  type FilterDescription,
  fillValue,
  filterPipeline,
  groupMessages,
  type Hdf5Array,
  type HeaderMessage,
  type LinkTarget,
  letterListType,
  link,
  numberType,
  objectHeader,
  padded,
  referenceType,
  textType,
  UNDEFINED_ADDRESS,
  u16,
  u32,
  u64,
  variableTextType,
} from "./hdf5-messages.js";
import { type SymbolTablePlacer, symbolTable } from "./hdf5-symbol-table.js";

/** Data of a dataset, row-major: numbers, texts of variable length, paths of objects referred to, or float64 compounds. */
export type WriteHdf5Data =
  | Hdf5Array
  | readonly string[]
  | { readonly references: readonly string[] }
  | { readonly fixedTexts: readonly string[] }
  | { readonly compound: Readonly<Record<string, Float64Array>> };

/** `lists`: one list of characters per text, as the attribute `MATLAB_fields` has them. */
export type WriteHdf5Attribute = string | Hdf5Array | { readonly lists: readonly string[] };

export interface WriteHdf5Dataset {
  readonly shape: readonly number[];
  readonly data: WriteHdf5Data;
  readonly attributes?: Readonly<Record<string, WriteHdf5Attribute>>;
  readonly chunks?: readonly number[];
  /** Of these, deflate (1) and shuffle (2) are applied; others are only announced. Needs `chunks`. */
  readonly filters?: readonly FilterDescription[];
  /** Further messages for the object header, for files with unusual parts. */
  readonly messages?: readonly HeaderMessage[];
}

export interface WriteHdf5Options {
  /** Datasets by path (`a/b/c`); groups are made as needed. */
  readonly datasets?: Readonly<Record<string, WriteHdf5Dataset>>;
  /** Attributes of groups by path (`""` is the root); also makes empty groups. */
  readonly groups?: Readonly<Record<string, Readonly<Record<string, WriteHdf5Attribute>>>>;
  /** Soft and external links by path; a hard link is given by the path of its target. */
  readonly links?: Readonly<Record<string, Exclude<LinkTarget, { address: bigint }> | { readonly hard: string }>>;
  /** Bytes before the HDF5 data: 512 or a power of two above. */
  readonly userBlock?: Uint8Array;
}

interface Node {
  readonly messages: (addresses: Addresses) => HeaderMessage[];
  address: bigint;
}

/** Addresses of objects, by path. All 0 in the first pass, in which only sizes count. */
type Addresses = (path: string) => bigint;

/** Bytes that hold addresses of objects, zeros until these are known. */
interface Pending {
  readonly data: Buffer;
  readonly addresses: readonly { readonly offset: number; readonly path: string }[];
}

const CHUNKS_PER_NODE = 64;

/**
 * Bytes of an HDF5 file with groups, attributes, contiguous and chunked datasets, links, object references. Written by
 * hand, because the HDF5 library puts the time of day into every dataset: here the same input gives the same bytes.
 */
export function writeHdf5(options: WriteHdf5Options): Uint8Array {
  return new Hdf5Writer(options).bytes();
}

class Hdf5Writer implements SymbolTablePlacer {
  private readonly options: WriteHdf5Options;
  private readonly nodes = new Map<string, Node>();
  private readonly parts: Buffer[] = [];
  private readonly pending: Pending[] = [];
  private end = 96;

  constructor(options: WriteHdf5Options) {
    this.options = options;
  }

  bytes(): Uint8Array {
    const { datasets = {}, groups = {}, links = {} } = this.options;
    for (const [path, dataset] of Object.entries(datasets)) this.addDataset(path, dataset);
    for (const [path, children] of this.members()) {
      if (!(path in datasets)) this.addGroup(path, [...children], groups[path] ?? {}, links);
    }
    for (const node of this.nodes.values()) {
      node.address = BigInt(this.end);
      this.end += padded(objectHeader(node.messages(() => 0n))).length;
    }
    for (const node of this.nodes.values()) this.parts.push(padded(objectHeader(node.messages(this.address))));
    for (const { data, addresses } of this.pending) {
      for (const { offset, path } of addresses) u64(this.address(path)).copy(data, offset);
    }
    const userBlock = Buffer.from(this.options.userBlock ?? []);
    return new Uint8Array(Buffer.concat([userBlock, this.superblock(userBlock.length), ...this.parts]));
  }

  /** Paths of the members of each group. */
  private members(): Map<string, Set<string>> {
    const { datasets = {}, groups = {}, links = {} } = this.options;
    const members = new Map<string, Set<string>>([["", new Set()]]);
    const enter = (path: string): void => {
      if (path === "") return;
      const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      const list = members.get(parent);
      if (list !== undefined) {
        list.add(path);
        return;
      }
      members.set(parent, new Set([path]));
      enter(parent);
    };
    for (const path of Object.keys(groups)) {
      if (!members.has(path)) members.set(path, new Set());
    }
    for (const path of [...Object.keys(groups), ...Object.keys(datasets), ...Object.keys(links)]) enter(path);
    return members;
  }

  private readonly address: Addresses = (path) => {
    const node = this.nodes.get(path);
    if (node === undefined) throw new RangeError(`there is no object ${JSON.stringify(path)} to refer to`);
    return node.address;
  };

  private superblock(userBlockBytes: number): Buffer {
    return Buffer.concat([
      Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0]),
      u16(4),
      u16(16),
      u32(0),
      u64(userBlockBytes),
      u64(UNDEFINED_ADDRESS),
      u64(userBlockBytes + this.end),
      u64(UNDEFINED_ADDRESS),
      u64(0),
      u64(this.address("")),
      Buffer.alloc(24),
    ]);
  }

  /** Puts bytes at the end of the file; returns their address. */
  place(data: Buffer): bigint {
    return this.placeWithAddresses(data, []);
  }

  placeWithAddresses(data: Buffer, addresses: Pending["addresses"]): bigint {
    const address = BigInt(this.end);
    const body = padded(data);
    this.parts.push(body);
    this.end += body.length;
    if (addresses.length > 0) this.pending.push({ data: body, addresses });
    return address;
  }

  private addGroup(
    path: string,
    children: readonly string[],
    attributes: Readonly<Record<string, WriteHdf5Attribute>>,
    links: NonNullable<WriteHdf5Options["links"]>,
  ): void {
    const own = this.attributes(attributes);
    const nameOf = (child: string) => child.slice(child.lastIndexOf("/") + 1);
    if (!children.some((child) => child in links && "externalFile" in (links[child] as object))) {
      const members = children.map((child) => {
        const given = links[child];
        if (given !== undefined && "soft" in given) return { name: nameOf(child), target: given };
        return { name: nameOf(child), target: { path: given !== undefined && "hard" in given ? given.hard : child } };
      });
      const table = symbolTable(members, this);
      this.nodes.set(path, { address: 0n, messages: () => [table, ...own] });
      return;
    }
    // Only the newer form of a group can hold external links.
    this.nodes.set(path, {
      address: 0n,
      messages: (addresses) => [
        ...groupMessages(),
        ...own,
        ...children.map((child) => {
          const given = links[child];
          if (given === undefined) return link(nameOf(child), { address: addresses(child) });
          return link(nameOf(child), "hard" in given ? { address: addresses(given.hard) } : given);
        }),
      ],
    });
  }

  private addDataset(path: string, dataset: WriteHdf5Dataset): void {
    const { shape, data, chunks, filters = [], messages = [] } = dataset;
    const own = this.attributes(dataset.attributes ?? {});
    const common = (type: Buffer): HeaderMessage[] => [
      { type: 1, data: dataspace(shape) },
      { type: 3, data: type },
      fillValue(chunks !== undefined),
    ];
    const { type, bytes } = this.encode(data);
    const itemBytes = type.readUInt32LE(4);
    const references = "references" in data ? data.references : [];
    const placeAll = () =>
      this.placeWithAddresses(
        bytes,
        references.map((target, i) => ({ offset: i * 8, path: target })),
      );
    const fixed =
      chunks === undefined || references.length > 0
        ? [contiguousLayout(bytes.length === 0 ? UNDEFINED_ADDRESS : placeAll(), bytes.length)]
        : this.chunked({ shape, chunks, filters, itemBytes }, bytes);
    this.nodes.set(path, { address: 0n, messages: () => [...common(type), ...fixed, ...own, ...messages] });
  }

  private encode(data: WriteHdf5Data): { type: Buffer; bytes: Buffer } {
    if (ArrayBuffer.isView(data)) return { type: numberType(data), bytes: bytesOf(data) };
    if ("references" in data) return { type: referenceType(), bytes: Buffer.alloc(8 * data.references.length) };
    if ("compound" in data) {
      const columns = Object.values(data.compound);
      const rows = columns[0]?.length ?? 0;
      const mixed = Float64Array.from({ length: rows * columns.length }, (_, i) => {
        return columns[i % columns.length]?.[Math.floor(i / columns.length)] as number;
      });
      return { type: compoundType(Object.keys(data.compound)), bytes: bytesOf(mixed) };
    }
    if ("fixedTexts" in data) {
      const width = Math.max(1, ...data.fixedTexts.map((text) => Buffer.byteLength(text)));
      return {
        type: textType(width),
        bytes: Buffer.concat(
          data.fixedTexts.map((text) => Buffer.concat([Buffer.from(text), Buffer.alloc(width)]).subarray(0, width)),
        ),
      };
    }
    return { type: variableTextType(), bytes: this.heap(data) };
  }

  private attributes(attributes: Readonly<Record<string, WriteHdf5Attribute>>): HeaderMessage[] {
    return Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "string") {
        const text = Buffer.from(value);
        return attribute(name, textType(Math.max(1, text.length)), [], text);
      }
      if (ArrayBuffer.isView(value)) {
        return attribute(name, numberType(value), value.length === 1 ? [] : [value.length], bytesOf(value));
      }
      return attribute(name, letterListType(), [value.lists.length], this.heap(value.lists));
    });
  }

  /** Stores texts in a global heap; returns their descriptors: length, address of the heap, index in it. */
  private heap(texts: readonly string[]): Buffer {
    const descriptors: Buffer[] = [];
    for (let from = 0; from < texts.length; from += 4096) {
      const part = texts.slice(from, from + 4096).map((text) => Buffer.from(text));
      const objects = part.map((text, i) =>
        Buffer.concat([u16(i + 1), u16(1), u32(0), u64(text.length), padded(text)]),
      );
      const used = objects.reduce((sum, object) => sum + object.length, 16);
      const size = Math.max(4096, used + 16);
      const free = size - used;
      const rest = Buffer.concat([u16(0), u16(0), u32(0), u64(free), Buffer.alloc(free - 16)]);
      const address = this.place(Buffer.concat([Buffer.from("GCOL\x01\0\0\0", "latin1"), u64(size), ...objects, rest]));
      for (const [i, text] of part.entries())
        descriptors.push(Buffer.concat([u32(text.length), u64(address), u32(i + 1)]));
    }
    return Buffer.concat(descriptors);
  }

  private chunked(
    form: {
      shape: readonly number[];
      chunks: readonly number[];
      filters: readonly FilterDescription[];
      itemBytes: number;
    },
    bytes: Buffer,
  ): HeaderMessage[] {
    const { shape, chunks, filters, itemBytes } = form;
    const entries = chunkOffsets(shape, chunks).map((offset) => {
      const raw = cutChunk({ shape, chunks, itemBytes, offset }, bytes);
      const stored = filters.reduce((data, filter) => applyFilter(data, filter.id, itemBytes), raw);
      return { key: chunkKey(stored.length, offset), address: this.place(stored) };
    });
    const last = chunkKey(
      0,
      shape.map((size, i) => Math.ceil(size / (chunks[i] as number)) * (chunks[i] as number)),
    );
    const index = this.chunkTree(entries, last);
    return [chunkedLayout(index, chunks, itemBytes), ...(filters.length === 0 ? [] : [filterPipeline(filters)])];
  }

  /** A version-1 B-tree over the chunks, as many levels as needed. */
  private chunkTree(entries: readonly { key: Buffer; address: bigint }[], last: Buffer): bigint {
    let level = 0;
    let below = entries;
    for (;;) {
      const nodes: { key: Buffer; address: bigint }[] = [];
      for (let from = 0; from < below.length; from += CHUNKS_PER_NODE) {
        const part = below.slice(from, from + CHUNKS_PER_NODE);
        const after = below[from + CHUNKS_PER_NODE]?.key ?? last;
        const head = Buffer.concat([
          Buffer.from("TREE"),
          Buffer.from([1, level]),
          u16(part.length),
          u64(UNDEFINED_ADDRESS),
          u64(UNDEFINED_ADDRESS),
        ]);
        const body = Buffer.concat([...part.flatMap(({ key, address }) => [key, u64(address)]), after]);
        const room = (last.length + 8) * CHUNKS_PER_NODE + last.length - body.length;
        nodes.push({
          key: part[0]?.key as Buffer,
          address: this.place(Buffer.concat([head, body, Buffer.alloc(room)])),
        });
      }
      if (nodes.length === 1) return nodes[0]?.address as bigint;
      below = nodes;
      level += 1;
    }
  }
}

function chunkKey(bytes: number, offset: readonly number[]): Buffer {
  return Buffer.concat([u32(bytes), u32(0), ...offset.map(u64), u64(0)]);
}

function chunkOffsets(shape: readonly number[], chunks: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (offsets, size, axis) => {
      const step = chunks[axis] as number;
      const starts = Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step);
      return offsets.flatMap((offset) => starts.map((start) => [...offset, start]));
    },
    [[]],
  );
}

function cutChunk(
  form: { shape: readonly number[]; chunks: readonly number[]; itemBytes: number; offset: readonly number[] },
  bytes: Buffer,
): Buffer {
  const { shape, chunks, itemBytes, offset } = form;
  const out = Buffer.alloc(chunks.reduce((product, size) => product * size, itemBytes));
  const copy = (axis: number, from: number, to: number): void => {
    const size = chunks[axis] as number;
    const available = Math.min(size, (shape[axis] as number) - (offset[axis] as number));
    for (let i = 0; i < available; i++) {
      const source = from * (shape[axis] as number) + (offset[axis] as number) + i;
      const target = to * size + i;
      if (axis < shape.length - 1) copy(axis + 1, source, target);
      else bytes.copy(out, target * itemBytes, source * itemBytes, (source + 1) * itemBytes);
    }
  };
  copy(0, 0, 0);
  return out;
}

function applyFilter(data: Buffer, id: number, itemBytes: number): Buffer {
  if (id === 1) return deflateSync(data);
  if (id !== 2) return data;
  const count = Math.floor(data.length / itemBytes);
  const out = Buffer.from(data);
  for (let i = 0; i < count; i++) {
    for (let byte = 0; byte < itemBytes; byte++) out[byte * count + i] = data[i * itemBytes + byte] as number;
  }
  return out;
}

function bytesOf(numbers: Hdf5Array): Buffer {
  return Buffer.from(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}
