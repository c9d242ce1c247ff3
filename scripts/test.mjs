// npm test: installs what is missing, builds, checks style, types and generated files, then runs every test.
// Arguments are handed to vitest: npm test -- test/tables

import { join } from "node:path";
import { install, root, step } from "./install.mjs";

install();
const bin = (name) => join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
const filters = process.argv.slice(2);

step("Building", process.execPath, ["scripts/build.mjs"]);
if (filters.length === 0) {
  step("Style", bin("biome"), ["check", "."]);
  step("Types", bin("tsc"), ["--noEmit", "-p", "tsconfig.test.json"]);
  step("Generated files", process.execPath, ["scripts/generate.mjs", "--check"]);
}
step("Tests", bin("vitest"), ["run", ...filters]);
