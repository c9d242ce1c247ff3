import { z } from "zod";
import { ConfigError } from "../../base/errors.js";
import type { Transform } from "../transform.js";
import { annotationEntry, PUBLISHED_ANNOTATIONS } from "./annotation-catalogue.js";
import { AnnotationEntry } from "./annotation-entry.js";
import { representativeOf } from "./consensus-procedure.js";
import { formRead } from "./published-input.js";

const parameters = z.strictObject({
  annotations: z
    .array(AnnotationEntry)
    .default([])
    .describe("annotations of the user's own; they win over authored ones"),
});

/**
 * `edge` → `annotation`: the authored catalogue, for the annotations that have edges, with the number of neurons that
 * take part in each (the only coverage that is known). Specification sections 3.4 rule 3 and 4.1.
 */
export const annotation: Transform<z.infer<typeof parameters>> = {
  name: "connectome/annotation",
  description: "Describes the annotations that were read: lineage, animals, stage, unit, coverage",
  inputs: ["edge"],
  outputs: ["annotation"],
  parameters,
  async run(context) {
    const neurons = new Map<string, Set<string>>();
    type Ends = { annotation_id: string; pre: string | null; post: string | null };
    for await (const edge of context.input("edge").rows<Ends>(["annotation_id", "pre", "post"])) {
      const covered = neurons.get(edge.annotation_id) ?? new Set<string>();
      neurons.set(edge.annotation_id, covered);
      if (edge.pre !== null) covered.add(edge.pre);
      if (edge.post !== null) covered.add(edge.post);
    }
    const own = new Map(context.parameters.annotations.map((entry) => [entry.annotation_id, entry]));
    const entries = [...neurons.keys()].map((id) => own.get(id) ?? annotationEntry(id) ?? unknownAnnotation(id));
    const representatives = representativeIds(entries);
    context.sink("annotation").write(
      entries.map((entry) => ({
        annotation_id: entry.annotation_id,
        role: entry.role,
        representative: representatives.has(entry.annotation_id),
        lineage: entry.lineage,
        animals: entry.animals,
        stage: entry.stage,
        age_h: entry.age_h,
        sex: entry.sex,
        region: entry.region,
        unit: entry.unit,
        gap_complete: entry.gap_complete,
        n_neurons: neurons.get(entry.annotation_id)?.size ?? 0,
        citation: entry.citation,
        published_source: publishedName(entry, neurons),
      })),
    );
  },
};

/** Ids of the annotations that represent their lineage: main ones, or forms that stand in for a missing main one. */
export function representativeIds(entries: readonly AnnotationEntry[]): Set<string> {
  const read = new Set(entries.map((entry) => entry.annotation_id));
  const byLineage = new Map<string, Map<string, string>>();
  for (const entry of entries) {
    const standsIn = entry.stands_in_for !== null && !read.has(entry.stands_in_for);
    if (entry.role !== "main" && !standsIn) continue;
    const candidates = byLineage.get(entry.lineage) ?? new Map<string, string>();
    byLineage.set(entry.lineage, candidates);
    candidates.set(standsIn ? (entry.stands_in_for as string) : entry.annotation_id, entry.annotation_id);
  }
  const chosen = [...byLineage].map(([lineage, candidates]) => {
    const ids = [...candidates.keys()].sort();
    return candidates.get(representativeOf(lineage, ids)) as string;
  });
  return new Set(chosen);
}

function publishedName(entry: AnnotationEntry, read: { has(annotationId: string): boolean }): string | null {
  const published = PUBLISHED_ANNOTATIONS.find(
    (candidate) => formRead(candidate, read)?.annotation_id === entry.annotation_id,
  );
  return published?.annotation_id ?? null;
}

function unknownAnnotation(id: string): never {
  throw new ConfigError("unknown-annotation", `annotation ${id} has edges, but nothing describes it`, [], {
    fields: { annotation: id },
    wayOut:
      "Describe it under `with: { annotations: [...] }` of the annotation step, or name it as the catalogue does.",
  });
}
