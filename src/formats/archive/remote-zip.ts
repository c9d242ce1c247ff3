import { didYouMean } from "../../base/diagnostics.js";
import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import { type ByteSource, type RemoteZipEntry, readDirectory } from "./remote-directory.js";
import { unpackMember } from "./remote-member.js";

/** Archives of whole data sets: more members than a laboratory file, terabytes in all, read one member at a time. */
export const REMOTE_LIMITS: Limits = { ...DEFAULT_LIMITS, bytes: 2 ** 42, entries: 2_000_000 };

/** A zip archive that is read at a few places only: on disk, or behind HTTP ranges. */
export interface RemoteZip {
  readonly file: string;
  readonly source: ByteSource;
  /** In the order of the directory; folders are left out. */
  readonly entries: readonly RemoteZipEntry[];
  /** SHA-256 of the central directory: the same for the same content, wherever it lies. */
  readonly directorySha256: string;
  /** A member's bytes, whole, checked. One read of the source. @throws {FormatError} `missing-entry` and others. */
  read(name: string): Promise<Uint8Array>;
}

/**
 * Opens a zip archive by its central directory, all of which is checked before any member is read.
 * @param options.file What errors call the archive.
 * @throws {FormatError} see `readDirectory`; what the source throws.
 */
export async function readRemoteZip(
  source: ByteSource,
  { file, limits = REMOTE_LIMITS }: { file: string; limits?: Limits },
): Promise<RemoteZip> {
  const { entries, sha256 } = await readDirectory(source, { file, limits });
  let byName: Map<string, RemoteZipEntry> | undefined;
  return {
    file,
    source,
    entries,
    directorySha256: sha256,
    async read(name) {
      byName ??= new Map(entries.map((entry) => [entry.name, entry]));
      const entry = byName.get(name);
      if (entry === undefined) throw missing(file, name, byName.keys());
      if (Math.max(entry.bytes, entry.end - entry.start) > DEFAULT_LIMITS.bytes) throw tooLarge(file, entry);
      return unpackMember(await source.slice(entry.start, entry.end - entry.start), entry, file);
    },
  };
}

function missing(file: string, name: string, names: Iterable<string>): FormatError {
  const hint = didYouMean(name, names);
  return new FormatError("missing-entry", `${file}: the archive has no ${name}${hint ? `; ${hint}` : ""}`, {
    fields: { file, entry: name },
  });
}

function tooLarge(file: string, { name, bytes }: RemoteZipEntry): FormatError {
  return new FormatError("too-large", `${file}: ${name} has ${bytes} bytes, too many to be read at once`, {
    fields: { file, entry: name, bytes, limit: DEFAULT_LIMITS.bytes },
  });
}
