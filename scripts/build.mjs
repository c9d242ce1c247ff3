// npm run build: src/**/*.ts and *.wasm -> dist/, then the code versions. Does nothing when nothing changed; safe when
// two run at once. Options: --force, --root DIR (another checkout). Exits 1 when there are type errors.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: { force: { type: "boolean", default: false }, root: { type: "string", default: dirname(here) } },
});
const root = resolve(options.root);
const dist = join(root, "dist");
const stampPath = join(dist, ".build-stamp.json");
const lockPath = join(dist, ".build-lock");
const generated = new Set(["code-versions.json", "code-closures.json"]);
const { listFiles, writeCodeVersions } = await import("./code-versions.mjs");

function inputsHash() {
  const hash = createHash("sha256");
  const add = (name, path) => hash.update(`${name}\0`).update(readFileSync(path)).update("\0");
  for (const file of listFiles(join(root, "src"))) add(file, join(root, "src", file));
  for (const file of ["tsconfig.json", "package-lock.json"]) add(file, join(root, file));
  for (const file of ["build.mjs", "code-versions.mjs"]) add(file, join(here, file));
  return hash.digest("hex");
}

function isFresh(inputs) {
  if (options.force || !existsSync(stampPath)) return false;
  const stamp = JSON.parse(readFileSync(stampPath, "utf8"));
  return stamp.inputs === inputs && stamp.outputs.every((file) => existsSync(join(dist, file)));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** One build at a time per folder; a lock whose owner is gone is taken over. */
async function lock() {
  mkdirSync(dist, { recursive: true });
  for (let waited = 0; ; waited += 50) {
    try {
      writeFileSync(lockPath, String(process.pid), { flag: "wx" });
      process.on("exit", () => rmSync(lockPath, { force: true }));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let owner = 0;
    try {
      owner = Number(readFileSync(lockPath, "utf8"));
    } catch {}
    if ((owner > 0 && !isAlive(owner)) || (owner === 0 && waited > 2000)) rmSync(lockPath, { force: true });
    else if (waited > 300_000) throw new Error(`process ${owner} has held ${lockPath} for 5 minutes`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** Moves what tsc wrote over what is there: files that did not change are not touched. */
function install(built) {
  const outputs = listFiles(built);
  for (const file of outputs) {
    const target = join(dist, file);
    const source = join(built, file);
    if (existsSync(target) && readFileSync(target).equals(readFileSync(source))) continue;
    mkdirSync(dirname(target), { recursive: true });
    if (file === "cli/main.js") chmodSync(source, 0o755);
    renameSync(source, target);
  }
  const wanted = new Set(outputs);
  for (const file of listFiles(dist)) {
    if (!wanted.has(file) && !generated.has(file)) rmSync(join(dist, file));
  }
  for (const folder of readdirSync(dist, { withFileTypes: true, recursive: true })) {
    if (!folder.isDirectory()) continue;
    const path = join(folder.parentPath ?? folder.path, folder.name);
    if (existsSync(path) && !path.startsWith(built) && readdirSync(path).length === 0)
      rmSync(path, { recursive: true });
  }
  return outputs;
}

let inputs = inputsHash();
if (isFresh(inputs)) process.exit(0);
await lock();
inputs = inputsHash();
if (isFresh(inputs)) process.exit(0);

for (const entry of readdirSync(dist)) {
  // What a build that was killed left behind.
  if (entry.startsWith(".build-out-")) rmSync(join(dist, entry), { recursive: true, force: true });
}
const built = join(dist, `.build-out-${process.pid}`);
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
if (!existsSync(compiler) || !statSync(compiler).isFile()) {
  console.error(`${compiler} is not there: run npm ci first`);
  process.exit(1);
}
const result = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.json"), "--outDir", built], {
  cwd: root,
  stdio: ["ignore", 2, 2],
});
if (!existsSync(built)) {
  console.error("the compiler wrote nothing");
  process.exit(1);
}
// Kernels lie beside the modules that load them, in src/ as in dist/.
for (const file of listFiles(join(root, "src"))) {
  if (!file.endsWith(".wasm")) continue;
  mkdirSync(dirname(join(built, file)), { recursive: true });
  copyFileSync(join(root, "src", file), join(built, file));
}
const outputs = install(built);
rmSync(built, { recursive: true, force: true });
writeCodeVersions({ root, dist });
if (result.status !== 0) {
  rmSync(stampPath, { force: true });
  process.exit(1);
}
writeFileSync(`${stampPath}.tmp`, JSON.stringify({ inputs, outputs: [...outputs, ...generated] }));
renameSync(`${stampPath}.tmp`, stampPath);
