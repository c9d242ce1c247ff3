// npm run generate: schemas/**/*.yaml -> src/tables/generated/*.ts and docs/data-dictionary.md. Builds first.
// --check writes nothing and exits 1 when a file is stale.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes("--check");
const build = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: ["ignore", 2, 2] });
if (build.status !== 0) process.exit(build.status ?? 1);

const { generatedFiles } = await import("../dist/tables/generated-files.js");
let files;
try {
  files = await generatedFiles(root);
} catch (error) {
  console.error(error.message);
  for (const fault of error.diagnostics ?? []) {
    console.error(`${fault.file}:${fault.line}:${fault.column} ${fault.message}\n${fault.frame}`);
  }
  process.exit(1);
}
const folder = "src/tables/generated";
const present = existsSync(join(root, folder))
  ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
  : [];
const stale = [];
for (const [path, text] of files) {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, "utf8") === text) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
for (const path of present.filter((name) => !files.has(name))) {
  stale.push(path);
  if (!check) rmSync(join(root, path));
}
for (const path of stale) console.log(check ? `stale: ${path}` : `wrote ${path}`);
if (check && stale.length > 0) {
  console.error("Run `npm run generate`.");
  process.exit(1);
}
if (!check) await import("./generate-pipeline-schema.mjs");
