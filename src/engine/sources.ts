import { realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";
import { ConfigError, LoadError, NeurotablesError } from "../base/errors.js";
import { sourceId } from "../tables/source-id.js";
import type { JobFile } from "./executor.js";
import { findFiles, isStoreFolder } from "./glob.js";
import type { ParseCache } from "./parse-cache.js";
import { downloadUrl, mergePin, type Pin, pinHash, pinsOf, readPins } from "./pinned-sources.js";
import type { Pipeline, Source } from "./pipeline.js";
import type { MissingSource } from "./types.js";

/** A raw file of a source: what a job needs, and where it came from. */
export interface ResolvedFile {
  readonly job: JobFile;
  readonly mirror: string;
  readonly pinned: "match" | "differs" | "none";
  readonly pinHash: string;
}

export type ResolvedSource =
  | { readonly kind: "found"; readonly files: readonly ResolvedFile[] }
  | {
      readonly kind: "missing";
      readonly missing: readonly MissingSource[];
      readonly rest: IncompleteSource;
      readonly url?: string;
    }
  | { readonly kind: "refused"; readonly error: NeurotablesError; readonly rest?: IncompleteSource };

/** What is there of a source that cannot be used. */
export interface IncompleteSource {
  readonly files: readonly ResolvedFile[];
  /** Paths that were downloaded and are not, or no longer, the pinned files. */
  readonly outdated: readonly string[];
}

/** Identity and size of a raw file, or of all files of a folder that stands for one. */
export interface SourceHash {
  readonly sha256: string;
  readonly bytes: number;
}

/** Hashes what lies at a path; expected to remember what it has hashed. */
export type HashSource = (path: string) => Promise<SourceHash>;

/**
 * Finds every source of a pipeline in the mirror folders and hashes its files. Per path, the first folder that holds
 * it wins. Of what was downloaded nothing counts but the pinned files: another content is refused, and a pattern of
 * which only some pinned files are there is missing. Cost: one listing per folder and one stat per file when the hashes are known, else one read.
 * @throws {ConfigError} when `datasets/<dataset>/sources.yaml` is invalid or a mirror folder does not exist.
 */
export async function resolveSources(options: {
  readonly pipeline: Pipeline;
  readonly root: string;
  readonly mirrors: readonly string[];
  /** The one of the mirrors that holds what was downloaded. */
  readonly downloads?: string;
  readonly hashSource: HashSource;
  readonly cache?: ParseCache;
}): Promise<ReadonlyMap<string, ResolvedSource>> {
  const { pipeline, root, downloads } = options;
  const pins = await readPins(pipeline.dataset, root, options.cache);
  const mirrors = new Mirrors(options.mirrors);
  const hashes = new Map<string, Promise<SourceHash>>();
  const hashSource = (path: string) => {
    const hash = hashes.get(path) ?? options.hashSource(path);
    hashes.set(path, hash);
    return hash;
  };
  const resolved = new Map<string, ResolvedSource>();
  for (const source of pipeline.sources.values()) {
    resolved.set(source.name, await resolveSource({ pipeline, source, mirrors, downloads, pins, hashSource }));
  }
  return resolved;
}

async function resolveSource(options: {
  readonly pipeline: Pipeline;
  readonly source: Source;
  readonly mirrors: Mirrors;
  readonly downloads: string | undefined;
  readonly pins: ReadonlyMap<string, Pin>;
  readonly hashSource: HashSource;
}): Promise<ResolvedSource> {
  const { pipeline, source, mirrors, downloads, pins, hashSource } = options;
  const files = new Map<string, ResolvedFile>();
  const missing: MissingSource[] = [];
  const outdated: ResolvedFile[] = [];
  try {
    for (const pattern of source.patterns) {
      const found = mirrors.find(pattern);
      const lacking =
        found.length === 0 ? { reason: undefined } : downloadsLack({ pattern, source, pins, found, downloads });
      if (lacking !== undefined) {
        const wanted = pinsOf(pattern, source, pins);
        const downloadable = wanted.length > 0 && wanted.every((pin) => pin.sha256 !== undefined && downloadUrl(pin));
        missing.push({
          pipeline: pipeline.name,
          source: source.name,
          pattern,
          optional: source.optional,
          ...(downloadable ? { downloadable: true } : {}),
          ...(lacking.reason === undefined ? {} : { reason: lacking.reason }),
        });
      }
      await inBatches(found, 64, async ({ path, mirror }) => {
        if (files.has(path)) return;
        const absolutePath = join(mirror, path);
        const pin = mergePin(path, pins.get(path), source);
        const { sha256, bytes } = await hashSource(absolutePath);
        const file = resolvedFile({ dataset: pipeline.dataset, pin, mirror, bytes, sha256 });
        if (mirror === downloads && file.pinned === "differs") outdated.push(file);
        else files.set(path, file);
      });
    }
  } catch (error) {
    return { kind: "refused", error: asLoadError(error, source) };
  }
  const ordered = [...files.values()].sort((a, b) => compareCodeUnits(a.job.path, b.job.path));
  const rest = { files: ordered, outdated: outdated.map(({ job }) => job.path) };
  if (missing.length > 0) {
    return { kind: "missing", missing, rest, ...(source.url === undefined ? {} : { url: source.url }) };
  }
  const [other] = outdated;
  return other === undefined ? { kind: "found", files: ordered } : { kind: "refused", error: notAsPinned(other), rest };
}

/** A raw file as jobs and keys see it. */
export function resolvedFile(given: {
  readonly dataset: string;
  readonly pin: Pin;
  readonly mirror: string;
  readonly bytes: number;
  readonly sha256: string;
}): ResolvedFile {
  const { dataset, pin, mirror, bytes, sha256 } = given;
  const { path, upstream } = pin;
  return {
    job: {
      path,
      absolutePath: join(mirror, path),
      bytes,
      sha256,
      sourceId: sourceId(dataset, path),
      licence: pin.licence ?? "not stated",
      upstreamRepo: upstream?.repo ?? null,
      upstreamCommit: upstream?.commit ?? null,
      upstreamPath: upstream?.path ?? null,
      manifestSha256: pin.sha256 ?? null,
    },
    mirror,
    pinned: pin.sha256 === undefined ? "none" : pin.sha256 === sha256 ? "match" : "differs",
    pinHash: pinHash(pin),
  };
}

/** Whether a pattern that downloads serve lacks pinned files: a download that broke off must not pass for the whole. */
function downloadsLack(options: {
  readonly pattern: string;
  readonly source: Source;
  readonly pins: ReadonlyMap<string, Pin>;
  readonly found: readonly { readonly path: string; readonly mirror: string }[];
  readonly downloads: string | undefined;
}): { readonly reason: string } | undefined {
  const { pattern, source, pins, found, downloads } = options;
  if (!found.some(({ mirror }) => mirror === downloads)) return undefined;
  const held = new Set(found.map(({ path }) => path));
  const wanted = pinsOf(pattern, source, pins);
  const lacking = wanted.filter(({ path }) => !held.has(path));
  if (lacking.length === 0) return undefined;
  return { reason: `only ${wanted.length - lacking.length} of ${wanted.length} pinned files are downloaded` };
}

function notAsPinned({ job }: ResolvedFile): LoadError {
  return new LoadError("not-as-pinned", `${job.absolutePath} was downloaded but is not the pinned file`, {
    fields: { file: job.absolutePath, found: job.sha256, expected: job.manifestSha256 },
    wayOut: isStoreFolder(job.path)
      ? "Delete it, or move it into a sources folder of your own: there it is taken with a warning."
      : "Run with --download to fetch it again, or delete it.",
  });
}

const LOOK_AT_THE_FILE = "The file is there but cannot be read: look at its permissions, or at the disk.";

function asLoadError(error: unknown, source: Source): NeurotablesError {
  if (error instanceof LoadError) return error;
  if (error instanceof NeurotablesError) {
    // A raw file that cannot be read is a fault of the source, not of the home folder: that need not be writable.
    const wayOut = "errno" in error.fields ? LOOK_AT_THE_FILE : error.wayOut;
    return new LoadError("unreadable", `source ${source.name}: ${error.message}`, {
      fields: { source: source.name, ...error.fields },
      ...(wayOut === undefined ? {} : { wayOut }),
    });
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined && !(error instanceof RangeError)) throw error;
  return new LoadError("unreadable", `source ${source.name}: ${(error as Error).message}`, {
    fields: {
      source: source.name,
      ...(path === undefined ? {} : { file: path }),
      ...(code === undefined ? {} : { code }),
    },
    wayOut: LOOK_AT_THE_FILE,
  });
}

async function inBatches<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(work));
  }
}

/** The folders that mirror raw files, in order. */
class Mirrors {
  readonly #folders: readonly string[];
  readonly #realFolders: readonly string[];
  readonly #allowed = new Map<string, boolean>();

  constructor(folders: readonly string[]) {
    this.#folders = folders;
    this.#realFolders = folders.map((folder) => {
      try {
        if (!statSync(folder).isDirectory()) throw new Error("it is a file");
        return realpathSync.native(folder);
      } catch (error) {
        throw new ConfigError(
          "no-mirror",
          `the sources folder ${folder} cannot be used: ${(error as Error).message}`,
          [],
          {
            fields: { folder },
            wayOut: "Name existing folders with --sources or NEUROTABLES_SOURCES.",
          },
        );
      }
    });
  }

  /** Files that match in any folder, each from the first that holds it. */
  find(pattern: string): { readonly path: string; readonly mirror: string }[] {
    const found = new Map<string, string>();
    for (const folder of this.#folders) {
      for (const path of findFiles(folder, pattern)) {
        if (found.has(path)) continue;
        this.#refuseEscape(folder, path);
        found.set(path, folder);
      }
    }
    return [...found].map(([path, mirror]) => ({ path, mirror })).sort((a, b) => compareCodeUnits(a.path, b.path));
  }

  /** A symbolic link may lead anywhere below any of the mirrors, nowhere else. */
  #refuseEscape(folder: string, path: string): void {
    const absolute = join(folder, path);
    const real = realpathSync.native(absolute);
    const parent = dirname(real);
    let allowed = this.#allowed.get(parent);
    if (allowed === undefined) {
      allowed = this.#realFolders.some(
        (root) => parent === root || parent.startsWith(root.endsWith(sep) ? root : root + sep),
      );
      this.#allowed.set(parent, allowed);
    }
    if (allowed) return;
    throw new LoadError("outside-mirror", `${absolute} is a link to ${real}, outside every sources folder`, {
      fields: { file: absolute, target: real },
      wayOut: "Copy the file, or name the folder it lies in with a further --sources.",
    });
  }
}
