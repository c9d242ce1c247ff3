import { affinity } from "../../../src/stages/ntf/affinity-stage.js";
import { readTensor } from "../../../src/stages/ntf/read-tensor.js";
import type { EvidenceValue } from "../../../src/stages/stage.js";
import type { Row } from "../../../src/tables/contract.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memorySource, memoryTransformContext } from "../../support/memory-tables.js";
import { stageResources } from "../../support/stage-resources.js";

/** An animal: its traces by neuron, and what else is not usual. */
export interface AnimalGiven {
  readonly neurons: Readonly<Record<string, ArrayLike<number>>>;
  readonly classes?: Readonly<Record<string, string>>;
  readonly leftOut?: Readonly<Record<string, "filtered" | "nan">>;
  readonly clock?: string | null;
  readonly dt?: number;
  readonly segments?: readonly number[];
}

export type AnimalRows = Readonly<Record<"animal" | "animal_trace" | "animal_mask", readonly Row[]>>;

/** Rows of the three tables that the stage reads. */
export function animalRows(animals: Readonly<Record<string, AnimalGiven>>): AnimalRows {
  const rows = { animal: [] as Row[], animal_trace: [] as Row[], animal_mask: [] as Row[] };
  for (const [animal_id, given] of Object.entries(animals)) {
    const { neurons, classes = {}, leftOut = {}, clock = null, dt = 0.5, segments = [0] } = given;
    const frames = Object.values(neurons)[0]?.length ?? 0;
    rows.animal.push({
      ...{ animal_id, n_frames: frames, median_dt_s: dt, t_s: Array.from({ length: frames }, (_, k) => k * dt) },
      ...{ segment_starts: segments, trace_kind: "F_over_mean", unit: "F/mean", stimulus_clock: clock },
    });
    Object.entries(neurons).forEach(([neuron_id, values], index) => {
      rows.animal_trace.push({
        ...{ animal_id, neuron_id, neuron_class: classes[neuron_id] ?? null, roi: index + 1 },
        values: Float64Array.from(values),
      });
    });
    for (const [neuron_id, reason] of Object.entries(leftOut)) rows.animal_mask.push({ animal_id, neuron_id, reason });
  }
  return rows;
}

const OUTPUTS = ["experiment", "slope", "bin", "mask", "affinity_pair", "affinity_parameter"] as const;
export type AffinityTables = Record<(typeof OUTPUTS)[number], Row[]>;

/** What the stage writes, each row checked by its contract; what it says beside. */
export async function runAffinityInMemory(
  inputs: AnimalRows,
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<{ tables: AffinityTables; warnings: string[]; evidence: Record<string, EvidenceValue> }> {
  const { context, rows } = memoryTransformContext(
    inputs,
    affinity.parameters.parse(parameters),
    dynamicConnectomeContract,
  );
  const warnings: string[] = [];
  const evidence: Record<string, EvidenceValue> = {};
  await affinity.run({
    ...{ ...context, ...stageResources(), partition: "", threads: 1 },
    log: { info() {}, warn: (message) => void warnings.push(message) },
    evidence: (facts) => void Object.assign(evidence, facts),
  });
  const tables = Object.fromEntries(OUTPUTS.map((table) => [table, rows[table] ?? []])) as AffinityTables;
  return { tables, warnings, evidence };
}

/** The tensor of a run, read from the tables written. */
export function tensorOf(tables: AffinityTables, runId: string) {
  const source = (table: keyof AffinityTables) => memorySource(tables[table], dynamicConnectomeContract(table));
  return readTensor(
    { experiment: source("experiment"), slope: source("slope"), bin: source("bin"), mask: source("mask") },
    runId,
  );
}
