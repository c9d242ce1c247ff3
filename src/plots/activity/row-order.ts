import { compareNames, compareNeurons, NEURON_TYPES, type NeuronFacts, type NeuronType } from "../neuron-order.js";
import type { ActivityData, TraceRow } from "./activity-data.js";

/** Rows of a heat map that belong together. */
export interface RowBlock {
  /** What they are, or undefined where one block holds everything. */
  readonly title: string | undefined;
  readonly rows: readonly TraceRow[];
}

/** Labelled rows by neuron type, class and name (by class and name where types are not known), then the others by ROI. */
export function rowBlocks({ traces, neurons }: Pick<ActivityData, "traces" | "neurons">): RowBlock[] {
  const labelled: { row: TraceRow; facts: NeuronFacts }[] = [];
  const others: TraceRow[] = [];
  for (const row of traces) {
    if (row.label === null) others.push(row);
    else labelled.push({ row, facts: factsOf(row, row.label, neurons) });
  }
  labelled.sort((a, b) => compareNeurons(a.facts, b.facts) || a.row.roi - b.row.roi);
  others.sort((a, b) => a.roi - b.roi);
  const blocks: RowBlock[] = [];
  if (neurons === undefined) {
    if (labelled.length > 0) blocks.push({ title: "labelled", rows: labelled.map(({ row }) => row) });
  } else {
    for (const type of NEURON_TYPES) {
      const rows = labelled.filter(({ facts }) => facts.type === type).map(({ row }) => row);
      if (rows.length > 0) blocks.push({ title: TITLES[type], rows });
    }
  }
  if (others.length > 0) blocks.push({ title: "not labelled", rows: others });
  const first = blocks[0];
  return blocks.length === 1 && first !== undefined && neurons === undefined
    ? [{ ...first, title: undefined }]
    : blocks;
}

const TITLES: Readonly<Record<NeuronType, string>> = {
  sensory: "sensory neurons",
  interneuron: "interneurons",
  motor: "motor neurons",
  modulatory: "modulatory neurons",
  pharyngeal: "pharyngeal neurons",
  other: "other neurons",
};

function factsOf(row: TraceRow, label: string, neurons: ActivityData["neurons"]): NeuronFacts {
  return neurons?.get(label) ?? { label, neuronClass: row.neuronClass ?? label, type: "other" };
}

/** What stands beside a row: the neuron, else the ROI's number and what the source calls it. */
export function rowName({ roi, label, rawLabel }: TraceRow): string {
  if (label !== null) return label;
  const raw = rawLabel?.trim() ?? "";
  return raw === "" || compareNames(raw, String(roi)) === 0 ? `ROI ${roi}` : `ROI ${roi} ${raw}`;
}
