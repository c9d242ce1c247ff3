import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { findFiles, patternMatcher } from "../../src/engine/glob.js";
import { Limiter } from "../../src/engine/limiter.js";
import { jobLimits } from "../../src/engine/resources.js";
import { temporaryDirectory } from "../support/temporary-directory.js";

const root = temporaryDirectory();
const paths = [
  "a/SI 5 one.xlsx",
  "a/SI 5 two.xlsx",
  "a/SI 6.xlsx",
  "a/.hidden.xlsx",
  "a/x[1].txt",
  "a/deep/er/file.csv",
  "b/10.csv",
  "b/9.csv",
  "b/B.csv",
  "b/é.csv",
];
for (const path of paths) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "");
}

describe("findFiles", () => {
  it.each([
    ["a/SI 6.xlsx", ["a/SI 6.xlsx"]],
    ["a/SI 5*.xlsx", ["a/SI 5 one.xlsx", "a/SI 5 two.xlsx"]],
    ["a/SI ?.xlsx", ["a/SI 6.xlsx"]],
    ["a/*.xlsx", ["a/SI 5 one.xlsx", "a/SI 5 two.xlsx", "a/SI 6.xlsx"]],
    ["a/.*.xlsx", ["a/.hidden.xlsx"]],
    ["b/[0-9]*.csv", ["b/10.csv", "b/9.csv"]],
    ["b/[!0-9]*.csv", ["b/B.csv", "b/é.csv"]],
    ["{a,b}/{SI 6.xlsx,9.csv}", ["a/SI 6.xlsx", "b/9.csv"]],
    ["**/*.csv", ["a/deep/er/file.csv", "b/10.csv", "b/9.csv", "b/B.csv", "b/é.csv"]],
    ["a/**/file.csv", ["a/deep/er/file.csv"]],
    ["nowhere/*", []],
    ["a/x[[]1].txt", ["a/x[1].txt"]],
    ["b/********************************B.csv", ["b/B.csv"]],
  ])("%s", (pattern, expected) => {
    expect(findFiles(root, pattern)).toEqual(expected);
    expect(paths.filter(patternMatcher(pattern)).sort()).toEqual(expected);
  });

  it.each([
    ["v/*.zarr", ["v/one.zarr"]],
    ["v/one.zarr", ["v/one.zarr"]],
    ["**/*.zarr", ["v/one.zarr"]],
    ["v/**/0.0", []],
    ["v/one.zarr/raw/*", ["v/one.zarr/raw/0.0"]],
    ["v/*", ["v/one.zarr"]],
  ])("takes a Zarr store as one file: %s", (pattern, expected) => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, "v", "one.zarr", "raw"), { recursive: true });
    mkdirSync(join(folder, "v", "other"), { recursive: true });
    writeFileSync(join(folder, "v", "one.zarr", "raw", "0.0"), "");
    expect(findFiles(folder, pattern)).toEqual(expected);
    expect(["v/one.zarr", "v/one.zarr/raw/0.0"].filter(patternMatcher(pattern))).toEqual(expected);
  });

  it("looks into a Zarr store where members of an archive are meant", () => {
    const path = "v/one.zarr/raw/0.0";
    expect(patternMatcher("v/**/0.0", { entersStores: true })(path)).toBe(true);
    expect(patternMatcher("v/**/0.0")(path)).toBe(false);
  });

  it("gives what stands in a file's place without being one, so that it is not called missing", () => {
    const folder = temporaryDirectory();
    mkdirSync(join(folder, "x", "folder.json"), { recursive: true });
    symlinkSync("/nowhere-at-all", join(folder, "x", "link.json"));
    expect(findFiles(folder, "x/folder.json")).toEqual(["x/folder.json"]);
    expect(findFiles(folder, "x/link.json")).toEqual(["x/link.json"]);
    expect(findFiles(folder, "x/*.json")).toEqual(["x/link.json"]);
    expect(findFiles(folder, "x/absent.json")).toEqual([]);
  });

  it("refuses braces that multiply without end", () => {
    expect(() => findFiles(root, "{a,b}".repeat(20))).toThrow(RangeError);
  });
});

describe("Limiter", () => {
  it("runs at most so many at once, and no more than memory allows", async () => {
    const limiter = new Limiter({ slots: 3, memoryBytes: 100 });
    let running = 0;
    let used = 0;
    let most = 0;
    let mostUsed = 0;
    const work = (memory: number) =>
      limiter.run(memory, async () => {
        running++;
        used += memory;
        most = Math.max(most, running);
        mostUsed = Math.max(mostUsed, running > 1 ? used : 0);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        used -= memory;
      });
    await Promise.all([10, 60, 60, 500, 10, 10, 10, 30, 20, 60].map(work));
    expect(most).toBe(3);
    expect(mostUsed).toBeLessThanOrEqual(100);
    expect(running).toBe(0);
  });

  it("goes on after a failure", async () => {
    const limiter = new Limiter({ slots: 1, memoryBytes: 1 });
    await expect(limiter.run(1, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    await expect(limiter.run(1, async () => 7)).resolves.toBe(7);
  });
});

describe("jobLimits", () => {
  it.each([
    [
      { memory: "500MB", time: "90s" },
      { memoryBytes: 5e8, seconds: 90 },
    ],
    [
      { memory: "1.5 GiB", time: "2h" },
      { memoryBytes: 1.5 * 2 ** 30, seconds: 7200 },
    ],
    [{}, { memoryBytes: 2e9, seconds: 1800 }],
  ])("%o", (given, expected) => expect(jobLimits(given)).toEqual(expected));
});
