import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { openByteSource } from "./byte-source.js";
import { type Hdf5Dataset, hdf5Dataset, readThroughMemory } from "./hdf5-dataset.js";
import { callLibrary, hdf5Library, mountSource } from "./hdf5-library.js";
import { checkAttributeLists } from "./list-descriptors.js";
import { readObjectHeader, readSuperblock } from "./object-header.js";
import { storageError } from "./place.js";
import { checkStorage } from "./storage.js";
import { type Hdf5Values, hdf5Type, listElementBytes } from "./values.js";

export interface OpenHdf5Options {
  /** Name of the file in errors. */
  readonly file: string;
  readonly limits?: Limits;
}

/** One member of a group. `repeated`: a group met before on another path, not listed again. */
export interface Hdf5Entry {
  readonly path: string;
  readonly kind: "group" | "dataset" | "datatype" | "soft-link" | "external-link" | "dangling" | "repeated";
}

/** Value of an attribute, with the shape an HDF5 reader sees (`[]` for a single value). */
export interface Hdf5Attribute {
  readonly shape: readonly number[];
  readonly values: Hdf5Values;
}

/** An open HDF5 file. Close it: what it holds is not freed otherwise. */
export interface Hdf5File {
  readonly file: string;
  /** Direct members of a group, in the order of the file. Links are listed, not followed. */
  children(group?: string): Hdf5Entry[];
  /** Everything below a group, each group once, members behind their group. */
  list(group?: string): Hdf5Entry[];
  /** What a path leads to; soft links are followed inside of the file. Null when there is nothing. */
  kindOf(path: string): "group" | "dataset" | "datatype" | null;
  dataset(path: string): Hdf5Dataset;
  attributeNames(path: string): string[];
  /** One attribute, or null when the object has none of that name. */
  attribute(path: string, name: string): Hdf5Attribute | null;
  /** Address of an object, as object references hold it. */
  addressOf(path: string): bigint;
  close(): void;
}

const MAXIMUM_SOFT_LINKS = 16;
const TYPE_NAMES = new Map<number, "group" | "dataset" | "datatype">([
  [0, "group"],
  [1, "dataset"],
  [2, "datatype"],
]);

/**
 * Opens an HDF5 file from memory, or by path without reading it whole. External links, external storage and virtual
 * datasets are refused, filters are checked before each read, sizes before each allocation.
 * Cost: loads the HDF5 library (4 MB) at the first call; a read passes the library's memory in blocks of 64 MiB.
 * @throws {FormatError} `format/wrong-format`, `format/truncated`, `format/limit`, `format/hdf5-invalid`.
 */
export async function openHdf5(from: Uint8Array | string, options: OpenHdf5Options): Promise<Hdf5File> {
  const { file, limits = DEFAULT_LIMITS } = options;
  const source = openByteSource(from);
  try {
    const superblock = readSuperblock(source, file);
    const library = await hdf5Library();
    const { module } = library;
    const mount = mountSource(library, source);
    let open = true;
    const release = () => {
      open = false;
      mount.unmount();
      source.close();
    };
    let id: bigint;
    try {
      id = callLibrary(library, { file }, () => module.open(mount.name, 0, false));
    } catch (cause) {
      mount.unmount();
      throw cause;
    }
    const assertOpen = () => {
      if (!open) throw new Error(`${file} is closed`);
      if (library.broken)
        throw storageError({ file, path: "/" }, "hdf5-invalid", "the HDF5 library failed on this file before");
    };
    const call = <T>(path: string, run: () => T): T => {
      assertOpen();
      return callLibrary(library, { file, path }, run);
    };

    // Objects reached by hard links alone, so that a path seen before is not walked again.
    const known = new Map<string, "group" | "dataset" | "datatype">([["/", "group"]]);

    /** What the last link of a path is, without following it. The path before it must be hard links only. */
    const linkAt = (path: string): { kind: Hdf5Entry["kind"]; target?: string } => {
      const before = known.get(path);
      if (before !== undefined) return { kind: before };
      const target = call(path, () => module.get_symbolic_link(id, path));
      if (target !== null) return { kind: "soft-link", target };
      const external = call(path, () => module.get_external_link(id, path));
      if (external.filename !== undefined) return { kind: "external-link", target: external.filename };
      const kind = TYPE_NAMES.get(call(path, () => module.get_type(id, path)));
      if (kind !== undefined) known.set(path, kind);
      return { kind: kind ?? "dangling" };
    };

    const namesIn = (path: string): string[] => {
      const names = call(path, () => module.get_names(id, path, false));
      const bad = names.find((name) => name === "" || name === "." || name === ".." || name.includes("/"));
      if (bad !== undefined) throw storageError({ file, path }, "hdf5-invalid", `it has a member named "${bad}"`);
      return names;
    };

    /** The path of hard links that a path leads to, or null. */
    const resolve = (path: string): string | null => {
      if (known.has(path)) return path;
      const pending = path.split("/").filter((part) => part !== "" && part !== ".");
      let at = "/";
      let followed = 0;
      while (pending.length > 0) {
        const name = pending.shift() as string;
        if (!namesIn(at).includes(name)) return null;
        const next = joinPath(at, name);
        const link = linkAt(next);
        if (link.kind === "external-link") {
          throw storageError(
            { file, path: next },
            "external-link",
            `it leads to another file (${JSON.stringify(link.target)}), which is not followed`,
            "Copy the dataset into the file with h5copy.",
          );
        }
        if (link.kind === "soft-link") {
          followed += 1;
          if (followed > MAXIMUM_SOFT_LINKS) {
            throw storageError(
              { file, path },
              "link-loop",
              `its soft links lead on more than ${MAXIMUM_SOFT_LINKS} times`,
            );
          }
          const target = link.target as string;
          pending.unshift(...target.split("/").filter((part) => part !== "" && part !== "."));
          if (target.startsWith("/")) at = "/";
        } else {
          if (link.kind === "dangling") return null;
          if (pending.length > 0 && link.kind !== "group") return null;
          at = next;
        }
      }
      return at;
    };

    const require = (path: string): string => {
      const found = resolve(path);
      if (found === null) {
        throw storageError(
          { file, path },
          "missing-object",
          "there is nothing at this path",
          "List the file to see what it has.",
        );
      }
      return found;
    };

    const addressAt = (path: string): bigint => {
      const bytes = Uint8Array.from(call(path, () => module.create_object_reference(id, path)));
      return new DataView(bytes.buffer).getBigUint64(0, true);
    };

    // Readers ask one object for many attributes in turn.
    let lastNames: { readonly path: string; readonly names: string[] } | null = null;
    const attributeNamesAt = (path: string): string[] => {
      if (lastNames?.path !== path) {
        lastNames = { path, names: call(path, () => module.get_attribute_names(id, path)) };
      }
      return [...lastNames.names];
    };

    const children = (group = "/"): Hdf5Entry[] => {
      const path = require(group);
      return namesIn(path).map((name) => {
        const child = joinPath(path, name);
        return { path: child, kind: linkAt(child).kind };
      });
    };

    const list = (group = "/"): Hdf5Entry[] => {
      const entries: Hdf5Entry[] = [];
      const start = require(group);
      const visited = new Set([addressAt(start)]);
      const walk = (path: string, depth: number): void => {
        if (depth > limits.depth) {
          throw new FormatError("limit", `${file}: ${path}: groups nest deeper than ${limits.depth} levels`, {
            fields: { file, dataset: path, limit: limits.depth },
          });
        }
        for (const entry of children(path)) {
          if (entries.length >= limits.entries) {
            throw new FormatError("limit", `${file}: more than ${limits.entries} objects`, {
              fields: { file, limit: limits.entries },
            });
          }
          const address = entry.kind === "group" ? addressAt(entry.path) : null;
          if (address !== null && visited.has(address)) {
            entries.push({ path: entry.path, kind: "repeated" });
            continue;
          }
          entries.push(entry);
          if (address !== null) {
            visited.add(address);
            walk(entry.path, depth + 1);
          }
        }
      };
      walk(start, 0);
      return entries;
    };

    return {
      file,
      children,
      list,
      kindOf: (path) => {
        const found = resolve(path);
        if (found === null) return null;
        const { kind } = linkAt(found);
        return kind === "group" || kind === "dataset" || kind === "datatype" ? kind : null;
      },
      dataset: (path) => {
        const found = require(path);
        const place = { file, path: found };
        if (linkAt(found).kind !== "dataset") throw storageError(place, "unexpected-type", "it is no dataset");
        const address = addressAt(found);
        // Where the values lie is checked before the library is asked anything about them.
        checkStorage({ source, superblock, place, address });
        return hdf5Dataset({
          library,
          id,
          place,
          limits,
          fileBytes: source.size,
          heaps: mount.heaps,
          checkStorage: (values) => checkStorage({ source, superblock, place, address, values }),
          assertOpen,
        });
      },
      attributeNames: (path) => attributeNamesAt(require(path)),
      attribute: (path, name) => {
        const found = require(path);
        const place = { file, path: `${found}@${name}` };
        if (!attributeNamesAt(found).includes(name)) return null;
        const metadata = call(place.path, () => module.get_attribute_metadata(id, found, name));
        const type = hdf5Type(metadata, place);
        const shape = metadata.shape === null ? [0] : [...metadata.shape];
        const bytes = shape.reduce((product, size) => product * size, 1) * type.itemBytes;
        if (bytes > Math.min(limits.bytes, source.size)) {
          throw storageError(place, "limit", `an attribute of ${bytes} bytes in a file of ${source.size}`);
        }
        const elementBytes = listElementBytes(type);
        if (elementBytes !== null) {
          const messages = readObjectHeader(source, superblock, { file, path: found }, addressAt(found));
          checkAttributeLists(messages, name, { place, elementBytes, fileBytes: source.size });
        }
        const values = readThroughMemory({ library, place, heaps: mount.heaps }, type, bytes, (pointer) =>
          module.get_attribute_data(id, found, name, pointer),
        );
        return { shape, values };
      },
      addressOf: (path) => addressAt(require(path)),
      close: () => {
        if (!open) return;
        try {
          if (!library.broken) callLibrary(library, { file }, () => module.close_file(id));
        } finally {
          release();
        }
      },
    };
  } catch (cause) {
    source.close();
    throw cause;
  }
}

function joinPath(group: string, name: string): string {
  return group === "/" ? `/${name}` : `${group}/${name}`;
}
