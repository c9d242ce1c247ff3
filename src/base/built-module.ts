import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "./package-root.js";

/**
 * Path of a module that a thread or process of its own runs, given as `new URL("./worker.js", import.meta.url)`. Where the
 * TypeScript sources run, as in tests, there is none beside them: it is the one in `dist`, which must be built.
 */
export function builtModule(url: URL): string {
  const beside = fileURLToPath(url);
  if (existsSync(beside)) return beside;
  return join(packageRoot(), "dist", relative(join(packageRoot(), "src"), beside));
}
