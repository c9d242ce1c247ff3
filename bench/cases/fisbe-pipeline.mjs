import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { cli, measureSuccess, root } from "../measure.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "the pipeline fisbe over a volume of full size";
export const columns = ["step", "seconds", "peak memory"];

const SAMPLE = "VT000001-20240101_1_A1";
const SEED = 11;
/** What the store, the tables and their temporary files take. */
const DISK_BYTES = 6e9;
/** Of the whole tree of processes, bytes. */
const MEMORY_TARGET = 3e9;

/** @param {{ folder: string, say: (text: string) => void, preset?: "tiny" | "small" | "full" }} options */
export async function measure({ folder, say, preset = "full" }) {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  if (preset === "full" && bavail * bsize < DISK_BYTES) {
    return { skipped: `${folder} has ${megabytes(bavail * bsize)} free, not ${megabytes(DISK_BYTES)}` };
  }
  const scratch = mkdtempSync(join(folder, "fisbe-pipeline-"));
  try {
    return await measureIn(scratch, { say, preset });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureIn(scratch, { say, preset }) {
  const { writeSyntheticVolume } = await import("../../dist/sample-data/fisbe/volume-store.js");
  const mirror = join(scratch, "raw");
  const home = join(scratch, "home");
  say("writing the volume");
  const store = join(mirror, "fisbe", "fisbe_synthetic", "completely", "test", `${SAMPLE}.zarr`);
  const volume = await writeSyntheticVolume(store, { seed: SEED, preset });
  const run = async (what) => {
    say(what);
    const pipeline = join(root, "pipelines", "fisbe.yaml");
    const result = await measureSuccess(process.execPath, [
      cli,
      ...["run", pipeline, "--sources", mirror, "--home", home, "--jobs", "2", "--json"],
    ]);
    return { ...result, steps: JSON.parse(result.stdout).steps };
  };
  const first = await run("for the first time");
  const again = await run("again");
  if (again.steps.some(({ partitions }) => partitions.ran > 0))
    throw new Error("units ran again though nothing changed");
  const query = async (sql) => {
    const { stdout } = await measureSuccess(process.execPath, [cli, "sql", sql, "--home", home, "--format", "json"]);
    return JSON.parse(stdout);
  };
  const steps = await query(
    "select step, sum(seconds) as seconds, max(peak_memory_bytes)::double as peak from neurotables.step where step not like 'table %' and step not like 'check %' group by step order by seconds desc, step",
  );
  const scores = await query(
    "select method, value from segmentation.metric where scope = 'image' and profile = 'flylight' and metric = 'general.avg_f1_cov_score' order by method",
  );
  return {
    rows: [
      ...steps.map(({ step, seconds: took, peak }) => [step, seconds(took), megabytes(peak)]),
      ["all of them", seconds(first.wall), megabytes(first.peak)],
      ["again, nothing changed", seconds(again.wall), megabytes(again.peak)],
    ],
    targets: [{ what: "peak memory", limit: MEMORY_TARGET / 1e6, found: first.peak / 1e6, unit: "MB" }],
    notes: [
      `Three channels of ${volume.shape.join(" × ")} voxels, ${volume.instanceCount} neurons, seed ${SEED}; two units of work at once, ${seconds(first.cpu)} of processor time in all.`,
      `S: ${scores.map(({ method, value }) => `${method} ${value.toFixed(3)}`).join(", ")}.`,
    ],
  };
}
