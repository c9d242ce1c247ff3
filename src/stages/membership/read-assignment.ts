import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import type { AssignmentRow } from "../../tables/generated/membership.js";
import type { TableSource } from "../../tables/table-io.js";

/** What an experiment says of one of its units. */
export interface AssignedUnit {
  readonly docId: string;
  /** 1: member, 0: not; null: not in the comparison. */
  readonly label: 0 | 1 | null;
  readonly labelBasis: AssignmentRow["label_basis"];
  readonly role: AssignmentRow["role"];
  readonly trained: boolean;
  /** Null where the unit is not scored. */
  readonly fold: number | null;
  readonly cluster: string;
  /** Share of its tokens that the model is trained on. */
  readonly exposure: number;
  /** How many times. */
  readonly duplicates: number;
}

const COLUMNS = [
  "experiment_id",
  "doc_id",
  "label",
  "label_basis",
  "role",
  "trained",
  "fold",
  "cluster_id",
  "exposure",
  "duplicates",
] as const;

/**
 * The units of every experiment, experiments and units in order of their names (code units), however the table is
 * stored.
 * @throws {LoadError} `load/assignment-repeated` when an experiment names a unit twice.
 */
export async function readAssignments(table: TableSource): Promise<Map<string, AssignedUnit[]>> {
  const found = new Map<string, AssignedUnit[]>();
  for await (const row of table.rows<AssignmentRow>(COLUMNS)) {
    const units = found.get(row.experiment_id) ?? [];
    if (units.length === 0) found.set(row.experiment_id, units);
    units.push({
      docId: row.doc_id,
      label: row.label,
      labelBasis: row.label_basis,
      role: row.role,
      trained: row.trained,
      fold: row.fold,
      cluster: row.cluster_id,
      exposure: row.exposure,
      duplicates: row.duplicates,
    });
  }
  for (const [experiment, units] of found) {
    units.sort((a, b) => compareCodeUnits(a.docId, b.docId));
    for (let i = 1; i < units.length; i++) {
      const { docId } = units[i] as AssignedUnit;
      if (docId !== (units[i - 1] as AssignedUnit).docId) continue;
      throw new LoadError("assignment-repeated", `experiment ${experiment} names the unit ${docId} twice`, {
        fields: { experiment_id: experiment, doc_id: docId },
        wayOut: "Keep one row of it in `assignment`.",
      });
    }
  }
  return new Map([...found].sort(([a], [b]) => compareCodeUnits(a, b)));
}
