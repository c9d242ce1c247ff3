import { describe, expect, it } from "vitest";
import { runTarget } from "./run-target.js";
import type { FuzzTarget } from "./targets.js";

const inputs = Number(process.env.NEUROTABLES_FUZZ_INPUTS ?? 2000);
const seed = Number(process.env.NEUROTABLES_FUZZ_SEED ?? 1);
const only = process.env.NEUROTABLES_FUZZ_INPUT === undefined ? undefined : Number(process.env.NEUROTABLES_FUZZ_INPUT);
const chosen = process.env.NEUROTABLES_FUZZ_TARGET?.split(",");

/** One test per target: it takes its share of `NEUROTABLES_FUZZ_INPUTS` mutated files (default 2,000) without a failure. */
export function fuzzTargets(targets: readonly FuzzTarget[]): void {
  const wanted = targets.filter(({ name }) => chosen === undefined || chosen.includes(name));
  describe(`fuzz, seed ${seed}`, () => {
    if (wanted.length === 0) it.skip("none of these targets is chosen", () => {});
    for (const target of wanted) {
      const count = Math.ceil(inputs * (target.share ?? 1));
      it(`${target.name}, ${count} inputs`, { timeout: 3_600_000 }, async () => {
        const options = { inputs: count, seed, ...(only === undefined ? {} : { only }) };
        const { values, tags, failures } = await runTarget(target, options);
        const refused = Object.values(tags).reduce((sum, refusals) => sum + refusals, 0);
        if (process.env.NEUROTABLES_FUZZ_REPORT === "1") console.log(target.name, { values, refused }, tags);
        expect(failures).toEqual([]);
        expect(values + refused).toBe(only === undefined ? count : 1);
      });
    }
  });
}
