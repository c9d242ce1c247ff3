import type { Data } from "apache-arrow";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { ContractError } from "../../base/errors.js";
import { childRange } from "../../formats/arrow/array-view.js";
import { valueReader } from "../../formats/arrow/value-reader.js";
import type { AnimalMaskRow, AnimalRow, AnimalTraceRow } from "../../tables/generated/dynamic_connectome.js";
import type { TableSource } from "../../tables/table-io.js";
import type { AnimalClock } from "./alignment.js";

/** A recording and the names of its neurons. */
export interface Animal extends AnimalClock {
  readonly animalId: string;
  readonly frames: number;
  readonly timeS: Float64Array;
  readonly segmentStarts: readonly number[];
  readonly traceKind: string;
  /** Neuron → its class. */
  readonly neurons: ReadonlyMap<string, string | null>;
  /** Neuron that was left out → why. */
  readonly leftOut: ReadonlyMap<string, AnimalMaskRow["reason"]>;
}

export interface AnimalTables {
  readonly animal: TableSource;
  readonly animalTrace: TableSource;
  readonly animalMask: TableSource;
}

/**
 * All animals in code-unit order, without their traces.
 * @throws {ContractError} `contract/orphan` for a trace or mask of an animal that there is not.
 */
export async function readAnimals(tables: AnimalTables): Promise<Animal[]> {
  const neurons = new Map<string, Map<string, string | null>>();
  const leftOut = new Map<string, Map<string, AnimalMaskRow["reason"]>>();
  const animals: Animal[] = [];
  for await (const row of tables.animal.rows<AnimalRow>()) {
    const { animal_id: animalId, n_frames: frames, segment_starts, trace_kind: traceKind, stimulus_clock } = row;
    const own = { neurons: new Map<string, string | null>(), leftOut: new Map<string, AnimalMaskRow["reason"]>() };
    neurons.set(animalId, own.neurons);
    leftOut.set(animalId, own.leftOut);
    const segmentStarts = [...segment_starts];
    const timeS = Float64Array.from(row.t_s);
    animals.push({ animalId, frames, timeS, segmentStarts, traceKind, stimulusClock: stimulus_clock, ...own });
  }
  const columns = ["animal_id", "neuron_id", "neuron_class"];
  for await (const { animal_id, neuron_id, neuron_class } of tables.animalTrace.rows<AnimalTraceRow>(columns)) {
    ofAnimal(neurons, "animal_trace", animal_id).set(neuron_id, neuron_class);
  }
  for await (const { animal_id, neuron_id, reason } of tables.animalMask.rows<AnimalMaskRow>()) {
    ofAnimal(leftOut, "animal_mask", animal_id).set(neuron_id, reason);
  }
  return animals.sort((a, b) => compareCodeUnits(a.animalId, b.animalId));
}

function ofAnimal<T>(values: ReadonlyMap<string, T>, table: string, animalId: string): T {
  const own = values.get(animalId);
  if (own !== undefined) return own;
  throw new ContractError("orphan", `dynamic_connectome.${table} has rows of ${animalId}, which is no animal`, {
    fields: { table: `dynamic_connectome.${table}`, animal_id: animalId },
    wayOut: "The tables do not belong together: run the pipeline again.",
  });
}

/**
 * Traces of the neurons asked for, of one animal.
 * @throws {ContractError} `contract/uneven-traces` for a trace that has not one value per frame.
 */
export async function readTraces(
  animalTrace: TableSource,
  { animalId, frames }: Animal,
  wanted: ReadonlySet<string>,
): Promise<Map<string, Float64Array>> {
  const traces = new Map<string, Float64Array>();
  for await (const batch of animalTrace.batches(["neuron_id", "values"], { animal_id: animalId })) {
    const column = (name: string) =>
      batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
    const neuronOf = valueReader(column("neuron_id"));
    const lists = column("values");
    const items = (lists.children[0] as Data).values as Float64Array;
    for (let row = 0; row < batch.numRows; row++) {
      const neuron = neuronOf(row) as string;
      if (!wanted.has(neuron)) continue;
      const { from, to } = childRange(lists, row, 1);
      if (to - from !== frames) refuseLength(animalId, neuron, { values: to - from, frames });
      traces.set(neuron, items.slice(from, to));
    }
  }
  return traces;
}

function refuseLength(
  animalId: string,
  neuron: string,
  counts: { readonly values: number; readonly frames: number },
): never {
  throw new ContractError(
    "uneven-traces",
    `${animalId}: the trace of ${neuron} has ${counts.values} values, the recording ${counts.frames} frames`,
    { fields: { table: "dynamic_connectome.animal_trace", animal_id: animalId, neuron_id: neuron, ...counts } },
  );
}
