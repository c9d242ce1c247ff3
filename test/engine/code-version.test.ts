import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtCodeVersions } from "../../src/engine/code-version.js";
import { userModuleVersion } from "../../src/engine/user-module.js";
import { repositoryRoot } from "../support/real-data.js";

interface Versions {
  readonly load: Record<string, string>;
  readonly transform: Record<string, string>;
  readonly stage: Record<string, string>;
  readonly runner: Record<string, string>;
}

const build = join(repositoryRoot, "scripts", "build.mjs");
const root = mkdtempSync(join(tmpdir(), "neurotables-build-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A small package of the same shape: two loaders that share a module, a transform, a stage with a thread, a runner. */
const sources: Record<string, string> = {
  "base/log.ts": "export const silent = 1;\n",
  "base/shared.ts": "export function shared(a: number): number {\n  return a + 1;\n}\n",
  "base/types.ts": "export interface Shape {\n  readonly side: number;\n}\n",
  "base/late.ts": "export const late = 1;\n",
  "loaders/one.ts":
    'import { shared } from "../base/shared.js";\nimport type { Shape } from "../base/types.js";\nimport { silent } from "../base/log.js";\nexport const one = (shape: Shape) => shared(shape.side) + silent;\n',
  "loaders/two.ts":
    'import { parse } from "yaml";\nexport const two = async () => [(await import("../base/late.js")).late, parse("1")];\n',
  "loaders/loader-catalogue.ts":
    'export const loaderCatalogue = {\n  "a/one": async () => (await import("./one.js")).one,\n  "a/two": async () => (await import("./two.js")).two,\n};\n',
  "transforms/three.ts":
    'import { shared } from "../base/shared.js";\nexport const three = () => shared(3) / /[/]x/g.lastIndex;\n',
  "transforms/transform-catalogue.ts":
    'export const transformCatalogue = { "a/three": async () => (await import("./three.js")).three };\n',
  "stages/four.ts": 'export const four = () => new URL("./thread.js", import.meta.url).href;\n',
  "stages/thread.ts": "export const thread = 1;\n",
  "stages/stage-catalogue.ts":
    'export const stageCatalogue = { "a/four": async () => (await import("./four.js")).four };\n',
  "executors/load-job.ts":
    'export const run = async (name: "a/one") => (await import("../loaders/loader-catalogue.js")).loaderCatalogue[name]();\n',
  "base/reader.ts": "export const reader = 1;\n",
  "loaders/loader-toolkit.ts": 'export { reader } from "../base/reader.js";\n',
  "cli/main.ts": '#!/usr/bin/env node\nimport { one } from "../loaders/one.js";\none({ side: 1 });\n',
};

function write(path: string, text: string): void {
  const file = join(root, "src", path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

function versions(): Versions {
  const result = spawnSync(process.execPath, [build, "--root", root], { encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
  return JSON.parse(readFileSync(join(root, "dist", "code-versions.json"), "utf8")) as Versions;
}

/** Which versions differ. */
function changed(before: Versions, after: Versions): string[] {
  return (["load", "transform", "stage", "runner"] as const)
    .flatMap((kind) => Object.keys(before[kind]).filter((name) => before[kind][name] !== after[kind][name]))
    .sort();
}

let first: Versions;

beforeAll(() => {
  for (const file of ["tsconfig.json", "package.json", "package-lock.json"])
    cpSync(join(repositoryRoot, file), join(root, file));
  symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
  for (const [path, text] of Object.entries(sources)) write(path, text);
  first = versions();
});

/** Builds with one file replaced, and puts it back. */
function changedBy(path: string, edit: (text: string) => string): string[] {
  const text = sources[path] as string;
  expect(edit(text)).not.toBe(text);
  write(path, edit(text));
  try {
    return changed(first, versions());
  } finally {
    write(path, text);
  }
}

describe("code versions", () => {
  it("are there for every implementation and runner", () => {
    expect(Object.keys(first.load)).toEqual(["a/one", "a/two"]);
    expect(Object.keys(first.transform)).toEqual(["a/three"]);
    expect(Object.keys(first.stage)).toEqual(["a/four"]);
    expect(Object.keys(first.runner)).toEqual(["load", "module"]);
    for (const version of Object.values(first.load)) expect(version).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, string, (text: string) => string]>([
    ["a comment", "base/shared.ts", (text) => `// hello\n/** world */\n${text}`],
    [
      "line breaks and indentation",
      "base/shared.ts",
      (text) => text.replace("{\n  return a + 1;\n}", "{ return a\n\n      + 1 }"),
    ],
    [
      "quotes and trailing commas",
      "loaders/two.ts",
      (text) => text.replaceAll('"', "'").replace('parse("1")', "parse('1',)").replace("]", ",]"),
    ],
    ["a type", "base/shared.ts", (text) => text.replace("a: number", "a: 0 | number")],
    [
      "an interface",
      "base/types.ts",
      (text) => text.replace("side: number;", "side: number;\n  readonly colour?: string;"),
    ],
    ["logging", "base/log.ts", (text) => text.replace("1", "2")],
    ["the command line", "cli/main.ts", (text) => text.replace("side: 1", "side: 2")],
  ])("do not change by %s", (_what, path, edit) => expect(changedBy(path, edit)).toEqual([]));

  it.each<[string, string, (text: string) => string, string[]]>([
    ["a number", "base/shared.ts", (text) => text.replace("1", "2"), ["a/one", "a/three"]],
    ["an operator", "base/shared.ts", (text) => text.replace("+", "-"), ["a/one", "a/three"]],
    ["a module imported late", "base/late.ts", (text) => text.replace("1", "2"), ["a/two"]],
    ["the code of a thread", "stages/thread.ts", (text) => text.replace("1", "2"), ["a/four"]],
    ["a text", "loaders/two.ts", (text) => text.replace('"1"', '"2"'), ["a/two"]],
    ["a regular expression", "transforms/three.ts", (text) => text.replace("x/g", "y/g"), ["a/three"]],
    ["what users' modules import", "base/reader.ts", (text) => text.replace("1", "2"), ["module"]],
    ["the runner", "executors/load-job.ts", (text) => `${text}export const more = 1;\n`, ["load"]],
  ])("change by %s, in exactly what reaches it", (_what, path, edit, expected) => {
    expect(changedBy(path, edit)).toEqual(expected);
  });

  it("change with the version of a package that is reached", () => {
    const path = join(root, "package-lock.json");
    const lock = readFileSync(path, "utf8");
    const edited = JSON.parse(lock) as { packages: Record<string, { version: string }> };
    (edited.packages["node_modules/yaml"] as { version: string }).version = "9.9.9";
    writeFileSync(path, JSON.stringify(edited));
    try {
      expect(changed(first, versions())).toEqual(["a/two"]);
    } finally {
      writeFileSync(path, lock);
    }
  });

  it("are read lazily, and say what to do when there are none", () => {
    const code = builtCodeVersions(join(root, "nowhere.json"));
    expect(() => code.runner("load")).toThrow(/cannot read the code versions/);
    const built = builtCodeVersions(join(root, "dist", "code-versions.json"));
    expect(built.implementation("load", "a/one")).toMatch(/^[0-9a-f]{64}$/);
    expect(() => built.implementation("load", "a/none")).toThrow(/no code version/);
  });
});

describe("the build", () => {
  it("removes what has no source, makes the command executable, and does nothing twice", async () => {
    const { existsSync, statSync } = await import("node:fs");
    write("base/gone.ts", "export const gone = 1;\n");
    versions();
    expect(existsSync(join(root, "dist", "base", "gone.js"))).toBe(true);
    rmSync(join(root, "src", "base", "gone.ts"));
    versions();
    expect(existsSync(join(root, "dist", "base", "gone.js"))).toBe(false);
    if (process.platform !== "win32") expect(statSync(join(root, "dist", "cli", "main.js")).mode & 0o111).not.toBe(0);
    const stamp = statSync(join(root, "dist", "code-versions.json")).mtimeMs;
    versions();
    expect(statSync(join(root, "dist", "code-versions.json")).mtimeMs).toBe(stamp);
  });

  it("fails on a type error, and again until it is mended", () => {
    write("base/wrong.ts", "export const wrong: number = 'text';\n");
    const run = () => spawnSync(process.execPath, [build, "--root", root], { encoding: "utf8" });
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining("wrong.ts") });
    expect(run().status).toBe(1);
    rmSync(join(root, "src", "base", "wrong.ts"));
    expect(run().status).toBe(0);
  });
});

describe("the version of a user's module", () => {
  it("covers what it imports by relative paths", () => {
    const folder = join(root, "user");
    mkdirSync(folder);
    const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
    file("loader.mjs", '// raw files come from "./raw"\nimport { b } from "./b.mjs";\nexport default b;\n');
    mkdirSync(join(folder, "raw"));
    file("b.mjs", 'export const b = () => import("./c.mjs");\n');
    file("c.mjs", "export default 1;\n");
    const before = userModuleVersion(join(folder, "loader.mjs"));
    expect(userModuleVersion(join(folder, "loader.mjs"))).toBe(before);
    file("c.mjs", "export default 2;\n");
    expect(userModuleVersion(join(folder, "loader.mjs"))).not.toBe(before);
    expect(() => userModuleVersion(join(folder, "none.mjs"))).toThrow(/there is no module/);
  });
});
