import type { Data } from "apache-arrow";
import { ContractError } from "../../base/errors.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import type { BinRow, ExperimentRow, FactorAnimalRow } from "../../tables/generated/dynamic_connectome.js";
import type { TableSource } from "../../tables/table-io.js";

/** The bins of a run, in order. */
export interface RunBins {
  readonly bins: Int32Array;
  /** Centres, seconds after the first frame of the animal. */
  readonly centres: Float64Array;
  /** Index into the run's animals of each; −1 where all share the clock. */
  readonly animals: Int32Array;
}

/** @throws {ContractError} `contract/orphan` for a bin of an animal that the run does not have. */
export async function readRunBins(source: TableSource, { run_id, animals }: ExperimentRow): Promise<RunBins> {
  const rows: { bin: number; centre: number; animal: number }[] = [];
  for await (const { bin, t_s: centre, animal_id } of source.rows<BinRow>(["bin", "t_s", "animal_id"], { run_id })) {
    const animal = animal_id === null ? -1 : animals.indexOf(animal_id);
    if (animal_id !== null && animal === -1) throw orphan("bin", run_id, `animal ${animal_id}`);
    rows.push({ bin, centre, animal });
  }
  rows.sort((a, b) => a.bin - b.bin);
  return {
    bins: Int32Array.from(rows, ({ bin }) => bin),
    centres: Float64Array.from(rows, ({ centre }) => centre),
    animals: Int32Array.from(rows, ({ animal }) => animal),
  };
}

/** Value of each component, by number, in each bin of the run; 0 where there is no row. */
export async function readCourses(
  source: TableSource,
  run_id: string,
  { bins }: RunBins,
  components: readonly number[],
): Promise<Map<number, Float64Array>> {
  const place = new Map(Array.from(bins, (bin, k) => [bin, k]));
  const courses = new Map(components.map((component) => [component, new Float64Array(bins.length)]));
  const wanted = ["component", "bin", "value"];
  for await (const batch of source.batches(wanted, { run_id })) {
    const [component, bin, value] = wanted.map((name) =>
      valueReader(batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data),
    ) as [(row: number) => number, (row: number) => number, (row: number) => number];
    for (let row = 0; row < batch.numRows; row++) {
      const [course, at] = [courses.get(component(row)), place.get(bin(row))];
      if (course === undefined) throw orphan("factor_time", run_id, `component ${component(row)}`);
      if (at === undefined) throw orphan("factor_time", run_id, `bin ${bin(row)}`);
      course[at] = value(row);
    }
  }
  return courses;
}

/** Loading of each component, by number, in each animal of the run; 0 where there is no row. */
export async function readLoadings(
  source: TableSource,
  { run_id, animals }: ExperimentRow,
  components: readonly number[],
): Promise<Map<number, Float64Array>> {
  const loadings = new Map(components.map((component) => [component, new Float64Array(animals.length)]));
  for await (const row of source.rows<FactorAnimalRow>(["component", "animal_id", "value"], { run_id })) {
    const [loading, animal] = [loadings.get(row.component), animals.indexOf(row.animal_id)];
    if (loading === undefined) throw orphan("factor_animal", run_id, `component ${row.component}`);
    if (animal === -1) throw orphan("factor_animal", run_id, `animal ${row.animal_id}`);
    loading[animal] = row.value;
  }
  return loadings;
}

function orphan(table: string, run_id: string, what: string): ContractError {
  return new ContractError("orphan", `${table} has ${what}, which ${run_id} does not have`, {
    fields: { table: `dynamic_connectome.${table}`, run_id },
    wayOut: "run affinity and factorisation again, so that their tables come from one run",
  });
}
