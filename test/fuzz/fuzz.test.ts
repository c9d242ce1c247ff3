import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/real-data.js";
import { readInput, runTarget } from "./run-target.js";
import { TARGETS } from "./targets.js";

const inputs = Number(process.env.NEUROTABLES_FUZZ_INPUTS ?? 500);
const seed = Number(process.env.NEUROTABLES_FUZZ_SEED ?? 1);
const only = process.env.NEUROTABLES_FUZZ_INPUT === undefined ? undefined : Number(process.env.NEUROTABLES_FUZZ_INPUT);
const chosen = process.env.NEUROTABLES_FUZZ_TARGET?.split(",");
const targets = TARGETS.filter(({ name }) => chosen === undefined || chosen.includes(name));

describe(`fuzz, ${inputs} inputs each, seed ${seed}`, () => {
  for (const target of targets) {
    it(target.name, { timeout: 3_600_000 }, async () => {
      const { values, tags, failures } = await runTarget(target, {
        inputs,
        seed,
        ...(only === undefined ? {} : { only }),
      });
      const refused = Object.values(tags).reduce((sum, count) => sum + count, 0);
      if (process.env.NEUROTABLES_FUZZ_REPORT === "1") console.log(target.name, { values, refused }, tags);
      expect(failures).toEqual([]);
      expect(values + refused).toBe(only === undefined ? inputs : 1);
    });
  }
});

/** Files are `TARGET.WHAT.bin`: inputs that once broke a reader. */
const folder = join(repositoryRoot, "test/fixtures/fuzz");
const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".bin")) : [];

describe("inputs that once broke a reader", () => {
  for (const name of kept) {
    it(name, async () => {
      const target = TARGETS.find((each) => each.name === name.split(".")[0]);
      if (target === undefined) throw new Error(`${name}: no such target`);
      expect(await readInput(target, readFileSync(join(folder, name)))).toMatch(/^[a-z]+\//);
    });
  }
  it("exist as files or not at all", () => expect(kept.every((name) => name.split(".").length === 3)).toBe(true));
});
