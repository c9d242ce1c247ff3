// `node scripts/endurance.mjs [--rounds 100] [--seed 1]`: the tests of test/fault that go through the command line, for
// longer than a test run has time for. `--kill 100` runs the rounds of killed runs alone. 100 rounds of kills take some
// ten minutes on two cores.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    kill: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  console.error(`--${name} takes a whole number, not "${value}"`);
  process.exit(2);
}
const names = ["kill", "kill-points", "full-disk", "concurrent-runs"];
const tests = (values.kill === undefined ? names : ["kill"]).map((name) => `test/fault/${name}.test.ts`);
const vitest = join(dirname(createRequire(join(root, "package.json")).resolve("vitest/package.json")), "vitest.mjs");
// One file after the other: they would slow each other down, and a kill should hit a run at every stage.
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", ...tests, "--disable-console-intercept", "--no-file-parallelism"],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      NEUROTABLES_ENDURANCE_ROUNDS: values.kill ?? values.rounds,
      NEUROTABLES_ENDURANCE_SEED: values.seed,
    },
  },
);
process.exit(status ?? 1);
