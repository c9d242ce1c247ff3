import { statSync } from "node:fs";
import { StatCache } from "../base/stat-cache.js";
import { homePaths } from "../store/home.js";
import type { TableHash } from "./assembly.js";
import { builtCodeVersions, type CodeVersions } from "./code-version.js";
import type { DownloadServices } from "./download.js";
import { isStoreFolder } from "./glob.js";
import { ParseCache } from "./parse-cache.js";
import type { HashFile } from "./sources.js";
import type { Project } from "./types.js";

/** What plans and runs need beside the project: replaced in tests. */
export interface EngineServices {
  readonly code: CodeVersions;
  readonly tableHash: TableHash;
  readonly hashFile: HashFile;
  readonly cache: ParseCache;
  /** Keeps the hashes of files and the parsed texts for the next run. */
  saveHashes(): Promise<void>;
  readonly now: () => Date;
  readonly download?: DownloadServices;
}

/** The services of a project, with the ones given in place of the usual ones. */
export async function engineServices(project: Project, given: Partial<EngineServices> = {}): Promise<EngineServices> {
  const { statCache: path, temporary: temporaryDirectory } = homePaths(project.home);
  const cache = given.hashFile === undefined ? StatCache.open({ path, temporaryDirectory }) : undefined;
  const parsed = given.cache ?? new ParseCache(project.home);
  return {
    code: given.code ?? builtCodeVersions(),
    tableHash: given.tableHash ?? (await import("../tables/merkle-root.js")).tableHash,
    hashFile: given.hashFile ?? ((path) => hashSource(cache as StatCache, path)),
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

function hashSource(cache: StatCache, path: string): Promise<string> {
  const isFolder = isStoreFolder(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? cache.hashFolder(path) : cache.hashFile(path);
}
