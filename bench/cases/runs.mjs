import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isQuiet } from "../machine.mjs";
import { cli, measureSuccess, needed, realSources, root, timeCommand } from "../measure.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "cold and cached runs";
export const columns = ["run", "steps", "rows", "wall", "processor", "peak memory"];

const COLD_RUNS = 3;
const CACHED_RUNS = 10;

export async function measure({ folder, say }) {
  const { writeSampleSources } = await import("../../dist/sample-data/sample-sources.js");
  const sample = join(folder, "sample");
  mkdirSync(sample, { recursive: true });
  await writeSampleSources({ directory: sample });
  const rows = [];
  const targets = [];
  const add = async (name, pipeline, sources) => {
    say(`${name}, ${COLD_RUNS} times cold and ${CACHED_RUNS} times cached`);
    const file = join(root, "pipelines", `${pipeline}.yaml`);
    const quiet = isQuiet();
    const cold = [];
    const argumentsOf = (home) => [cli, "run", file, "--sources", sources, "--home", home, "--json"];
    for (let i = 0; i < COLD_RUNS; i++) {
      cold.push(await measureSuccess(process.execPath, argumentsOf(join(folder, `${pipeline}-${i}`))));
    }
    cold.sort((a, b) => a.cpu - b.cpu || a.wall - b.wall);
    const middle = cold[Math.floor(COLD_RUNS / 2)];
    const { steps } = JSON.parse(middle.stdout);
    const made = steps.reduce((sum, step) => sum + step.rows, 0).toLocaleString("en");
    const home = join(folder, `${pipeline}-0`);
    const again = await measureSuccess(process.execPath, argumentsOf(home));
    if (JSON.parse(again.stdout).steps.some(({ status }) => status === "ran"))
      throw new Error("the second run ran steps");
    const cached = timeCommand(process.execPath, argumentsOf(home), { times: CACHED_RUNS });
    rows.push([
      `${name}, cold`,
      String(steps.filter(({ status }) => status === "ran").length),
      made,
      seconds(middle.wall),
      seconds(middle.cpu),
      megabytes(middle.peak),
    ]);
    rows.push([`${name}, all cached`, "0", made, seconds(cached.middle), seconds(cached.cpu), megabytes(again.peak)]);
    targets.push({ what: `${name}, cached`, limit: 1, found: needed(cached), unit: "s" });
    return { middle, quiet };
  };
  await add("`quickstart`, sample files", "quickstart", sample);
  await add("`celegans-connectome`, sample files", "celegans-connectome", sample);
  const sources = realSources();
  const notes = [`Median of ${COLD_RUNS} cold runs by processor time, and of ${CACHED_RUNS} cached ones.`];
  if (sources === undefined) notes.push("Real files: skipped, there are none.");
  else {
    const { middle, quiet } = await add("`celegans-connectome`, real files", "celegans-connectome", sources);
    targets.push({ what: "real files, cold, processor", limit: 20, found: middle.cpu, unit: "s", judged: quiet });
    targets.push({ what: "real files, cold", limit: 12, found: middle.wall, unit: "s", judged: quiet });
  }
  return { rows, targets, notes };
}
