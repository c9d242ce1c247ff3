import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";

/** Most patterns that braces may expand to, deepest `**`, and most files one pattern may match. */
const MAXIMUM_PATTERNS = 1_000;
const MAXIMUM_DEPTH = 32;
const MAXIMUM_FILES = 1_000_000;

/** Folders that stand for one source: the stores of the Zarr format. */
export function isStoreFolder(name: string): boolean {
  return name.endsWith(".zarr");
}

/**
 * Paths of files below `root` that match a pattern, with `/`, in code-unit order. `*` and `?` stay within one name,
 * `[abc]` is one character, `{a,b}` alternatives, `**` any number of folders. Names that begin with a dot match only
 * where the pattern names the dot. Folders that cannot be listed hold nothing. What stands in a file's place without
 * being one (a link to nowhere, a folder of exactly that name) is given too: reading it is an error, it is not missing.
 * A folder `*.zarr` counts as a file, and `**` does not look into it.
 * Cost: one listing per folder visited.
 */
export function findFiles(root: string, pattern: string): string[] {
  const found = new Set<string>();
  for (const plain of expandBraces(pattern)) {
    const segments = plain.split("/").filter((segment) => segment !== "");
    walk({ root, folder: "", segments, depth: 0, found });
  }
  return [...found].sort(compareCodeUnits);
}

/**
 * Whether a path below a root is one that {@link findFiles} would give for the pattern.
 * @param options.entersStores Whether `**` stands for folders `*.zarr` too, unlike there (default false).
 */
export function patternMatcher(
  pattern: string,
  { entersStores = false }: { readonly entersStores?: boolean } = {},
): (path: string) => boolean {
  const alternatives = expandBraces(pattern).map((plain) => plain.split("/").filter((segment) => segment !== ""));
  const isEntered = (folder: string) => !folder.startsWith(".") && (entersStores || !isStoreFolder(folder));
  return (path) => {
    const names = path.split("/");
    return alternatives.some((segments) => matches(segments, names, isEntered));
  };
}

function matches(
  segments: readonly string[],
  names: readonly string[],
  isEntered: (folder: string) => boolean,
): boolean {
  const [segment, ...rest] = segments;
  const [name, ...below] = names;
  if (segment === undefined) return name === undefined;
  if (segment === "**") {
    if (matches(rest, names, isEntered)) return true;
    return name !== undefined && below.length > 0 && isEntered(name) && matches(segments, below, isEntered);
  }
  if (name === undefined) return false;
  const same = isPattern(segment) ? segmentMatches(segment, name) : segment === name;
  return same && matches(rest, below, isEntered);
}

/** Whether a text has any of the pattern characters. */
export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

function walk(state: { root: string; folder: string; segments: string[]; depth: number; found: Set<string> }): void {
  const { root, folder, segments, depth, found } = state;
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  const below = (name: string) => (folder === "" ? name : `${folder}/${name}`);
  if (segment === "**") {
    walk({ ...state, segments: rest });
    if (depth >= MAXIMUM_DEPTH) return;
    for (const { name, isFolder } of list(join(root, folder))) {
      if (isFolder && !name.startsWith(".") && !isStoreFolder(name))
        walk({ ...state, folder: below(name), depth: depth + 1 });
    }
    return;
  }
  if (!isPattern(segment)) {
    if (rest.length > 0) walk({ ...state, folder: below(segment), segments: rest });
    else if (isThere(join(root, folder, segment))) found.add(below(segment));
    return;
  }
  const expression = segmentExpression(segment);
  for (const { name, isFolder, isFile } of list(join(root, folder))) {
    if (!segmentMatches(segment, name, expression)) continue;
    if (rest.length > 0) {
      if (isFolder) walk({ ...state, folder: below(name), segments: rest });
    } else if (isFile || (isFolder && isStoreFolder(name))) {
      found.add(below(name));
      if (found.size > MAXIMUM_FILES) throw new RangeError(`more than ${MAXIMUM_FILES} files match`);
    }
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isFile: boolean;
}

function list(folder: string): Entry[] {
  let entries: Entry[];
  try {
    entries = readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const kind = entry.isSymbolicLink() ? kindOf(join(folder, entry.name)) : undefined;
      return {
        name: entry.name,
        isFolder: entry.isDirectory() || kind === "folder",
        isFile: entry.isFile() || (entry.isSymbolicLink() && kind !== "folder"),
      };
    });
  } catch {
    return [];
  }
  return entries;
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function kindOf(path: string): "file" | "folder" | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() ? "file" : stat.isDirectory() ? "folder" : undefined;
  } catch {
    return undefined;
  }
}

function segmentMatches(segment: string, name: string, expression = segmentExpression(segment)): boolean {
  return expression.test(name) && (!name.startsWith(".") || segment.startsWith("."));
}

function segmentExpression(segment: string): RegExp {
  let source = "";
  for (let index = 0; index < segment.length; index++) {
    const character = segment[index] as string;
    if (character === "*") source += ".*";
    else if (character === "?") source += ".";
    else if (character === "[") {
      const end = segment.indexOf("]", index + 2);
      if (end === -1) source += "\\[";
      else {
        const inside = segment
          .slice(index + 1, end)
          .replace(/[\\\]]/g, "\\$&")
          .replace(/^!/, "^");
        source += `[${inside}]`;
        index = end;
      }
    } else source += character.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  // Many stars in a row would make matching slow.
  return new RegExp(`^${source.replace(/(?:\.\*)+/g, ".*")}$`, "su");
}

function expandBraces(pattern: string): string[] {
  let patterns = [pattern];
  for (;;) {
    const next = patterns.flatMap((text) => {
      const match = /\{([^{}]*,[^{}]*)\}/.exec(text);
      if (match === null) return [text];
      const before = text.slice(0, match.index);
      const after = text.slice(match.index + match[0].length);
      return (match[1] as string).split(",").map((choice) => before + choice + after);
    });
    if (next.length > MAXIMUM_PATTERNS) throw new RangeError(`a pattern expands to more than ${MAXIMUM_PATTERNS}`);
    if (next.length === patterns.length && next.every((text, index) => text === patterns[index])) return next;
    patterns = next;
  }
}
