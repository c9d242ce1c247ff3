import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";
import { ConfigError } from "../base/errors.js";
import { sha256 } from "../base/hash.js";

/**
 * Every quoted relative path after `from`, `import`, `import(` or `new URL(` (a thread's code, a kernel's bytes): too
 * many are harmless, one too few is not.
 */
const RELATIVE_IMPORT = /(?:\bfrom|\bimport\s*\(?|\bnew\s+URL\s*\()\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/**
 * Hash over the bytes of a user's module and of all that it names by relative paths: comments count here, unlike in
 * code that was built with this package.
 * @throws {ConfigError} when the module or one of its imports is not there.
 */
export function userModuleVersion(path: string): string {
  const root = dirname(path);
  const files = new Map<string, string>();
  const pending = [path];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    if (!existsSync(file) || !statSync(file).isFile()) {
      throw new ConfigError("module", `there is no module ${file}`, [], { fields: { file } });
    }
    const text = readFileSync(file, "utf8");
    files.set(file, sha256(text));
    for (const match of text.matchAll(RELATIVE_IMPORT)) {
      const imported = resolve(dirname(file), match[1] as string);
      if (existsSync(imported) && statSync(imported).isFile()) pending.push(imported);
    }
  }
  const lines = [...files].map(([file, hash]) => `${relative(root, file).replaceAll("\\", "/")} ${hash}`);
  return sha256(lines.sort(compareCodeUnits).join("\n"));
}
