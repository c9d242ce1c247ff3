import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function node(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, text: stdout + stderr };
}

describe("a loader added to the package", () => {
  it("fits the types of the package and passes its own test there", () => {
    for (const path of [
      "src",
      "test/support",
      "package.json",
      "tsconfig.json",
      "tsconfig.test.json",
      "vitest.config.ts",
    ])
      cpSync(join(repositoryRoot, path), join(folder, path), { recursive: true });
    const catalogue = join(folder, "src/loaders/loader-catalogue.ts");
    cpSync(join(repositoryRoot, "examples/package-loader"), folder, {
      recursive: true,
      filter: (path) => !path.endsWith("tsconfig.json"),
    });
    cpSync(join(repositoryRoot, "src/loaders/loader-catalogue.ts"), catalogue);
    symlinkSync(join(repositoryRoot, "node_modules"), join(folder, "node_modules"), "junction");

    const types = node(join(repositoryRoot, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.test.json");
    expect(types.text.split("\n").filter((line) => line.includes("pumping"))).toEqual([]);

    const tests = node(join(repositoryRoot, "node_modules/vitest/vitest.mjs"), "run", "test/loaders/pumping");
    expect(tests.text).toMatch(/Tests\s+5 passed/);
    expect(tests.status).toBe(0);
  }, 120_000);
});
