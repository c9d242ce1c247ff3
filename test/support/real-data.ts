import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Folder with the real raw files, and why it is not there when it is not. */
export interface RealData {
  readonly present: boolean;
  readonly root: string;
  /** For `describe.skipIf(!data.present)` titles. */
  readonly reason: string;
  path(...segments: string[]): string;
}

/**
 * The real raw files: the first folder of `NEUROTABLES_SOURCES`, or `../shared/data` beside the repository.
 * With `NEUROTABLES_REQUIRE_SOURCES=1` their absence is an error, so that a continuous-integration run cannot skip
 * these tests silently.
 */
export function realData(subfolder = "celegans"): RealData {
  const named = process.env.NEUROTABLES_TEST_SOURCES?.split(":")[0];
  const root = named ? resolve(named) : resolve(repositoryRoot, "../shared/data");
  const present = existsSync(join(root, subfolder));
  if (!present && process.env.NEUROTABLES_REQUIRE_SOURCES === "1") {
    throw new Error(`NEUROTABLES_REQUIRE_SOURCES=1 but there is no folder ${join(root, subfolder)}`);
  }
  return {
    present,
    root,
    reason: present ? "" : ` (skipped: no ${join(root, subfolder)}; set NEUROTABLES_SOURCES)`,
    path: (...segments) => join(root, subfolder, ...segments),
  };
}
