// The tests that need the real raw files, on the folder named by NEUROTABLES_SOURCES: they may not skip.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { install, root, step } from "./install.mjs";

install();
step("Building", process.execPath, ["scripts/build.mjs"]);

const tests = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => join("test", path))
  .filter((path) => path.endsWith("-real.test.ts") || /\brealData\(/.test(readFileSync(join(root, path), "utf8")))
  .sort();
if (tests.length === 0) {
  console.error("no test asks for real data: something is wrong with the search in scripts/real-data.mjs");
  process.exit(1);
}
step("Real-data tests", process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...tests], {
  env: { ...process.env, NEUROTABLES_REQUIRE_SOURCES: "1" },
});
