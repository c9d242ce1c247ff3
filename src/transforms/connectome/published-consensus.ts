import { z } from "zod";
import { compareCodeUnits } from "../../base/canonical-json.js";
import type { Row } from "../../tables/contract.js";
import { NEURON_LABELS } from "../../tables/neuron-registry.js";
import type { TableSource } from "../../tables/table-io.js";
import type { Transform, TransformContext } from "../transform.js";
import { FUNCTIONAL_SOURCE } from "./annotation-catalogue.js";
import { SLOTS } from "./annotation-weights.js";
import { CellResolver } from "./cell-resolver.js";
import { type ConsensusGrid, runConsensusProcedure } from "./consensus-procedure.js";
import { PUBLISHED } from "./defect-flag.js";
import { readRecordWeights } from "./edge-record.js";
import type { FunctionalEdgeRecord } from "./functional-weights.js";
import { coverageSentence, PUBLISHED_FORMS, type PublishedInput, publishedInput } from "./published-input.js";

const parameters = z.strictObject({});

/** The inputs of every transform that runs the published procedure. */
export const PUBLISHED_INPUTS: readonly string[] = ["edge_record", "functional_edge_record", "neuron_alias"];

/**
 * Records → `hf_connectome_compat`: the published consensus, trimmed, with functional weights, all defects on
 * (specification section 3.3). The log says how many of the ten sources were read; with fewer than ten nothing is
 * claimed about equality with the published file.
 */
export const publishedConsensus: Transform<z.infer<typeof parameters>> = {
  name: "connectome/published-consensus",
  description: "The published consensus connectome, bug for bug",
  inputs: PUBLISHED_INPUTS,
  outputs: ["hf_connectome_compat"],
  parameters,
  async run(context) {
    const input = await readPublishedInput(context);
    context.log.info(coverageSentence(input));
    const grid = runConsensusProcedure(input, PUBLISHED);
    context.sink("hf_connectome_compat").write(publishedRows(input, grid));
  },
};

/** Reads {@link PUBLISHED_INPUTS}. */
export async function readPublishedInput(context: Pick<TransformContext<unknown>, "input">): Promise<PublishedInput> {
  const resolver = await CellResolver.fromTable(context.input("neuron_alias"));
  const records = await readRecordWeights(context.input("edge_record"), PUBLISHED_FORMS);
  const functionalRecords = await readFunctionalRecords(context.input("functional_edge_record"));
  return publishedInput({ records, functionalRecords, resolver });
}

async function readFunctionalRecords(source: TableSource): Promise<FunctionalEdgeRecord[]> {
  const records: FunctionalEdgeRecord[] = [];
  for await (const record of source.rows<FunctionalEdgeRecord>()) records.push(record);
  return records.sort((a, b) => compareCodeUnits(a.source_id, b.source_id) || a.record_index - b.record_index);
}

/** The rows of the trimmed form: pairs with at least one weight, in slot order. */
export function* publishedRows(input: PublishedInput, grid: ConsensusGrid): Generator<Row> {
  for (let a = 0; a < SLOTS; a++) {
    for (let b = 0; b < SLOTS; b++) {
      const pair = a * SLOTS + b;
      const sources = sourceNames(input, grid.sources[pair] as number);
      if (sources.length === 0) continue;
      yield {
        from_neuron: NEURON_LABELS[a],
        to_neuron: NEURON_LABELS[b],
        from_pos: null,
        to_pos: null,
        from_type: null,
        to_type: null,
        mean_gap_weight: numberOrNull(grid.gap[pair]),
        mean_chem_weight: numberOrNull(grid.chemical[pair]),
        uncertainty: numberOrNull(grid.uncertainty[pair]),
        functional_weight: numberOrNull(grid.functional[pair]),
        data_sources: pythonList(sources),
      };
    }
  }
}

/** Names of the sources in a bit set, in code-unit order. */
export function sourceNames(input: Pick<PublishedInput, "names">, bits: number): string[] {
  const all = [...input.names, FUNCTIONAL_SOURCE];
  return all.filter((_, index) => (bits >> index) & 1).sort(compareCodeUnits);
}

/** `['a', 'b']`, as Python prints a list of names. */
export function pythonList(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(", ")}]`;
}

/** NaN and undefined are null. */
export function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
