import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../base/errors.js";
import { hashOf } from "../base/hash.js";
import { packageRoot } from "../base/package-root.js";
import { isPattern, isStoreFolder, patternMatcher } from "./glob.js";
import type { ParseCache } from "./parse-cache.js";
import { isPathBelow } from "./path-below.js";
import type { Source } from "./pipeline.js";
import { PipelineDocument } from "./pipeline-document.js";

/** What is known of a raw file before it is read: `datasets/<dataset>/sources.yaml`. */
export interface Pin {
  readonly path: string;
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly licence?: string | undefined;
  readonly url?: string | undefined;
  readonly upstream?:
    | { readonly repo: string; readonly commit?: string | undefined; readonly path?: string | undefined }
    | undefined;
  /** Made from the upstream file, not a copy of it. */
  readonly derived?: boolean | undefined;
}

/**
 * Pins by path, of the project's `datasets/` and then of the package's; the first that names a path wins.
 * @throws {ConfigError} with every fault of the file.
 */
export async function readPins(dataset: string, root: string, cache?: ParseCache): Promise<Map<string, Pin>> {
  const pins = new Map<string, Pin>();
  for (const folder of new Set([root, packageRoot()])) {
    const file = join(folder, "datasets", dataset, "sources.yaml");
    if (!existsSync(file)) continue;
    for (const pin of await parsePins(readFileSync(file, "utf8"), file, cache))
      if (!pins.has(pin.path)) pins.set(pin.path, pin);
  }
  return pins;
}

async function parsePins(text: string, file: string, cache?: ParseCache): Promise<readonly Pin[]> {
  const known = cache?.get("pins", text);
  if (known !== undefined) return known as Pin[];
  const { pinSchema } = await import("./pin-schema.js");
  const document = await PipelineDocument.open(text, file, cache);
  const { value } = document;
  const pins: Pin[] = [];
  const list = Array.isArray(value) ? value : (value as { sources?: unknown } | null | undefined)?.sources;
  const base = Array.isArray(value) ? [] : ["sources"];
  if (!Array.isArray(list)) {
    if (document.readable && value !== null)
      document.fault([], "expected a list of files, each with path, bytes, sha256, licence");
  } else {
    for (const [index, item] of list.entries()) {
      const read = pinSchema.safeParse(item);
      if (read.success) pins.push(read.data);
      else document.schemaFaults(read.error, [...base, index], Object.keys(pinSchema.shape));
    }
  }
  const faults = await document.faults();
  const [first] = faults;
  if (first === undefined) {
    cache?.set("pins", text, pins);
    return pins;
  }
  throw new ConfigError("sources-invalid", `${file}:${first.line}:${first.column}: ${first.message}`, faults, {
    fields: { file, line: first.line, column: first.column, faults: faults.length },
  });
}

/** The pin of one file: what the pipeline says of its source, where the dataset's list says nothing. */
export function mergePin(path: string, pin: Pin | undefined, source: Source): Pin {
  return {
    path,
    bytes: pin?.bytes ?? source.bytes,
    sha256: pin?.sha256 ?? source.sha256,
    licence: pin?.licence ?? source.licence,
    url: pin?.url ?? source.url,
    upstream: pin?.upstream,
    derived: pin?.derived,
  };
}

/** The pins of the files that a pattern of a source may stand for, by path. */
export function pinsOf(pattern: string, source: Source, pins: ReadonlyMap<string, Pin>): Pin[] {
  const { url, sha256, bytes, ...unpinned } = source;
  if (!isPattern(pattern)) {
    // What a source says of its content is said of one file.
    return [mergePin(pattern, pins.get(pattern), source.patterns.length === 1 ? source : unpinned)];
  }
  const matches = patternMatcher(pattern);
  return [...pins.values()].flatMap((pin) => (matches(pin.path) ? [mergePin(pin.path, pin, unpinned)] : []));
}

/**
 * Where a pinned file can be fetched: its `url`, or its place in a repository on GitHub, unless it is derived. A folder
 * that stands for one source cannot.
 */
export function downloadUrl(pin: Pin): URL | undefined {
  if (isStoreFolder(pin.path)) return undefined;
  if (pin.url !== undefined) return URL.canParse(pin.url) ? new URL(pin.url) : undefined;
  const { repo, commit, path } = pin.upstream ?? {};
  if (pin.derived || repo === undefined || commit === undefined || path === undefined) return undefined;
  if (!/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(repo) || !/^[\w-][\w.-]*$/.test(commit) || !isPathBelow(path))
    return undefined;
  const segments = [...repo.split("/"), commit, ...path.split("/")].map(encodeURIComponent);
  return new URL(`https://raw.githubusercontent.com/${segments.join("/")}`);
}

/** Hash of what of a pin enters the table `source_file`. */
export function pinHash(pin: Pin): string {
  return hashOf({
    sha256: pin.sha256 ?? null,
    licence: pin.licence ?? null,
    repo: pin.upstream?.repo ?? null,
    commit: pin.upstream?.commit ?? null,
    path: pin.upstream?.path ?? null,
  });
}
