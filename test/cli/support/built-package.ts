import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../support/real-data.js";

/** Folder of the compiled package, brought up to date: processes of their own cannot run the TypeScript sources. */
export function builtPackage(): string {
  const dist = join(repositoryRoot, "dist");
  const result = spawnSync(process.execPath, [join(repositoryRoot, "scripts", "build.mjs")], { encoding: "utf8" });
  if (!existsSync(join(dist, "cli", "main.js"))) throw new Error(`there is no build: ${result.stdout}${result.stderr}`);
  return dist;
}
