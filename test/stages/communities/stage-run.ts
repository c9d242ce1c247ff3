import type { EvidenceValue, Stage, StageContext } from "../../../src/stages/stage.js";
import type { Row } from "../../../src/tables/contract.js";
import { dynamicConnectomeContract } from "../../support/dynamic-connectome-contracts.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { stageResources } from "../../support/stage-resources.js";

/** Runs a stage on rows in memory that keep the contracts, with parameters as a pipeline gives them. */
export async function runStage<P>(stage: Stage<P>, inputs: Record<string, readonly Row[]>, given: object = {}) {
  const { context, rows } = memoryTransformContext(inputs, stage.parameters.parse(given), dynamicConnectomeContract);
  const facts: Record<string, EvidenceValue> = {};
  const messages: string[] = [];
  const add = (message: string) => void messages.push(message);
  await stage.run({
    ...context,
    ...stageResources(),
    partition: "",
    threads: 1,
    log: { info: add, warn: add },
    evidence: (more) => void Object.assign(facts, more),
  } as StageContext<P>);
  return { rows, facts, messages };
}

/** A run of an experiment with so many neurons and animals. */
export function experimentRow(over: Partial<Row> & { readonly neurons: readonly string[] }): Row {
  const animals = (over.animals as readonly string[] | undefined) ?? ["w0"];
  const n = over.neurons.length;
  return {
    run_id: "common",
    alignment: "shared_clock",
    kernel: "geomean",
    neuron_set: "common",
    control: null,
    control_of: null,
    n_animals: animals.length,
    n_neurons: n,
    n_pairs: (n * (n - 1)) / 2,
    n_bins: 0,
    bin_frames: 4,
    sigma_frames: 2,
    clip: 3,
    animals,
    ...over,
  };
}

export function componentRow(component: number, run_id = "common"): Row {
  return { run_id, component, lambda: 1, share: 0.5, best_start: 0, fms_to_starts: null, reproducible: null };
}
