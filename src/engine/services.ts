import { statSync } from "node:fs";
import { StatCache } from "../base/stat-cache.js";
import { homePaths } from "../store/home.js";
import type { TableHash } from "./assembly.js";
import { builtCodeVersions, type CodeVersions } from "./code-version.js";
import type { DownloadServices } from "./download.js";
import { isStoreFolder } from "./glob.js";
import { ParseCache } from "./parse-cache.js";
import type { HashSource, SourceHash } from "./sources.js";
import type { Project } from "./types.js";

/** What plans and runs need beside the project: replaced in tests. */
export interface EngineServices {
  readonly code: CodeVersions;
  readonly tableHash: TableHash;
  readonly hashSource: HashSource;
  readonly cache: ParseCache;
  /** Keeps the hashes of files and the parsed texts for the next run. */
  saveHashes(): Promise<void>;
  readonly now: () => Date;
  readonly download?: DownloadServices;
}

/** The services of a project, with the ones given in place of the usual ones. */
export async function engineServices(project: Project, given: Partial<EngineServices> = {}): Promise<EngineServices> {
  const { statCache: path, temporary: temporaryDirectory } = homePaths(project.home);
  const cache = given.hashSource === undefined ? StatCache.open({ path, temporaryDirectory }) : undefined;
  const parsed = given.cache ?? new ParseCache(project.home);
  return {
    code: given.code ?? builtCodeVersions(),
    tableHash: given.tableHash ?? (await import("../tables/merkle-root.js")).tableHash,
    hashSource: given.hashSource ?? ((path) => hashSource(cache as StatCache, path)),
    cache: parsed,
    saveHashes:
      given.saveHashes ??
      (async () => {
        parsed.save();
        await cache?.save();
      }),
    now: given.now ?? (() => new Date()),
    ...(given.download === undefined ? {} : { download: given.download }),
  };
}

/** Of a file its bytes, of a folder that stands for one source all files below it. */
async function hashSource(cache: StatCache, path: string): Promise<SourceHash> {
  const isFolder = isStoreFolder(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return cache.hashFolder(path);
  return { sha256: await cache.hashFile(path), bytes: statSync(path).size };
}
