import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { cli, measureSuccess, root } from "../measure.mjs";
import { changeRecording, writeRecordings } from "../recordings.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "a dataset of many recordings, and one of them changed";
export const columns = ["run", "units of work", "wall", "processor", "peak memory"];

const SIZES = { rois: 150, frames: 4000, steps: [0.25] };
/** Raw files, and the same numbers in source_trace, trace and, resampled, in trace twice more. */
const DISK_FACTOR = 5;
/** Of the whole tree of processes, bytes. */
const MEMORY_TARGET = 1.5e9;

/**
 * @param {{ folder: string, say: (text: string) => void, recordings?: number, sizes?: typeof SIZES }} options
 *   NEUROTABLES_BENCH_RECORDINGS is how many recordings are made (1,000), NEUROTABLES_BENCH_FOLDER where (24 GB).
 */
export async function measure({ folder, say, recordings, sizes = SIZES }) {
  const count = recordings ?? Number(process.env.NEUROTABLES_BENCH_RECORDINGS ?? 1000);
  const parent = process.env.NEUROTABLES_BENCH_FOLDER ?? folder;
  mkdirSync(parent, { recursive: true });
  const raw = count * sizes.rois * sizes.frames * 8;
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize < DISK_FACTOR * raw) {
    return { skipped: `${parent} has ${megabytes(bavail * bsize)} free, not ${megabytes(DISK_FACTOR * raw)}` };
  }
  const scratch = mkdtempSync(join(parent, "activity-large-"));
  try {
    return await measureIn(scratch, { say, count, sizes });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureIn(scratch, { say, count, sizes }) {
  const mirror = join(scratch, "raw");
  say(`writing ${count} recordings`);
  const bytes = await writeRecordings({ mirror, recordings: count, ...sizes });
  const run = async (what) => {
    say(what);
    const pipeline = join(root, "pipelines", "celegans-activity.yaml");
    const args = ["run", pipeline, "--sources", mirror, "--home", join(scratch, "home"), "--json"];
    const result = await measureSuccess(process.execPath, [cli, ...args]);
    const { steps } = JSON.parse(result.stdout);
    const ran = steps.reduce((sum, { partitions }) => sum + partitions.ran, 0);
    return { ...result, steps, ran };
  };
  const first = await run("for the first time");
  const again = await run("again");
  await changeRecording({ mirror, index: Math.floor(count / 2), ...sizes });
  const changed = await run("with one recording changed");
  requireOneRecording(changed.steps, count);
  if (again.ran !== 0) throw new Error(`${again.ran} units ran again although nothing has changed`);
  const row = (name, { ran, wall, cpu, peak }) => [
    name,
    ran.toLocaleString("en"),
    seconds(wall),
    seconds(cpu),
    megabytes(peak),
  ];
  const peak = Math.max(first.peak, again.peak, changed.peak);
  const shape = `${count.toLocaleString("en")} recordings × ${sizes.rois} ROIs × ${sizes.frames.toLocaleString("en")} frames`;
  return {
    rows: [row("for the first time", first), row("again", again), row("one recording has changed", changed)],
    targets: [{ what: "peak memory", limit: MEMORY_TARGET / 1e6, found: peak / 1e6, unit: "MB" }],
    notes: [
      `\`celegans-activity\` on ${shape} of float64, ${(bytes / 1e9).toFixed(2)} GB of HDF5: ${megabytes(bytes / first.wall)} of raw files per second.`,
    ],
  };
}

/** The steps that work recording by recording did so for one; the others ran at most once, as they always do. */
function requireOneRecording(steps, count) {
  const load = steps.find(({ step }) => step === "dag2023_labelled");
  if (load?.partitions.ran !== 1 || load.partitions.cached !== count - 1) {
    throw new Error(`of ${count} recordings, ${load?.partitions.ran} were loaded again, not 1`);
  }
  const more = steps.filter(({ partitions }) => partitions.ran > 1).map(({ step }) => step);
  if (more.length > 0) throw new Error(`${more.join(", ")} ran for more than the recording that has changed`);
}
