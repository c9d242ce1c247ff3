import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { FormatError } from "../../base/errors.js";
import type { ByteSource } from "./byte-source.js";
import { HeapGuard } from "./heap-guard.js";

/** What h5wasm says about the type and shape of a dataset or attribute. */
export interface LibraryMetadata {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  readonly vlen: boolean;
  readonly cset?: number;
  readonly strpad?: number;
  readonly shape: readonly number[] | null;
  readonly chunks: readonly number[] | null;
  readonly ref_type?: "object" | "region";
  readonly compound_type?: { readonly members: readonly (LibraryMetadata & { name: string; offset: number })[] };
  readonly array_type?: LibraryMetadata;
  readonly vlen_type?: LibraryMetadata;
  readonly enum_type?: { readonly type: number; readonly members: Readonly<Record<string, number>> };
}

/** The part of h5wasm's low-level module that is used here. */
export interface LibraryModule {
  readonly HEAPU8: Uint8Array;
  readonly FS: VirtualFileSystem;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  open(name: string, mode: number, trackOrder: boolean): bigint;
  close_file(id: bigint): number;
  get_names(id: bigint, path: string, recursive: boolean): string[];
  get_type(id: bigint, path: string): number;
  get_symbolic_link(id: bigint, path: string): string | null;
  get_external_link(id: bigint, path: string): { filename?: string; obj_path?: string };
  get_attribute_names(id: bigint, path: string): string[];
  get_attribute_metadata(id: bigint, path: string, name: string): LibraryMetadata;
  get_attribute_data(id: bigint, path: string, name: string, pointer: bigint): number;
  get_dataset_metadata(id: bigint, path: string): LibraryMetadata;
  get_dataset_filters(id: bigint, path: string): { id: number; name: string }[];
  get_dataset_data(
    id: bigint,
    path: string,
    count: bigint[] | null,
    offset: bigint[] | null,
    strides: bigint[] | null,
    pointer: bigint,
  ): number;
  create_object_reference(id: bigint, path: string): ArrayLike<number>;
  activate_throwing_error_handler(): number;
  insert_plugin_search_path(path: string, index: number): number;
}

interface VirtualNode {
  usedBytes: number;
  stream_ops: object;
}

interface VirtualStream {
  readonly path?: string;
  stream_ops: object;
}

interface VirtualFileSystem {
  readonly streams: (VirtualStream | null | undefined)[];
  mkdir(path: string): void;
  writeFile(path: string, data: Uint8Array): void;
  unlink(path: string): void;
  lookupPath(path: string): { readonly node: VirtualNode };
  close(stream: VirtualStream): void;
}

/**
 * One instance of the HDF5 library. The browser build is used on purpose: its file system lives in memory, so that no
 * link, external storage or virtual dataset of a hostile file can reach a file of this machine.
 */
export interface Hdf5Library {
  readonly module: LibraryModule;
  readonly openFiles: Set<string>;
  readonly plugins: Set<string>;
  /** Handles that errors left open in the library. */
  leaks: number;
  broken: boolean;
}

/** What the library's file system takes for a failed read. */
const IO_ERROR = Object.assign(new Error("read error"), { name: "ErrnoError", errno: 29 });
const PLUGIN_FOLDER = "/plugins";
/** An instance that has leaked this often is replaced once no file is open in it. */
const MAXIMUM_LEAKS = 200;

let current: Promise<Hdf5Library> | undefined;
let instances = 0;
let mounted = 0;

/** The instance for the next file: the running one, or a fresh one when that broke. Loads 4 MB at the first call. */
export async function hdf5Library(): Promise<Hdf5Library> {
  const running = await current;
  const worn = running !== undefined && running.leaks > MAXIMUM_LEAKS && running.openFiles.size === 0;
  if (running === undefined || running.broken || worn) {
    current = startLibrary();
    current.catch(() => {
      current = undefined;
    });
  }
  return current as Promise<Hdf5Library>;
}

async function startLibrary(): Promise<Hdf5Library> {
  instances += 1;
  const gate = { quiet: false };
  const original = console.error;
  // The library binds console.error when it starts, for the noise it makes when it aborts.
  console.error = (...values: unknown[]) => {
    if (!gate.quiet) original.apply(console, values);
  };
  let module: LibraryModule;
  try {
    const loaded =
      instances === 1
        ? await import("h5wasm")
        : ((await import(`${import.meta.resolve("h5wasm")}?instance=${instances}`)) as typeof import("h5wasm"));
    module = (await loaded.ready) as unknown as LibraryModule;
  } finally {
    console.error = original;
    gate.quiet = true;
  }
  for (const stream of module.FS.streams.slice(0, 3)) {
    if (stream) stream.stream_ops = { ...stream.stream_ops, write: swallow };
  }
  module.activate_throwing_error_handler();
  module.FS.mkdir(PLUGIN_FOLDER);
  module.insert_plugin_search_path(PLUGIN_FOLDER, 0);
  return { module, openFiles: new Set(), plugins: new Set(), leaks: 0, broken: false };
}

function swallow(_stream: unknown, _buffer: unknown, _offset: number, length: number): number {
  return length;
}

/** Makes one plugin of `h5wasm-plugins` visible to the library. Only those asked for: it compiles all that it sees. */
export function installPlugin(library: Hdf5Library, plugin: string): void {
  if (library.plugins.has(plugin)) return;
  const root = dirname(createRequire(import.meta.url).resolve("h5wasm-plugins/package.json"));
  const name = `libH5Z${plugin}.so`;
  library.module.FS.writeFile(`${PLUGIN_FOLDER}/${name}`, readFileSync(join(root, "plugins", name)));
  library.plugins.add(plugin);
}

/** Shows `source` to the library as a file, without a copy. Returns its name there and how to take it away again. */
export function mountSource(
  library: Hdf5Library,
  source: ByteSource,
): { name: string; heaps: HeapGuard; unmount: () => void } {
  const heaps = new HeapGuard(source);
  mounted += 1;
  const name = `/source-${mounted}.h5`;
  const { FS } = library.module;
  FS.writeFile(name, new Uint8Array(0));
  const { node } = FS.lookupPath(name);
  let readable: ByteSource | undefined = source;
  node.usedBytes = source.size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number => {
      if (readable === undefined || position >= source.size) return 0;
      const target = new Uint8Array(
        buffer.buffer,
        buffer.byteOffset + offset,
        Math.min(length, source.size - position),
      );
      const got = readable.read(target, position);
      if (!heaps.admits(target.subarray(0, got), position)) throw IO_ERROR;
      return got;
    },
  };
  library.openFiles.add(name);
  return {
    name,
    heaps,
    unmount: () => {
      readable = undefined;
      library.openFiles.delete(name);
      if (!library.broken) FS.unlink(name);
    },
  };
}

/**
 * Runs one call of the library and makes its failure a format error.
 * @throws {FormatError} `format/hdf5-invalid` that names file and object, with what the library says.
 */
export function callLibrary<T>(library: Hdf5Library, place: { file: string; path?: string }, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    library.leaks += 1;
    closeErrorStreams(library);
    const text = cause instanceof Error ? cause.message : String(cause);
    const reported = text.startsWith("HDF5-DIAG") || text.startsWith("error - ");
    // Anything but a reported error leaves the instance in a state nobody knows.
    if (!reported) library.broken = true;
    const where = place.path === undefined ? place.file : `${place.file}: ${place.path}`;
    throw new FormatError(
      "hdf5-invalid",
      `${where}: ${reported ? innermostReason(text) : `the HDF5 library failed (${text})`}`,
      {
        fields: { file: place.file, ...(place.path === undefined ? {} : { dataset: place.path }) },
        wayOut: "The file is damaged or uses something that is not read: fetch it again, or open it with h5dump.",
      },
    );
  }
}

/** The last reason of an HDF5 error stack, which is the most specific one. */
function innermostReason(text: string): string {
  const reasons = [...text.matchAll(/^ {2}#\d+: .*? in \w+\(\): (.*)$/gm)].map((match) => match[1] as string);
  return reasons.at(-1) ?? text.split("\n")[0] ?? text;
}

/** Each reported error leaves a temporary file open in the library's own file system. */
function closeErrorStreams(library: Hdf5Library): void {
  const { FS } = library.module;
  for (const stream of FS.streams) {
    if (stream?.path?.startsWith("/tmp/tmpfile_")) FS.close(stream);
  }
}
