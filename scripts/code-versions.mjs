// The code version of every implementation: a hash over the tokens of all modules it can reach, and the versions of the
// packages they import. Works on the JavaScript that tsc wrote: types are gone; comments and white space are no tokens.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix, relative, sep } from "node:path";
import { parse } from "acorn";

/** Modules that cannot change a table: talk, screens, and the catalogues, which reach everything. */
const EXCLUDED = [
  /^base\/log\.js$/,
  /^cli\//,
  /^loaders\/loader-catalogue\.js$/,
  /^transforms\/transform-catalogue\.js$/,
  /^stages\/stage-catalogue\.js$/,
  // Reaches every device; the one that a stage computes on is in its key by itself.
  /^compute\/device\/open-device\.js$/,
];

/** The code that runs a job of each kind belongs to the key of all its jobs, what users' modules import to that of theirs. */
const RUNNERS = {
  load: "executors/load-job.js",
  transform: "executors/transform-job.js",
  stage: "executors/transform-job.js",
  compact: "executors/compact-job.js",
  query: "executors/query-job.js",
  "device reference": "compute/reference/reference-device.js",
  "device cpu": "compute/cpu/cpu-device.js",
  "device gpu": "compute/gpu/gpu-device.js",
  module: ["loaders/loader-toolkit.js", "stages/stage-toolkit.js"],
};

/** The code that decides what a pipeline file means, beside the implementations: what was read is remembered under it. */
const READERS = [
  "engine/pipeline-file.js",
  "engine/pipeline-shape.js",
  "engine/pinned-sources.js",
  "tables/contract-file.js",
];

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * One text per token stream: comments, white space, quotes of strings and trailing commas erased.
 * @returns {{ text: string, imports: string[], program: object }}
 */
export function readModule(code, file) {
  const tokens = [];
  let program;
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true, onToken: tokens });
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
  const words = tokens.map((token) => {
    const { label } = token.type;
    if (token.value === undefined) return label;
    if (label === "regexp") return `regexp ${JSON.stringify([token.value.pattern, token.value.flags])}`;
    if (label === "num") return `num ${typeof token.value === "bigint" ? `${token.value}n` : token.value}`;
    // A template's meaning is in its raw text too (String.raw).
    if (label === "template") return `template ${JSON.stringify(code.slice(token.start, token.end))}`;
    return `${label} ${JSON.stringify(token.value)}`;
  });
  const kept = words.filter((word, index) => {
    if (word !== ",") return true;
    const before = words[index - 1];
    return !([")", "]", "}"].includes(words[index + 1]) && before !== "," && before !== "[");
  });
  return { text: kept.join("\n"), imports: importsOf(program), program };
}

/** Every literal module path that a module imports, statically, dynamically or as `new URL("./x", import.meta.url)`. */
function importsOf(program) {
  const found = new Set();
  visit(program, (node) => {
    if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration") found.add(node.source.value);
    if (node.type === "ExportNamedDeclaration" && node.source) found.add(node.source.value);
    if (node.type === "ImportExpression" && typeof node.source.value === "string") found.add(node.source.value);
    if (node.type === "NewExpression" && node.callee.name === "URL" && node.arguments.length === 2) {
      const path = node.arguments[0].value;
      if (typeof path === "string" && path.startsWith(".") && node.arguments[1].type === "MemberExpression") {
        found.add(path);
      }
    }
  });
  return [...found].sort(compare);
}

function visit(node, see) {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, see);
  } else if (node !== null && typeof node === "object" && typeof node.type === "string") {
    see(node);
    for (const key of Object.keys(node)) {
      const child = node[key];
      if (child !== null && typeof child === "object") visit(child, see);
    }
  }
}

/** name → modules, from a catalogue's entries `"name": () => import("./module.js")…`. */
function catalogueEntries(program, catalogue) {
  const entries = {};
  visit(program, (node) => {
    let name;
    let value;
    if (node.type === "Property" && !node.computed) {
      name = node.key.type === "Literal" ? node.key.value : node.key.name;
      value = node.value;
    } else if (
      node.type === "ArrayExpression" &&
      node.elements.length === 2 &&
      typeof node.elements[0]?.value === "string"
    ) {
      name = node.elements[0].value;
      value = node.elements[1];
    } else return;
    const modules = [];
    visit(value, (inner) => {
      if (inner.type === "ImportExpression" && typeof inner.source.value === "string") modules.push(inner.source.value);
    });
    if (modules.length > 0) {
      entries[name] = [...new Set(modules)].map((path) => posix.normalize(posix.join(posix.dirname(catalogue), path)));
    }
  });
  return entries;
}

/** `name@version` of a package and of everything it depends on, from the lockfile. */
function packageVersions(names, lock) {
  const found = new Set();
  const add = (name, parent) => {
    const nested = `${parent}/node_modules/${name}`;
    const path = parent !== "" && lock.packages[nested] ? nested : `node_modules/${name}`;
    const entry = lock.packages[path];
    if (entry === undefined) return;
    const label = `${name}@${entry.version}`;
    if (found.has(label)) return;
    found.add(label);
    for (const next of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) add(next, path);
  };
  for (const name of names) add(name, "");
  return [...found].sort(compare);
}

function packageName(specifier) {
  const segments = specifier.split("/");
  return specifier.startsWith("@") ? segments.slice(0, 2).join("/") : segments[0];
}

/**
 * Computes all code versions of a built folder.
 * @returns {{ versions: object, closures: object }} `versions` is what the engine reads; `closures` explains it.
 */
export function codeVersions({ dist, lock }) {
  const modules = new Map();
  for (const file of listFiles(dist)) {
    if (file.endsWith(".js")) modules.set(file, readModule(readFileSync(join(dist, file), "utf8"), file));
  }
  const closure = (entries) => {
    const files = new Set();
    const packages = new Set();
    const pending = [...entries];
    while (pending.length > 0) {
      const file = pending.pop();
      if (files.has(file) || EXCLUDED.some((pattern) => pattern.test(file))) continue;
      const module = modules.get(file);
      if (module === undefined) {
        if (existsSync(join(dist, file))) files.add(file);
        continue;
      }
      files.add(file);
      for (const specifier of module.imports) {
        if (specifier.startsWith(".")) pending.push(posix.normalize(posix.join(posix.dirname(file), specifier)));
        else if (!isBuiltin(specifier)) packages.add(packageName(specifier));
      }
    }
    return { files: [...files].sort(compare), packages: packageVersions([...packages].sort(compare), lock) };
  };
  const tokenHashes = {};
  const tokenHash = (file) => {
    tokenHashes[file] ??= sha256(modules.get(file)?.text ?? readFileSync(join(dist, file)));
    return tokenHashes[file];
  };
  const hashOf = ({ files, packages }) =>
    sha256([...files.map((file) => `${file} ${tokenHash(file)}`), ...packages].join("\n"));

  const versions = { load: {}, transform: {}, stage: {}, runner: {} };
  const closures = { load: {}, transform: {}, stage: {}, runner: {} };
  const record = (kind, name, entries) => {
    closures[kind][name] = closure(entries);
    versions[kind][name] = hashOf(closures[kind][name]);
  };
  for (const [kind, catalogue] of [
    ["load", "loaders/loader-catalogue.js"],
    ["transform", "transforms/transform-catalogue.js"],
    ["stage", "stages/stage-catalogue.js"],
  ]) {
    const module = modules.get(catalogue);
    if (module === undefined) continue;
    const entries = catalogueEntries(module.program, catalogue);
    for (const name of Object.keys(entries).sort(compare)) record(kind, name, entries[name]);
  }
  for (const [kind, files] of Object.entries(RUNNERS)) {
    const built = [files].flat().filter((file) => modules.has(file));
    if (built.length > 0) record("runner", kind, built);
  }
  const readers = closure(READERS.filter((file) => modules.has(file)));
  closures.reader = readers;
  versions.reader = hashOf({ ...readers, packages: [...readers.packages, JSON.stringify(versions)] });
  return { versions, closures: { ...closures, tokens: tokenHashes } };
}

/** Files below a folder, with `/`, in code-unit order; names that begin with a dot are left out. */
export function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .filter((path) => !path.split("/").some((segment) => segment.startsWith(".")))
    .sort(compare);
}

/** Writes `code-versions.json` and `code-closures.json` into a built folder, each by rename. */
export function writeCodeVersions({ root, dist }) {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const { versions, closures } = codeVersions({ dist, lock });
  for (const [name, value] of [
    ["code-versions.json", versions],
    ["code-closures.json", closures],
  ]) {
    const path = join(dist, name);
    const temporary = join(dirname(path), `.${name}.${process.pid}`);
    writeFileSync(temporary, `${JSON.stringify(value, null, 1)}\n`);
    renameSync(temporary, path);
  }
  return versions;
}
