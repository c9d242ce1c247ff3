import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findWebgpu, INSTALL_LINE, importReason, WEBGPU_VERSION } from "../../../src/compute/gpu/webgpu-package.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "webgpu-package-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder of the test with a package in it, and the place of the package. */
function folderWith(name: string, manifest: string): { folder: string; found: string } {
  const folder = join(root, name);
  const found = join(folder, "node_modules", "webgpu");
  mkdirSync(found, { recursive: true });
  writeFileSync(join(found, "package.json"), manifest);
  return { folder, found };
}

const version = (text: string) => JSON.stringify({ name: "webgpu", version: text });

describe("the package webgpu", () => {
  it("is found in the first folder that has it, and in folders above", () => {
    const first = folderWith("first", version(WEBGPU_VERSION));
    const second = folderWith("second", version(WEBGPU_VERSION));
    const within = join(first.folder, "a", "b");
    mkdirSync(within, { recursive: true });
    expect(findWebgpu({ folders: [root, within, second.folder] })).toEqual({ folder: first.found });
    expect(findWebgpu({ folders: [second.folder, within] })).toEqual({ folder: second.found });
  });

  it("is taken in one version alone; a later folder may have it", () => {
    const older = folderWith("older", version("0.4.0"));
    const newer = folderWith("newer", version("0.6.3"));
    const right = folderWith("right", version(WEBGPU_VERSION));
    const refused = findWebgpu({ folders: [older.folder, newer.folder] });
    expect(refused).toEqual({ reason: expect.stringContaining(`0.4.0 in ${older.found}, 0.6.3 in ${newer.found}`) });
    expect(refused).toEqual({ reason: expect.stringContaining(INSTALL_LINE) });
    expect(findWebgpu({ folders: [older.folder, right.folder] })).toEqual({ folder: right.found });
  });

  it("has an install line where there is none", () => {
    expect(findWebgpu({ folders: [root] })).toEqual({
      reason: "the package webgpu is not installed; install it with: npm install --ignore-scripts webgpu@0.6.2",
    });
  });

  it("is refused where it does not say its version", () => {
    const unreadable = folderWith("unreadable", "{");
    const nameless = folderWith("nameless", "{}");
    expect(findWebgpu({ folders: [unreadable.folder] })).toEqual({ reason: expect.stringContaining("unreadable") });
    expect(findWebgpu({ folders: [nameless.folder] })).toEqual({ reason: expect.stringContaining("no version in") });
  });

  it("says in words why it cannot be imported", () => {
    const glibc = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /x/dawn.node)\nRequire stack:";
    expect(importReason(glibc)).toMatch(/needs a newer C or C\+\+ library: .*GLIBCXX_3.4.32/);
    expect(importReason(glibc)).not.toContain("Require stack");
    expect(importReason("Cannot find module '/x/dist/linux-ia32/dawn.node'")).toContain("has no library for");
    expect(importReason("anything else")).toContain("cannot be imported: anything else");
  });
});
