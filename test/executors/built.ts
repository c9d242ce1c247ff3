import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../support/real-data.js";

/** Builds what is not built, so that tests can start processes of ours. */
export function build(): void {
  const result = spawnSync(process.execPath, [join(repositoryRoot, "scripts", "build.mjs")], { encoding: "utf8" });
  const entry = join(repositoryRoot, "dist", "executors", "worker-main.js");
  if (result.status !== 0 && !existsSync(entry)) throw new Error(`the build failed:\n${result.stderr}`);
}
