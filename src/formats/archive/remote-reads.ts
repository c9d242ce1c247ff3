import type { ByteSource, RemoteZipEntry } from "./remote-directory.js";

/** One stretch of an archive to read at once: whole members, or one piece of a member that is too large for that. */
export interface ArchiveRead {
  readonly start: number;
  readonly end: number;
  /** Members that lie within, in their order. */
  readonly whole: readonly RemoteZipEntry[];
  /** The member that this is a piece of; `whole` is empty then. */
  readonly piece?: RemoteZipEntry;
}

/** How reads are cut, in bytes. */
export interface ReadSizes {
  /** Longest read, and longest span of a member that is read as a whole. */
  readonly block: number;
  /** Most bytes between two members that are read for nothing rather than begin a new read. */
  readonly gap: number;
}

export const READ_SIZES: ReadSizes = { block: 8 * 1024 * 1024, gap: 256 * 1024 };

/**
 * Cuts what is wanted of an archive into reads, in the order of the archive: thousands of neighbouring small members
 * are a few reads, a large member is several.
 * @param done Bytes of a large member's span that are there already, by its name.
 */
export function planReads(
  entries: readonly RemoteZipEntry[],
  sizes: ReadSizes = READ_SIZES,
  done: ReadonlyMap<string, number> = new Map(),
): ArchiveRead[] {
  const reads: ArchiveRead[] = [];
  let open: { start: number; end: number; whole: RemoteZipEntry[] } | undefined;
  for (const entry of [...entries].sort((a, b) => a.start - b.start)) {
    if (isLarge(entry, sizes)) {
      open = undefined;
      for (let start = entry.start + (done.get(entry.name) ?? 0); start < entry.end; start += sizes.block) {
        reads.push({ start, end: Math.min(start + sizes.block, entry.end), whole: [], piece: entry });
      }
    } else if (open !== undefined && entry.start - open.end <= sizes.gap && entry.end - open.start <= sizes.block) {
      open.end = entry.end;
      open.whole.push(entry);
    } else {
      open = { start: entry.start, end: entry.end, whole: [entry] };
      reads.push(open);
    }
  }
  return reads;
}

/** Whether a member is read piece by piece: for its span, or for what it inflates to. */
export function isLarge(entry: RemoteZipEntry, sizes: ReadSizes = READ_SIZES): boolean {
  return entry.end - entry.start > sizes.block || entry.bytes > 8 * sizes.block;
}

/**
 * The reads of a plan with their bytes, in order, `ahead` of them under way. Memory: `ahead` reads. The source is to be
 * closed by who stops early.
 * @throws what the source throws; a short read is for the caller to notice.
 */
export async function* readInOrder(
  source: ByteSource,
  reads: readonly ArchiveRead[],
  ahead = 4,
): AsyncGenerator<{ readonly read: ArchiveRead; readonly bytes: Uint8Array }> {
  const underWay: Promise<Uint8Array>[] = [];
  let next = 0;
  for (const read of reads) {
    while (next < reads.length && underWay.length < ahead) {
      const { start, end } = reads[next] as ArchiveRead;
      const bytes = source.slice(start, end - start);
      // Its error is met when its turn comes, or by nobody.
      bytes.catch(() => {});
      underWay.push(bytes);
      next += 1;
    }
    yield { read, bytes: await (underWay.shift() as Promise<Uint8Array>) };
  }
}
