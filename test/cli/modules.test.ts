import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { builtPackage } from "./support/built-package.js";

let main: string;

beforeAll(() => {
  main = join(builtPackage(), "cli", "main.js");
});

/** Prints every module that is resolved, on stderr, from the loader's own thread. */
const HOOKS = `import { writeSync } from "node:fs";
export async function resolve(name, context, next) {
  const found = await next(name, context);
  writeSync(2, "module " + found.url + "\\n");
  return found;
}`;
const REGISTER = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(HOOKS)}`)});`;

function modulesOf(...argv: string[]): string[] {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(REGISTER)}`, main, ...argv],
    { encoding: "utf8" },
  );
  expect(status).toBe(0);
  return stderr.split("\n").flatMap((line) => (line.startsWith("module file:") ? [line.slice(7)] : []));
}

describe("the modules that are loaded", () => {
  it.each([["--help"], ["--version"], ["run", "--help"], ["sql", "--help"], ["completion", "bash"]])(
    "by %s %s hold no package",
    (...argv) => {
      const modules = modulesOf(...argv.filter((word) => word !== undefined));
      expect(modules.length).toBeGreaterThan(3);
      expect(modules.filter((url) => url.includes("/node_modules/"))).toEqual([]);
      expect(
        modules.filter((url) => /\/dist\/(engine|store|tables|formats|sql|executors|loaders)\//.test(url)),
      ).toEqual([]);
    },
  );

  it("end in quiet when the reader goes away", () => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `"$0" "$1" completion bash | head -n 1 >/dev/null`, process.execPath, main],
      { encoding: "utf8" },
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});
