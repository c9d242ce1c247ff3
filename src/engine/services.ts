import { StatCache } from "../base/stat-cache.js";
import { homePaths } from "../store/home.js";
import type { TableHash } from "./assembly.js";
import { builtCodeVersions, type CodeVersions } from "./code-version.js";
import type { HashFile } from "./sources.js";
import type { Project } from "./types.js";

/** What plans and runs need beside the project: replaced in tests. */
export interface EngineServices {
  readonly code: CodeVersions;
  readonly tableHash: TableHash;
  readonly hashFile: HashFile;
  /** Makes remembered file hashes durable. */
  saveHashes(): Promise<void>;
  readonly now: () => Date;
}

/** The services of a project, with the ones given in place of the usual ones. */
export async function engineServices(project: Project, given: Partial<EngineServices> = {}): Promise<EngineServices> {
  const cache = given.hashFile === undefined ? StatCache.open({ path: homePaths(project.home).statCache }) : undefined;
  return {
    code: given.code ?? builtCodeVersions(),
    tableHash: given.tableHash ?? (await import("../tables/merkle-root.js")).tableHash,
    hashFile: given.hashFile ?? ((path) => (cache as StatCache).hashFile(path)),
    saveHashes: given.saveHashes ?? (async () => cache?.save()),
    now: given.now ?? (() => new Date()),
  };
}
