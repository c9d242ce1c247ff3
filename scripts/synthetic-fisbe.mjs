// Writes synthetic FISBe-like volumes as Zarr stores, one after another in bounded memory. Builds first.
// node scripts/synthetic-fisbe.mjs --into DIR [--preset tiny|small|full] [--count N] [--seed S] [--partly]
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    into: { type: "string" },
    preset: { type: "string", default: "small" },
    count: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    partly: { type: "boolean", default: false },
  },
});
const count = Number(options.count);
const seed = Number(options.seed);
if (!options.into || !["tiny", "small", "full"].includes(options.preset) || !(count >= 1) || !(seed >= 0)) {
  console.error("use: synthetic-fisbe.mjs --into DIR [--preset tiny|small|full] [--count N] [--seed S] [--partly]");
  process.exit(2);
}
const build = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: ["ignore", 2, 2] });
if (build.status !== 0) process.exit(build.status ?? 1);

const { writeSyntheticVolume } = await import("../dist/sample-data/fisbe/volume-store.js");
for (let i = 0; i < count; i++) {
  const folder = join(resolve(options.into), `synthetic_${options.preset}_${seed + i}.zarr`);
  let shown = -1;
  const volume = await writeSyntheticVolume(
    folder,
    { seed: seed + i, preset: options.preset, partly: options.partly },
    ({ done, total }) => {
      const tenth = Math.floor((10 * done) / total);
      if (tenth > shown && options.preset === "full") console.error(`${folder}: ${10 * tenth} %`);
      shown = Math.max(shown, tenth);
    },
  );
  console.log(`${folder}: ${volume.neurons.length} neurons, ${volume.instanceCount} in the ground truth`);
}
