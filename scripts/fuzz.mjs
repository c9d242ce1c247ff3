// `npm run fuzz -- [--inputs 10000] [--seed 1] [--target xlsx,csv] [--input 17]`: every reader of test/fuzz/targets.ts, and
// every loader of test/fuzz/loader-targets.ts, against mutated files. `--input` runs one input again. A failing input is
// kept in the temporary folder.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    target: { type: "string" },
    input: { type: "string" },
  },
});
for (const name of ["inputs", "seed", "input"]) {
  if (values[name] !== undefined && !/^\d+$/.test(values[name])) {
    console.error(`--${name} takes a whole number, not "${values[name]}"`);
    process.exit(2);
  }
}
const vitest = join(dirname(createRequire(join(root, "package.json")).resolve("vitest/package.json")), "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "test/fuzz", "--disable-console-intercept"], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    NEUROTABLES_FUZZ_REPORT: "1",
    NEUROTABLES_FUZZ_INPUTS: values.inputs,
    NEUROTABLES_FUZZ_SEED: values.seed,
    ...(values.target === undefined ? {} : { NEUROTABLES_FUZZ_TARGET: values.target }),
    ...(values.input === undefined ? {} : { NEUROTABLES_FUZZ_INPUT: values.input }),
  },
});
process.exit(status ?? 1);
