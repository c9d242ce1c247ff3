import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cli, measureHere, measureSuccess } from "../measure.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "planning 10,000 partitions";
export const columns = ["`neurotables plan`", "wall", "processor", "peak memory"];

const PARTITIONS = 10_000;
const FOLDERS = 100;
const LOADER = `export default {
  name: "lines",
  description: "One row per line",
  partition: "file",
  outputs: ["line"],
  load() {
    throw new Error("only planned");
  },
};
`;
const PIPELINE = `pipeline: many
dataset: bench
sources: { lines: { files: "lines/**/*.txt" } }
steps:
  lines: { load: ./loader.mjs, source: lines, into: line }
`;
const CONTRACT = `dataset: bench
table: line
description: Lines of many small files.
key: [source_id, line]
fields:
  - { name: source_id, type: utf8, description: The file. }
  - { name: line, type: int32, description: Number of the line. }
  - { name: text, type: utf8, description: What it says. }
`;

/** A project of many small files; the path of its pipeline. */
function writeProject(folder) {
  for (const part of ["pipelines", "schemas/bench"]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "pipelines", "many.yaml"), PIPELINE);
  writeFileSync(join(folder, "pipelines", "loader.mjs"), LOADER);
  writeFileSync(join(folder, "schemas", "bench", "line.yaml"), CONTRACT);
  for (let i = 0; i < FOLDERS; i++) mkdirSync(join(folder, "raw", "lines", String(i)), { recursive: true });
  for (let i = 0; i < PARTITIONS; i++) writeFileSync(fileOf(folder, i), `line ${i}\n`);
  return join(folder, "pipelines", "many.yaml");
}

function fileOf(folder, index) {
  return join(folder, "raw", "lines", String(index % FOLDERS), `${index}.txt`);
}

/** Stores what a run of every unit would: its record, with one part for all of them. */
async function finishAll(folder, file) {
  const { readPipelines } = await import("../../dist/engine/pipeline-file.js");
  const { planUnits } = await import("../../dist/engine/plan.js");
  const { Store } = await import("../../dist/store/store.js");
  const { TableWriter } = await import("../../dist/tables/table-writer.js");
  const home = join(folder, "home");
  const store = await Store.open({ home });
  const project = { root: folder, home, sources: [join(folder, "raw")], store };
  const [pipeline] = await readPipelines([file], { project });
  const { units } = await planUnits({ project, pipelines: [pipeline] });
  const [step] = pipeline.steps;
  const outputs = [];
  for (const table of step.into) {
    const { contract } = pipeline.contracts.get(table);
    const directory = await store.temporaryDirectory("bench");
    const { paths, hash } = await TableWriter.create({ contract, directory }).finish();
    const { sha256, bytes } = await store.adoptPart(paths[0], { rows: 0 });
    const parts = [{ sha256, bytes, rows: 0 }];
    outputs.push({ table, contractHash: contract.hash, tableHash: hash, rows: 0, bytes, hash, parts });
  }
  for (const { key, keyParts, partition } of units) {
    await store.commitStep({
      key,
      keyParts,
      pipeline: "many",
      step: "lines",
      partition,
      outputs: outputs.map(({ hash, ...output }) => ({
        ...output,
        partitions: [{ partition: `lines/${partition}`, rows: 0, hash }],
      })),
      counts: { read: 1, carried: 1, dropped: 0 },
      seconds: 0,
      peakMemoryBytes: 0,
      finishedAt: new Date(0).toISOString(),
      run: "bench",
    });
    await store.rememberKey({ pipeline: "many", step: "lines", partition }, { key, run: "bench", at: "" });
  }
}

export async function measure({ folder, say }) {
  say(`writing ${PARTITIONS} files`);
  const file = writeProject(folder);
  const plan = async (expected) => {
    const args = ["plan", file, "--sources", join(folder, "raw"), "--home", join(folder, "home"), "--json"];
    const result = await measureSuccess(process.execPath, [cli, ...args]);
    const { counts } = JSON.parse(result.stdout);
    if (counts.run !== expected) throw new Error(`${counts.run} units to run, not ${expected}`);
    return result;
  };
  const row = (name, { wall, cpu, peak }) => [name, seconds(wall), seconds(cpu), megabytes(peak)];
  const first = await plan(PARTITIONS);
  const second = await plan(PARTITIONS);
  say("storing the record of each");
  const { wall } = await measureHere(() => finishAll(folder, file));
  const done = await plan(0);
  appendFileSync(fileOf(folder, 4711), "changed\n");
  const changed = await plan(1);
  return {
    rows: [
      row("for the first time: every file is hashed", first),
      row("again: files are known, nothing has run", second),
      row("everything is up to date", done),
      row("one file has changed", changed),
    ],
    targets: [
      { what: "plan of 10,000 partitions, cold", limit: 5, found: first.cpu || first.wall, unit: "s" },
      { what: "plan of 10,000 partitions, up to date", limit: 5, found: done.cpu || done.wall, unit: "s" },
    ],
    notes: [
      `${PARTITIONS.toLocaleString("en")} files of one line in ${FOLDERS} folders; storing the records of all took ${seconds(wall)}.`,
    ],
  };
}
