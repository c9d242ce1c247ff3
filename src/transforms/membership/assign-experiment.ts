import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import { sha256 } from "../../base/hash.js";
import { randomNumbers } from "../../compute/statistics/random-numbers.js";
import type { AssignmentRow, ExperimentRow } from "../../tables/generated/membership.js";
import type { Design } from "./assign-parameters.js";
import { type Dealt, foldsOf } from "./deal.js";
import { type ExperimentUnit, type ExperimentUnits, joinedByAuthor } from "./experiment-units.js";
import { type Labelled, labelUnits, STREAM } from "./label-units.js";

/**
 * One experiment: the role, label and fold of every unit. A cluster is on one side of the label and in one fold; where
 * dates or given labels put near-duplicates on both sides, none of them is compared, and what only trains a model gives
 * way to near-duplicates that are compared. The result depends on the units and the design, not on their order.
 * @throws {LoadError} `load/one-class`, `load/few-clusters` naming the experiment and the counts.
 */
export function assignExperiment(
  name: string,
  { units: given, short }: ExperimentUnits,
  design: Design,
): { readonly experiment: ExperimentRow; readonly assignment: AssignmentRow[] } {
  const units = design.keep_whole === "author" ? joinedByAuthor(given) : given;
  const labels = oneSideEach(units, labelUnits(units, design));
  const reasons = new Map<string, number>();
  const count = (reason: string) => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (const _ of short) count("too short");
  for (const label of labels.values()) if (label.role === "unused") count(label.reason);
  const unused = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, n]) => ({ reason, n }));
  const clusters = scoredClusters(labels);
  const folds = numberOfFolds(name, clusters, design.folds, unused);
  const foldOf = foldsOf(clusters, folds, randomNumbers(design.seed, STREAM.folds));
  const assignment = units.map((unit) => assignmentRow(name, unit, labels.get(unit) as Labelled, foldOf, design));
  const having = (role: AssignmentRow["role"]) => assignment.filter((row) => row.role === role).length;
  const trains = trainsMembers(design);
  return {
    experiment: {
      experiment_id: name,
      design: design.design,
      label_basis: labelBasis(design),
      split_seed: BigInt(design.seed),
      n_members: having("member"),
      n_nonmembers: having("nonmember"),
      n_reference: having("reference"),
      n_unused: unused.reduce((sum, { n }) => sum + n, 0),
      unused,
      n_clusters: clusters.length,
      n_folds: folds,
      exposure: trains ? Math.fround("exposure" in design ? design.exposure : 1) : 0,
      duplicates: !trains ? 0 : design.design === "trap" ? Math.max(...design.repetitions) : design.duplicates,
      trains_members: trains,
      manifest_sha256: manifestHash(assignment),
      parameters: canonicalJson(design as unknown as Canonical),
    },
    assignment,
  };
}

function labelBasis({ design }: Design): AssignmentRow["label_basis"] {
  return design === "regression-discontinuity" ? "temporal" : design;
}

function trainsMembers(design: Design): boolean {
  return "trains_members" in design ? design.trains_members : true;
}

/** SHA-256 over one line of canonical JSON per unit, in order of the units: name, label, role, fold, cluster. */
export function manifestHash(assignment: readonly AssignmentRow[]): string {
  const lines = assignment.map(
    (row) => `${canonicalJson([row.doc_id, row.label, row.role, row.fold, row.cluster_id])}\n`,
  );
  return sha256(lines.join(""));
}

function oneSideEach(
  units: readonly ExperimentUnit[],
  labels: ReadonlyMap<ExperimentUnit, Labelled>,
): Map<ExperimentUnit, Labelled> {
  const sides = new Map<string, Set<string>>();
  for (const unit of units) {
    const roles = sides.get(unit.cluster) ?? new Set();
    sides.set(unit.cluster, roles.add((labels.get(unit) as Labelled).role));
  }
  return new Map(
    units.map((unit) => {
      const label = labels.get(unit) as Labelled;
      const roles = sides.get(unit.cluster) as Set<string>;
      const scored = roles.has("member") || roles.has("nonmember");
      const other = (reason: string): [ExperimentUnit, Labelled] => [unit, { role: "unused", reason }];
      if (label.role === "member" || label.role === "nonmember") {
        return roles.has("member") && roles.has("nonmember")
          ? other("near-duplicate on the other side of the label")
          : [unit, label];
      }
      return scored && label.role !== "unused" ? other("near-duplicate of a compared document") : [unit, label];
    }),
  );
}

function scoredClusters(labels: ReadonlyMap<ExperimentUnit, Labelled>): Dealt[] {
  const found = new Map<string, Dealt>();
  for (const [{ cluster }, { role }] of labels) {
    if (role !== "member" && role !== "nonmember") continue;
    found.set(cluster, { id: cluster, size: (found.get(cluster)?.size ?? 0) + 1, stratum: role });
  }
  return [...found.values()];
}

function numberOfFolds(
  name: string,
  clusters: readonly Dealt[],
  wanted: number,
  unused: readonly { readonly reason: string; readonly n: number }[],
): number {
  const sum = (role: string) => clusters.filter((cluster) => cluster.stratum === role);
  const units = (role: string) => sum(role).reduce((n, cluster) => n + cluster.size, 0);
  const [members, nonmembers] = [units("member"), units("nonmember")];
  const left = unused.map(({ reason, n }) => `${reason} ${n}`).join(", ");
  const fields = { experiment_id: name, n_members: members, n_nonmembers: nonmembers, unused: left };
  const without = left === "" ? "" : ` (left out: ${left})`;
  if (members === 0 || nonmembers === 0) {
    throw new LoadError(
      "one-class",
      `experiment ${name} has ${members} members and ${nonmembers} non-members${without}`,
      {
        fields,
        wayOut: "Both are needed: give more documents, or change what the design leaves out.",
      },
    );
  }
  const least = Math.min(sum("member").length, sum("nonmember").length);
  if (least < 2) {
    throw new LoadError(
      "few-clusters",
      `experiment ${name} has members of ${sum("member").length} and non-members of ${sum("nonmember").length} books${without}`,
      { fields, wayOut: "At least two of each are needed, for two folds." },
    );
  }
  return Math.min(wanted, least);
}

function assignmentRow(
  name: string,
  unit: ExperimentUnit,
  label: Labelled,
  folds: ReadonlyMap<string, number>,
  design: Design,
): AssignmentRow {
  const { role } = label;
  const scored = role === "member" || role === "nonmember";
  const trainsModel = role === "background" || (role === "member" && trainsMembers(design));
  const [exposure, times] =
    role === "member" && trainsModel
      ? [
          Math.fround("exposure" in design ? design.exposure : 1),
          label.repetitions ?? ("duplicates" in design ? design.duplicates : 1),
        ]
      : role === "background" || role === "reference"
        ? [1, 1]
        : [0, 0];
  return {
    experiment_id: name,
    doc_id: unit.docId,
    label: role === "member" ? 1 : role === "nonmember" ? 0 : null,
    label_basis: labelBasis(design),
    role,
    trained: trainsModel,
    split_seed: BigInt(design.seed),
    exposure,
    duplicates: times,
    fold: scored ? (folds.get(unit.cluster) as number) : null,
    cluster_id: unit.cluster,
    reason: role === "unused" ? label.reason : null,
  };
}
