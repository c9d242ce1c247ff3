import { z } from "zod";
import { compareCodeUnits } from "../../base/canonical-json.js";
import type { AliasRecordRow, NeuronAliasRow } from "../../tables/generated/celegans_connectome.js";
import { CASE_ALIASES, resolveCell, ZERO_PAD_ALIASES } from "../../tables/neuron-alias.js";
import { neuronByLabel } from "../../tables/neuron-registry.js";
import { sourceId } from "../../tables/source-id.js";
import type { Transform } from "../transform.js";
import { DropList } from "./drop-list.js";

const parameters = z.strictObject({
  exceptions: z
    .array(z.strictObject({ path: z.string().min(1), alias: z.string().min(1), label: z.string().min(1) }))
    .default([{ path: "celegans/Randi2023/leifer_funconn_wildtype_2022-04-01.tsv", alias: "NSM", label: "NSMR" }])
    .describe("spellings that mean a certain cell in one file, by its path below the mirror"),
});

/**
 * `neuron_alias`: the 64 zero-padded names, the two lower-case ones, exceptions of single files, and the replacement
 * table for cells that are no neurons. That table pads the names of motor neurons (VA1 → VA01) where the canonical
 * list does not: such records go to `alias_dropped`. Specification sections 2.5, 3.2 rule 3 and 4.1.
 */
export const neuronAlias: Transform<z.infer<typeof parameters>> = {
  name: "connectome/neuron-alias",
  description: "Spellings that stand for the canonical name of a cell",
  inputs: ["alias_record"],
  outputs: ["neuron_alias", "alias_dropped"],
  parameters,
  async run(context) {
    const records: AliasRecordRow[] = [];
    const input = context.input("alias_record");
    for await (const record of input.rows<AliasRecordRow>()) records.push(record);
    const { rows, drops } = aliasRows(records);
    for (const { path, alias, label } of context.parameters.exceptions) {
      rows.push(aliasRow(alias, label, "file_exception", sourceId(input.contract.dataset, path)));
    }
    context.sink("neuron_alias").write(rows.map((row) => ({ ...row })));
    context.sink("alias_dropped").write(drops.rows.map((row) => ({ ...row })));
  },
};

/** Authored aliases and those of the replacement tables, and the records of these that are not used. */
export function aliasRows(records: readonly AliasRecordRow[]): { rows: NeuronAliasRow[]; drops: DropList } {
  const rows = [
    ...[...ZERO_PAD_ALIASES].map(([alias, label]) => aliasRow(alias, label, "zero_pad", null)),
    ...[...CASE_ALIASES].map(([alias, label]) => aliasRow(alias, label, "case", null)),
  ];
  const drops = new DropList();
  const replaced = new Map<string, string>();
  const sorted = [...records].sort(
    (a, b) => compareCodeUnits(a.source_id, b.source_id) || a.record_index - b.record_index,
  );
  for (const record of sorted) {
    const alias = record.alias_raw.trim();
    const label = record.label_raw.trim();
    const fault = unusable(alias, label, replaced.get(alias));
    if (fault === null) {
      replaced.set(alias, label);
      rows.push(aliasRow(alias, label, "replacement_table", record.source_id));
    } else {
      const { source_id, source_cell: item } = record;
      drops.add({ source_id, scope: "value", item, ...fault, detail: `${alias} to ${label}` });
    }
  }
  return { rows, drops };
}

function unusable(alias: string, label: string, known: string | undefined): { reason: string; rule: string } | null {
  const rule = resolveCell(alias).rule;
  if (rule !== "none") return { reason: "neuron_name", rule: "names of neurons follow the 300-label list, unpadded" };
  if (alias === label) return { reason: "same_name", rule: "an alias differs from the name it stands for" };
  if (known === undefined) return null;
  return { reason: "repeated_alias", rule: `the first record of a spelling holds: ${known}` };
}

function aliasRow(alias: string, label: string, rule: NeuronAliasRow["rule"], source: string | null): NeuronAliasRow {
  return { alias, label, rule, is_neuron: neuronByLabel(resolveCell(label).cell) !== null, source_id: source };
}
