import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { AnnotationRow, EdgeRow } from "../../tables/generated/celegans_connectome.js";
import { NEURONS } from "../../tables/neuron-registry.js";
import type { Transform } from "../transform.js";
import { Pool } from "./value-pool.js";

const parameters = z.strictObject({});

type Annotation = Pick<AnnotationRow, "annotation_id" | "representative" | "lineage" | "unit" | "gap_complete">;
type Edge = Pick<EdgeRow, "annotation_id" | "kind" | "pre" | "post" | "weight">;

/** One lineage, by its representative annotation. Neurons go by their position in code-unit order. */
interface Lineage {
  readonly annotation: Annotation;
  readonly covered: Uint8Array;
  /** Weight of pre → post at `pre * neurons + post`; 0 is no connection. */
  readonly weights: Readonly<Record<"chemical" | "gap", Float64Array>>;
}

/**
 * `edge` → `consensus`: for every ordered pair of the 302 neurons (gap: every unordered one) what the lineages say of
 * it, over those that cover both ends. Counts and sections have columns of their own, no animal is counted twice.
 * An incomplete gap layer covers only the pairs that it lists. Specification section 3.4 rules 4 and 5.
 * Cost: 136,957 rows, about a second.
 */
export const consensus: Transform<z.infer<typeof parameters>> = {
  name: "connectome/consensus",
  description: "Corrected consensus over one annotation per lineage, with coverage",
  inputs: ["edge", "annotation"],
  outputs: ["consensus"],
  parameters,
  async run(context) {
    const annotations: Annotation[] = [];
    for await (const row of context.input("annotation").rows<Annotation>()) {
      if (row.representative) annotations.push(row);
    }
    const edges: Edge[] = [];
    const columns = ["annotation_id", "kind", "pre", "post", "weight"];
    for await (const edge of context.input("edge").rows<Edge>(columns)) edges.push(edge);
    context.sink("consensus").write(consensusRows(annotations, edges));
  },
};

/** The rows of `consensus`, whatever the order of the inputs. */
export function* consensusRows(annotations: readonly Annotation[], edges: Iterable<Edge>): Generator<Row> {
  const labels = NEURONS.map((neuron) => neuron.label).sort();
  const pair = new PairRows(labels, readLineages(annotations, edges, labels));
  for (let pre = 0; pre < labels.length; pre++) {
    for (let post = 0; post < labels.length; post++) {
      yield pair.row(pre, post, "chemical");
      if (pre <= post) yield pair.row(pre, post, "gap");
    }
  }
}

function readLineages(annotations: readonly Annotation[], edges: Iterable<Edge>, labels: readonly string[]): Lineage[] {
  const size = labels.length;
  const positions = new Map(labels.map((label, position) => [label, position]));
  const lineages = [...annotations]
    .sort((a, b) => (a.lineage < b.lineage ? -1 : a.lineage > b.lineage ? 1 : 0))
    .map((annotation): Lineage => {
      const weights = { chemical: new Float64Array(size * size), gap: new Float64Array(size * size) };
      return { annotation, covered: new Uint8Array(size), weights };
    });
  const byAnnotation = new Map(lineages.map((lineage) => [lineage.annotation.annotation_id, lineage]));
  for (const { annotation_id, kind, pre, post, weight } of edges) {
    const lineage = byAnnotation.get(annotation_id);
    if (lineage === undefined) continue;
    const from = pre === null ? undefined : positions.get(pre);
    const to = post === null ? undefined : positions.get(post);
    if (from !== undefined) lineage.covered[from] = 1;
    if (to !== undefined) lineage.covered[to] = 1;
    if (from === undefined || to === undefined || kind === "nmj") continue;
    lineage.weights[kind][from * size + to] = weight;
  }
  return lineages;
}

/** Makes the row of one pair after the other, with the same pools. */
class PairRows {
  readonly #labels: readonly string[];
  readonly #lineages: readonly Lineage[];
  readonly #pools = { synapse_count: unitPools(), em_sections: unitPools() };

  constructor(labels: readonly string[], lineages: readonly Lineage[]) {
    this.#labels = labels;
    this.#lineages = lineages;
  }

  row(pre: number, post: number, kind: "chemical" | "gap"): Row {
    const { synapse_count: counts, em_sections: sections } = this.#pools;
    for (const pool of [counts.present, counts.covering, sections.present, sections.covering]) pool.clear();
    const byLineage: { lineage: string; annotation_id: string; weight: number; unit: string }[] = [];
    let present = 0;
    for (const { annotation, covered, weights } of this.#lineages) {
      if (covered[pre] === 0 || covered[post] === 0) continue;
      const weight = weights[kind][pre * this.#labels.length + post] as number;
      const looked = kind === "chemical" || annotation.gap_complete === true || weight > 0;
      if (!looked) continue;
      const { lineage, annotation_id, unit } = annotation;
      byLineage.push({ lineage, annotation_id, weight, unit });
      if (weight > 0) present++;
      if (unit === "size") continue;
      this.#pools[unit].covering.add(weight);
      if (weight > 0) this.#pools[unit].present.add(weight);
    }
    return {
      pre: this.#labels[pre],
      post: this.#labels[post],
      kind,
      state: present > 0 ? "present" : byLineage.length > 0 ? "absent" : "not_covered",
      n_covering: byLineage.length,
      n_present: present,
      mean_count_present: orNull(counts.present.mean()),
      mean_count_covering: orNull(counts.covering.mean()),
      sd_count: orNull(counts.covering.deviation(1)),
      mean_sections_present: orNull(sections.present.mean()),
      mean_sections_covering: orNull(sections.covering.mean()),
      sd_sections: orNull(sections.covering.deviation(1)),
      by_lineage: byLineage,
    };
  }
}

function unitPools(): { readonly present: Pool; readonly covering: Pool } {
  return { present: new Pool(), covering: new Pool() };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
