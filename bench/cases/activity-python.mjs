import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { findPython } from "../find-python.mjs";
import { cli, measureSuccess, realSources, root } from "../measure.mjs";
import { writeRecordings } from "../recordings.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "recordings on a common time grid, against the straightforward way in Python";
export const columns = ["way", "wall", "processor", "peak memory"];

const ROUNDS = 3;
const PACKAGES = ["h5py", "numpy", "pandas", "pyarrow"];
/** Every other one is sampled more finely than the grid, so that both rules of resampling have work. */
const GENERATED = { recordings: 40, rois: 150, frames: 1600, steps: [0.6, 0.25] };
/** Of resampled values, of the value; of z-scores, of the larger of the value and 1. */
const TOLERANCE = 1e-9;
const OURS = "neurotables: the same, every value checked, every raw field loaded or accounted for";

/** @param {{ folder: string, say: (text: string) => void, generated?: typeof GENERATED, rounds?: number }} options */
export async function measure({ folder, say, generated = GENERATED, rounds = ROUNDS }) {
  const python = findPython(PACKAGES);
  if (python.reason !== undefined) return { skipped: python.reason };
  mkdirSync(folder, { recursive: true });
  const { recordings, rois, frames, steps } = generated;
  const name = `${recordings} × ${rois} ROIs × ${frames.toLocaleString("en")} frames`;
  const mirror = join(folder, "generated");
  const bytes = await writeRecordings({ mirror, ...generated });
  const rows = [];
  const notes = [`Median of ${rounds} interleaved rounds; Python ${python.versions}.`];
  const real = realFiles();
  if (real === undefined) notes.push("Real files: skipped, there are none.");
  else {
    const values = await compare({ name: "six real files", mirror: real, folder: join(folder, "real") });
    notes.push(`Six real files (Dag 2023): the same ${values.toLocaleString("en")} values.`);
  }
  const values = await compare({ name, mirror, folder: join(folder, "many") });
  notes.push(
    `Generated: ${megabytes(bytes)} of HDF5, steps of ${steps.join(" and ")} s in turn; the same ${values.toLocaleString("en")} values.`,
  );
  return { rows, notes };

  async function compare(task) {
    mkdirSync(task.folder, { recursive: true });
    const pipeline = join(root, "bench", "pipelines", "resampled-traces.yaml");
    const run = (home) =>
      measureSuccess(process.execPath, [cli, "run", pipeline, "--sources", task.mirror, "--home", home]);
    const script = join(root, "bench", "python", "activity.py");
    const theirs = [];
    const ours = [];
    for (let i = 0; i < rounds; i++) {
      say(`${task.name}, round ${i + 1} of ${rounds}`);
      const table = join(task.folder, `python-${i}.parquet`);
      theirs.push(await measureSuccess(python.command, ["-W", "ignore", script, task.mirror, table]));
      ours.push(await run(join(task.folder, `home-${i}`)));
    }
    const again = await run(join(task.folder, "home-0"));
    const middle = (all, what) => all.map((each) => each[what]).sort((a, b) => a - b)[Math.floor(all.length / 2)];
    const line = (way, all) => [
      `${task.name}; ${way}`,
      seconds(middle(all, "wall")),
      seconds(middle(all, "cpu")),
      megabytes(middle(all, "peak")),
    ];
    const ratio = (what) => (middle(theirs, what) / middle(ours, what)).toFixed(2);
    rows.push(line("Python: load, resample, z-score, Parquet", theirs), line(OURS, ours));
    rows.push([`${task.name}; Python ÷ neurotables`, ratio("wall"), ratio("cpu"), ratio("peak")]);
    rows.push(line("neurotables, again (Python does it all again)", [again]));
    return await requireEqual(join(task.folder, "home-0"), join(task.folder, "python-0.parquet"));
  }
}

/** A mirror folder with the real recordings, or undefined. */
function realFiles() {
  const sources = realSources();
  const folder = join(sources ?? "", "celegans", "Dag2023", "swf702_with_id");
  return sources !== undefined && existsSync(folder) && readdirSync(folder).length > 0 ? sources : undefined;
}

/** Both wrote the same traces: every value, mean and standard deviation. @returns how many values */
async function requireEqual(home, file) {
  const { Store } = await import("../../dist/store/store.js");
  const store = await Store.open({ home });
  const { snapshots } = store.currentGeneration();
  const partsOf = (table) => {
    const paths = snapshots[`celegans_activity.${table}`].parts.map((part) => `'${store.partPath(part)}'`);
    return `read_parquet([${paths.join(", ")}])`;
  };
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  // Missing in both is equal; in one, it is the largest of all differences. pandas writes NaN in lists as null.
  const missing = (value) => `coalesce(isnan(${value}), true)`;
  const difference = `case when ${missing("pair[1]")} and ${missing("pair[2]")} then 0
    when ${missing("pair[1]")} or ${missing("pair[2]")} then 'infinity'::double
    else abs(pair[1] - pair[2]) / greatest(abs(pair[1]), abs(pair[2]), if(kind = 'resampled_z', 1, 1e-300)) end`;
  const [[rows, values, alone, lengths, largest]] = (
    await connection.runAndReadAll(`
      with ours as (select recording_id, column_index, kind, "values", mean, std
                    from ${partsOf("trace")} as trace join ${partsOf("roi_record")} as roi using (recording_id, roi)),
           both_ways as (select kind, ours."values" as a, theirs."values" as b, ours.mean as ma, theirs.mean as mb,
                           ours.std as sa, theirs.std as sb
                         from ours full join '${file}' as theirs using (recording_id, column_index, kind))
      select count(*), sum(len(a)), count(*) filter (a is null or b is null), count(*) filter (len(a) <> len(b)),
             max(greatest(
               list_max(list_transform(list_zip(a, b), lambda pair: ${difference})),
               abs(ma - mb) / greatest(abs(ma), abs(mb)), abs(sa - sb) / greatest(sa, sb)))
      from both_ways`)
  ).getRows();
  connection.closeSync();
  instance.closeSync();
  if (Number(rows) === 0 || Number(alone) > 0 || Number(lengths) > 0) {
    throw new Error(`of ${rows} traces, ${alone} are in one of the two alone and ${lengths} differ in length`);
  }
  if (!(largest <= TOLERANCE)) throw new Error(`the largest relative difference is ${largest}, not ${TOLERANCE}`);
  return Number(values);
}
