import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedFiles } from "../../src/tables/generated-files.js";

const root = join(import.meta.dirname, "../..");

test("row types and data dictionary are those of the contracts (`npm run generate` renews them)", async () => {
  const files = await generatedFiles(root);
  for (const [path, text] of files) expect(readFileSync(join(root, path), "utf8"), `${path} is stale`).toBe(text);
  const present = readdirSync(join(root, "src/tables/generated")).map((name) => `src/tables/generated/${name}`);
  expect(present.filter((path) => !files.has(path))).toEqual([]);
});
