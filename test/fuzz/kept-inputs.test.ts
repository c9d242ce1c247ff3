import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";
import { LOADER_TARGETS } from "./loader-targets.js";
import { readInput } from "./run-target.js";
import { TARGETS } from "./targets.js";

/** Files are `TARGET.WHAT.bin`: inputs that once broke a reader or a loader. */
const folder = join(repositoryRoot, "test/fixtures/fuzz");
const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".bin")) : [];
const targets = [...TARGETS, ...LOADER_TARGETS];

describe("inputs that once broke a reader", () => {
  for (const name of kept) {
    it(name, async () => {
      const target = targets.find((each) => each.name === name.split(".")[0]);
      if (target === undefined) throw new Error(`${name}: no such target`);
      expect((await readInput(target, readFileSync(join(folder, name)))) ?? "value").toMatch(/^(value$|[a-z]+\/)/);
    });
  }
  it("exist as files or not at all", () => expect(kept.every((name) => name.split(".").length === 3)).toBe(true));
  it("have targets of different names", () =>
    expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length));
});
