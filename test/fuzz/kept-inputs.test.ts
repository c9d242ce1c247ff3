import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";
import { LOADER_TARGETS } from "./loader-targets.js";
import { readInput } from "./run-target.js";
import { TARGETS } from "./targets.js";
import { Watchdog } from "./watchdog.js";

/** Files are `TARGET.WHAT.bin`: inputs that once broke a reader or a loader. */
const folder = join(repositoryRoot, "test/fixtures/fuzz");
const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".bin")) : [];
const targets = [...TARGETS, ...LOADER_TARGETS];

describe("inputs that once broke a reader", () => {
  for (const name of kept) {
    it(name, async () => {
      const target = targets.find((each) => each.name === name.split(".")[0]);
      if (target === undefined) throw new Error(`${name}: no such target`);
      // Slow modules are loaded within: more seconds than an input of a run has, but no more memory.
      const watchdog = new Watchdog({ label: name, seconds: 20, megabytes: 256 });
      watchdog.begin(0);
      const bytes = readFileSync(join(folder, name));
      expect((await readInput(target, bytes)) ?? "value").toMatch(/^(value$|[a-z]+\/)/);
      await watchdog.stop();
    });
  }
  it("exist as files or not at all", () => expect(kept.every((name) => name.split(".").length === 3)).toBe(true));
  it("have targets of different names", () =>
    expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length));
});
