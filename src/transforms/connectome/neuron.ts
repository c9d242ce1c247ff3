import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import { NEURONS, type Neuron } from "../../tables/neuron-registry.js";
import { sourceId } from "../../tables/source-id.js";
import type { Transform } from "../transform.js";
import { DropList } from "./drop-list.js";
import {
  compareStatements,
  type NeuronRecord,
  neuronsMeant,
  normalTransmitters,
  normalType,
  statementText,
} from "./neuron-statement.js";

const parameters = z.strictObject({
  precedence: z
    .array(z.string().min(1))
    .default([
      "celegans/WormWideWeb/connectome_neurons.csv",
      "celegans/annotations/sensoryintermotor_ids.json",
      "celegans/annotations/neuron_type.csv",
    ])
    .describe("paths below the mirror, the preferred first; other files follow in the order of their source_id"),
});

/**
 * `neuron_record` → `neuron`: the 302 authored neurons with what the files state. Where files differ, the preferred
 * one fills the column; every statement stays in `sources`. Statements about other cells go to `neuron_dropped`.
 */
export const neuron: Transform<z.infer<typeof parameters>> = {
  name: "connectome/neuron",
  description: "The 302 neurons with class, type, transmitters, ganglion and position",
  inputs: ["neuron_record"],
  outputs: ["neuron", "neuron_dropped"],
  parameters,
  async run(context) {
    const input = context.input("neuron_record");
    const records: NeuronRecord[] = [];
    for await (const record of input.rows<NeuronRecord>()) records.push(record);
    records.sort(compareStatements(preference(input.contract.dataset, context.parameters.precedence)));
    const { rows, drops } = neuronRows(records);
    context.sink("neuron").write(rows);
    context.sink("neuron_dropped").write(drops.rows.map((row) => ({ ...row })));
  },
};

function preference(dataset: string, precedence: readonly string[]): (source: string) => number {
  const ranks = new Map(precedence.map((path, index) => [sourceId(dataset, path), index]));
  return (source) => ranks.get(source) ?? precedence.length;
}

/** @param records in order of preference */
export function neuronRows(records: readonly NeuronRecord[]): { rows: Row[]; drops: DropList } {
  const byNeuron = new Map<string, NeuronRecord[]>(NEURONS.map(({ label }) => [label, []]));
  const left = new Map<string, NeuronRecord[]>();
  for (const record of records) {
    const labels = neuronsMeant(record);
    for (const label of labels) byNeuron.get(label)?.push(record);
    if (labels.length > 0) continue;
    const key = `${record.source_id}\n${record.record_index}`;
    left.set(key, [...(left.get(key) ?? []), record]);
  }
  const drops = new DropList();
  for (const [first, ...more] of left.values()) {
    if (first === undefined) continue;
    const detail = [first, ...more].map((record) => `${record.attribute} ${statementText(record)}`).join(", ");
    const rule = "statements about other cells than the 302 neurons are no part of neuron";
    const { source_id, source_cell: item, cell_raw } = first;
    drops.add({ source_id, scope: "value", item, reason: "not_a_neuron", rule, detail: `${cell_raw}: ${detail}` });
  }
  return { rows: NEURONS.map((each) => neuronRow(each, byNeuron.get(each.label) ?? [])), drops };
}

function neuronRow({ label, slot, className }: Neuron, records: readonly NeuronRecord[]): Row {
  const stated = (attribute: string) => records.filter((record) => record.attribute === attribute).map(statementText);
  const transmitters = [...new Set([...stated("transmitter"), ...stated("cotransmitter")])];
  const position = firstPosition(records);
  return {
    label,
    slot,
    class: className,
    type:
      stated("type")
        .map(normalType)
        .find((type) => type !== null) ?? null,
    transmitters,
    transmitters_norm: normalTransmitters(transmitters),
    ganglion: stated("ganglion")[0] ?? null,
    ...position,
    sources: records.map((record) => ({
      attribute: record.attribute,
      value: statementText(record),
      source_id: record.source_id,
      source_cell: record.source_cell,
    })),
  };
}

/** x, y and z of the first record that gives all three. */
function firstPosition(records: readonly NeuronRecord[]): Row {
  for (const { source_id, record_index } of records.filter((record) => record.attribute === "x")) {
    const [x, y, z] = ["x", "y", "z"].map(
      (axis) =>
        records.find(
          (record) =>
            record.attribute === axis && record.source_id === source_id && record.record_index === record_index,
        )?.value_number ?? null,
    );
    if (x !== null && y !== null && z !== null) return { x, y, z, position_source: source_id };
  }
  return { x: null, y: null, z: null, position_source: null };
}
