import { compareCodeUnits } from "../../base/canonical-json.js";
import type { NeuronRecordRow } from "../../tables/generated/celegans_connectome.js";
import { resolveCell } from "../../tables/neuron-alias.js";
import { membersOfClass } from "../../tables/neuron-registry.js";

/** A row of `neuron_record`. */
export type NeuronRecord = NeuronRecordRow;

/** The neurons that a statement is about: one cell, or the members of a class; empty when it is about neither. */
export function neuronsMeant(record: Pick<NeuronRecord, "subject" | "cell_raw">): readonly string[] {
  const name = record.cell_raw.trim();
  const members = record.subject === "class" ? membersOfClass(name) : [];
  if (members.length > 0) return members;
  const { neuron } = resolveCell(name);
  return neuron === null ? [] : [neuron];
}

/** The value of a statement as text. */
export function statementText({ value_text, value_number }: NeuronRecord): string {
  return value_text ?? (value_number === null ? "" : String(value_number));
}

/** By file in the given order, then as the file lists them. */
export function compareStatements(rank: (sourceId: string) => number) {
  return (a: NeuronRecord, b: NeuronRecord): number =>
    rank(a.source_id) - rank(b.source_id) ||
    compareCodeUnits(a.source_id, b.source_id) ||
    a.record_index - b.record_index ||
    compareCodeUnits(a.attribute, b.attribute);
}

const TYPES: Readonly<Record<string, string>> = {
  sensory: "sensory",
  "sensory neuron": "sensory",
  inter: "interneuron",
  interneuron: "interneuron",
  motor: "motor",
  motorneuron: "motor",
  "motor neuron": "motor",
  "modulatory neuron": "modulatory",
  modulatory: "modulatory",
  pharynx: "pharyngeal",
  pharyngeal: "pharyngeal",
};

/** A stated type in the vocabulary of `neuron.type`, or null when it says nothing of the kind. */
export function normalType(stated: string): string | null {
  return TYPES[stated.trim().toLowerCase()] ?? null;
}

const TRANSMITTERS: Readonly<Record<string, string>> = {
  ach: "acetylcholine",
  acetylcholine: "acetylcholine",
  glu: "glutamate",
  glutamate: "glutamate",
  gaba: "GABA",
  da: "dopamine",
  dopamine: "dopamine",
  "5ht": "serotonin",
  "5-ht": "serotonin",
  serotonin: "serotonin",
  octopamine: "octopamine",
  oa: "octopamine",
  tyramine: "tyramine",
  ta: "tyramine",
  "unknown ma": "unknown_monoamine",
};

/** Stated transmitters (`Ach`, `Glu & 5HT`, `GABA (minor)`) in the vocabulary of `neuron.transmitters_norm`, each once. */
export function normalTransmitters(stated: readonly string[]): string[] {
  const parts = stated.flatMap((text) => text.split(/[&,;/]/));
  const names = parts.map(
    (part) =>
      TRANSMITTERS[
        part
          .replace(/\(.*?\)/g, "")
          .trim()
          .toLowerCase()
      ],
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}
