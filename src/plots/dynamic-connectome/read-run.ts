import type { Vector } from "apache-arrow";
import { numbersOf, type PlotTables, sqlLiteral } from "../plot-tables.js";
import type { ActiveInterval, BinBlock, ChosenRank, ComponentFacts, RunFacts } from "./run-data.js";

const MOST_BINS = 2_000_000;
const MOST_INTERVALS = 100_000;
/** Most components of a run. */
export const MOST_COMPONENTS = 1000;

/** The facts of a run that is known to be there. */
export async function readRun(tables: PlotTables, runId: string): Promise<RunFacts> {
  type Row = {
    alignment: RunFacts["alignment"];
    kernel: RunFacts["kernel"];
    neuron_set: RunFacts["neuronSet"];
    control: string | null;
    control_of: string | null;
    n_bins: number;
    bin_frames: number;
    neurons: Vector;
    animals: Vector;
  };
  const [row] = await tables.rows<Row>(
    `SELECT alignment, kernel, neuron_set, control, control_of, n_bins, bin_frames, neurons, animals
     FROM dynamic_connectome.experiment WHERE run_id = ${sqlLiteral(runId)} LIMIT 1`,
  );
  if (row === undefined) throw new Error(`the run is gone: ${runId}`);
  return {
    id: runId,
    alignment: row.alignment,
    kernel: row.kernel,
    neuronSet: row.neuron_set,
    control: row.control,
    controlOf: row.control_of,
    neurons: textsOf(row.neurons),
    animals: textsOf(row.animals),
    bins: row.n_bins,
    binFrames: row.bin_frames,
    rank: await readChosenRank(tables, runId),
  };
}

async function readChosenRank(tables: PlotTables, runId: string): Promise<ChosenRank | undefined> {
  if (!tables.has("dynamic_connectome.rank")) return undefined;
  const [row] = await tables.rows<ChosenRank>(
    `SELECT rank, choice, reproducible FROM dynamic_connectome.rank
     WHERE run_id = ${sqlLiteral(runId)} AND chosen ORDER BY rank LIMIT 1`,
  );
  return row === undefined ? undefined : { rank: row.rank, choice: row.choice, reproducible: row.reproducible };
}

/** Components by number: by falling weight. */
export async function readComponentFacts(tables: PlotTables, runId: string): Promise<ComponentFacts[]> {
  type Row = {
    component: number;
    lambda: number;
    share: number;
    fms_to_starts: number | null;
    reproducible: boolean | null;
  };
  const rows = await tables.rows<Row>(
    `SELECT component, "lambda", share, fms_to_starts, reproducible FROM dynamic_connectome.component
     WHERE run_id = ${sqlLiteral(runId)} ORDER BY component LIMIT ${MOST_COMPONENTS}`,
  );
  return rows.map(({ component, lambda, share, fms_to_starts: match, reproducible }) => ({
    component,
    lambda,
    share,
    match,
    reproducible,
  }));
}

/** Bins along the time mode, cut where the animal changes. */
export async function readBins(
  tables: PlotTables,
  runId: string,
): Promise<{ readonly blocks: readonly BinBlock[]; readonly firstFrames: readonly Int32Array[] }> {
  type Row = { animal: string | null; first_bin: number; times: Vector; frames: Vector };
  const rows = await tables.rows<Row>(
    `WITH bins AS (
       SELECT *, row_number() OVER (ORDER BY bin) - row_number() OVER (PARTITION BY animal_id ORDER BY bin) AS stretch
       FROM (FROM dynamic_connectome.bin WHERE run_id = ${sqlLiteral(runId)} ORDER BY bin LIMIT ${MOST_BINS})
     )
     SELECT animal_id AS animal, min(bin)::INTEGER AS first_bin, list(t_s ORDER BY bin) AS times,
       list(first_frame ORDER BY bin) AS frames
     FROM bins GROUP BY animal_id, stretch ORDER BY min(bin)`,
  );
  const times = rows.map((row) => Float64Array.from(numbersOf(row.times)));
  const halfS = (medianStep(times) ?? 1) / 2;
  const blocks = rows.map((row, index) => {
    const timesS = times[index] as Float64Array;
    const [first, last] = [timesS[0] as number, timesS.at(-1) as number];
    return { animal: row.animal, firstBin: row.first_bin, timesS, startS: first - halfS, endS: last + halfS };
  });
  return { blocks, firstFrames: rows.map((row) => Int32Array.from(numbersOf(row.frames))) };
}

/** Median time between bins that follow each other; undefined where no block has two. */
export function medianStep(blocks: readonly Float64Array[]): number | undefined {
  const steps = blocks.flatMap((times) => [...times.subarray(1)].map((time, index) => time - (times[index] as number)));
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1];
}

/** Intervals in the order in which they follow one another, as far as a table has them. */
export async function readIntervals(tables: PlotTables, runId: string): Promise<ActiveInterval[]> {
  if (!tables.has("dynamic_connectome.interval")) return [];
  type Row = { component: number; animal: string | null; start_s: number; end_s: number };
  const rows = await tables.rows<Row>(
    `SELECT component, animal_id AS animal, t_start_s AS start_s, t_end_s AS end_s FROM dynamic_connectome.interval
     WHERE run_id = ${sqlLiteral(runId)} ORDER BY first_bin, component, interval LIMIT ${MOST_INTERVALS}`,
  );
  return rows.map(({ component, animal, start_s: startS, end_s: endS }) => ({ component, animal, startS, endS }));
}

/** Texts of a list column. */
export function textsOf(list: Vector | readonly string[] | null): string[] {
  return list === null ? [] : [...(list as Iterable<string>)];
}
