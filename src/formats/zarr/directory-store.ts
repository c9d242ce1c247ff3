import { constants } from "node:fs";
import { type FileHandle, open, opendir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { type ByteRange, rangeIn, refuseLarger, type ZarrStore } from "./zarr-store.js";

/**
 * A Zarr hierarchy in a folder. Links are followed inside of the folder only; what is no regular file is refused.
 * @throws {FormatError} `format/unreadable`, `format/unsafe-path`, `format/not-a-file`.
 */
export async function directoryStore(
  folder: string,
  { file, limits }: { file: string; limits: Limits },
): Promise<ZarrStore> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw unreadable(file, ".", cause);
  });
  const inside = root.endsWith(sep) ? root : root + sep;

  /** The real path of a key, or undefined where there is nothing. */
  const locate = async (key: string): Promise<string | undefined> => {
    let real: string;
    try {
      real = await realpath(join(root, key));
    } catch (cause) {
      if (isAbsent(cause)) return undefined;
      throw unreadable(file, key, cause);
    }
    if (real === root || real.startsWith(inside)) return real;
    throw new FormatError("unsafe-path", `${file}: ${key} is a link that leads out of the folder`, {
      fields: { file, entry: key },
      wayOut: "Copy what it points to into the store.",
    });
  };

  const withFile = async <T>(
    key: string,
    use: (handle: FileHandle, bytes: number) => Promise<T>,
  ): Promise<T | undefined> => {
    const path = await locate(key);
    if (path === undefined) return undefined;
    let handle: FileHandle | undefined;
    try {
      // Without O_NONBLOCK a named pipe would wait for its writer.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const facts = await handle.stat();
      if (!facts.isFile()) {
        throw new FormatError("not-a-file", `${file}: ${key} is no regular file`, { fields: { file, entry: key } });
      }
      return await use(handle, facts.size);
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      if (isAbsent(cause)) return undefined;
      throw unreadable(file, key, cause);
    } finally {
      await handle?.close();
    }
  };

  const bytesAt = async (handle: FileHandle, key: string, start: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
      if (bytesRead === 0) {
        throw new FormatError("truncated", `${file}: ${key} became shorter while it was read`, {
          fields: { file, entry: key },
        });
      }
      done += bytesRead;
    }
    return bytes;
  };

  return {
    file,
    read: (key, most) =>
      withFile(key, (handle, bytes) => {
        refuseLarger(bytes, most, { file, key });
        return bytesAt(handle, key, 0, bytes);
      }),
    readRange: (key: string, range: ByteRange, most: number) =>
      withFile(key, (handle, bytes) => {
        const { start, length } = rangeIn(range, bytes, { file, key });
        refuseLarger(length, most, { file, key });
        return bytesAt(handle, key, start, length);
      }),
    folders: async (path) => {
      const real = await locate(path);
      if (real === undefined) return [];
      const names: string[] = [];
      let seen = 0;
      try {
        for await (const entry of await opendir(real)) {
          seen += 1;
          if (seen > limits.entries) {
            throw new FormatError("too-many-entries", `${file}: ${path}: more than ${limits.entries} entries`, {
              fields: { file, entry: path, limit: limits.entries },
            });
          }
          if (entry.isDirectory()) names.push(entry.name);
        }
      } catch (cause) {
        if (cause instanceof FormatError) throw cause;
        if (isAbsent(cause)) return [];
        throw unreadable(file, path, cause);
      }
      return names.sort();
    },
    close: async () => {},
  };
}

function isAbsent(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
}

function unreadable(file: string, key: string, cause: unknown): FormatError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FormatError("unreadable", `${file}: ${key} cannot be read (${reason})`, {
    fields: { file, entry: key },
    cause,
  });
}
