import { didYouMean } from "../base/diagnostics.js";
import { FormatError, UsageError } from "../base/errors.js";
import type { RemoteZipEntry } from "../formats/archive/remote-directory.js";
import { isPattern, patternMatcher } from "./glob.js";

/** What appears in the target folder at once: a `.zarr` folder with all that was asked for of it, or a single file. */
export interface FetchItem {
  /** Path below the target folder, with `/`. */
  readonly target: string;
  /** The same in the archive. */
  readonly path: string;
  readonly members: readonly RemoteZipEntry[];
  /** Inflated. */
  readonly bytes: number;
}

/** A `.zarr` folder of an archive, or a file outside of one. */
export interface MemberGroup {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly compressedBytes: number;
}

/**
 * Whether a member is asked for. A plain name is a file, or a folder with all below it; in a pattern `*` and `?` stay
 * within one name, `[abc]`, `{a,b}` and `**` work as for source files, and a matched folder stands for all below it.
 * Unlike there, names that begin with a dot need no dot in the pattern: a zarr folder is nothing without `.zarray`.
 * @throws {UsageError} `usage/pattern` for braces with too many alternatives.
 */
export function memberMatcher(pattern: string): (name: string) => boolean {
  // What is below a folder comes with it, all of it with `*`.
  const plain = pattern === "**" ? "*" : pattern.replace(/(?:\/\*\*(?:\/\*)?)+$/, "").replace(/\/+$/, "");
  // Names may hold brackets: what is there as it is written is meant.
  const literal = (name: string) => name === plain || name.startsWith(`${plain}/`);
  if (!isPattern(plain)) return literal;
  // No name begins with a dot when all begin with the same letter.
  const marked = compiled(plain.replace(/(^|\/)(?!\*\*(?:\/|$))/g, "$1x"), pattern);
  const matches = (path: string) => marked(path.replace(/(^|\/)/g, "$1x"));
  const folders = new Map<string, boolean>();
  const folderMatches = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const above = folder.lastIndexOf("/");
    const found = (above > 0 && folderMatches(folder.slice(0, above))) || matches(folder);
    folders.set(folder, found);
    return found;
  };
  return (name) => {
    const folder = name.lastIndexOf("/");
    return literal(name) || (folder > 0 && folderMatches(name.slice(0, folder))) || matches(name);
  };
}

function compiled(marked: string, pattern: string): (path: string) => boolean {
  try {
    return patternMatcher(marked, { entersStores: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError("pattern", `${pattern} cannot be used: ${why}`, { fields: { pattern }, cause });
  }
}

/** Members grouped by the `.zarr` folder they are in, in the order of the archive. */
export function memberGroups(entries: Iterable<RemoteZipEntry>): MemberGroup[] {
  const groups = new Map<string, { name: string; files: number; bytes: number; compressedBytes: number }>();
  for (const entry of entries) {
    const name = itemPath(entry.name.split("/"));
    const group = groups.get(name) ?? { name, files: 0, bytes: 0, compressedBytes: 0 };
    group.files += 1;
    group.bytes += entry.bytes;
    group.compressedBytes += entry.compressedBytes;
    groups.set(name, group);
  }
  return [...groups.values()];
}

/**
 * The items that patterns ask for, in the order of the archive.
 * @param options.strip Leading folders left out in the target.
 * @throws {UsageError} `usage/no-member`, `usage/strip`; {@link FormatError} `zip-invalid` for a member in the place of
 * a folder.
 */
export function selectItems(options: {
  readonly file: string;
  readonly entries: readonly RemoteZipEntry[];
  readonly patterns: readonly string[];
  readonly strip: number;
}): FetchItem[] {
  const { file, entries, patterns, strip } = options;
  const wanted = matchingEntries(file, entries, patterns);
  refuseFilesAsFolders(file, wanted);
  const items = new Map<string, { target: string; path: string; members: RemoteZipEntry[]; bytes: number }>();
  for (const entry of wanted) {
    const segments = entry.name.split("/");
    if (segments.length <= strip) {
      throw new UsageError("strip", `${entry.name} has fewer than ${strip} folders to leave out`, {
        fields: { entry: entry.name, strip },
        wayOut: "Give a smaller --strip, or name members that lie deeper.",
      });
    }
    const target = itemPath(segments.slice(strip));
    const path = [...segments.slice(0, strip), target].join("/");
    const item = items.get(target) ?? { target, path, members: [], bytes: 0 };
    if (item.path !== path) {
      throw new UsageError("strip", `${item.path} and ${path} would both become ${target}`, {
        fields: { strip },
        wayOut: "Give a smaller --strip, or fetch them into different folders.",
      });
    }
    item.members.push(entry);
    item.bytes += entry.bytes;
    items.set(target, item);
  }
  return [...items.values()];
}

/** The members that any of the patterns matches. @throws {UsageError} `usage/no-member` for one that matches none. */
export function matchingEntries(
  file: string,
  entries: readonly RemoteZipEntry[],
  patterns: readonly string[],
): RemoteZipEntry[] {
  const matchers = patterns.map((pattern) => ({ pattern, matches: memberMatcher(pattern), found: false }));
  const wanted = entries.filter(({ name }) => {
    let any = false;
    for (const matcher of matchers) {
      if (!matcher.matches(name)) continue;
      matcher.found = true;
      any = true;
    }
    return any;
  });
  const lost = matchers.find(({ found }) => !found);
  if (lost === undefined) return wanted;
  const names = memberGroups(entries).map(({ name }) => name);
  const last = lost.pattern.split("/").at(-1);
  const hint = names.find((name) => name.endsWith(`/${last}`)) ?? undefined;
  const near = hint === undefined ? didYouMean(lost.pattern, names) : `did you mean "${hint}"?`;
  throw new UsageError(
    "no-member",
    `no member of ${file} matches ${lost.pattern}${near === undefined ? "" : `; ${near}`}`,
    { fields: { file, pattern: lost.pattern }, wayOut: "neurotables fetch ARCHIVE --list shows what there is." },
  );
}

/** Up to and with the first `.zarr` folder; the whole path of a file outside of one. */
function itemPath(segments: readonly string[]): string {
  const zarr = segments.findIndex((segment, index) => index < segments.length - 1 && segment.endsWith(".zarr"));
  return segments.slice(0, zarr < 0 ? segments.length : zarr + 1).join("/");
}

/** A name cannot be both a file and a folder on disk. */
function refuseFilesAsFolders(file: string, entries: readonly RemoteZipEntry[]): void {
  const names = new Set(entries.map(({ name }) => name));
  const checked = new Set<string>();
  for (const { name } of entries) {
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
      const folder = name.slice(0, at);
      if (checked.has(folder)) break;
      checked.add(folder);
      if (!names.has(folder)) continue;
      throw new FormatError("zip-invalid", `${file}: ${folder} is a file and a folder at once`, {
        fields: { file, entry: folder },
      });
    }
  }
}
