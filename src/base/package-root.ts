import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found: string | undefined;

/** Folder of this package: holds `dist/`, `schemas/`, `datasets/`, `pipelines/`. The same from `src/` and from `dist/`. */
export function packageRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "neurotables") break;
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package neurotables has no package.json above its modules");
    folder = parent;
  }
  found = folder;
  return found;
}
