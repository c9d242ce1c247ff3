import { annotationEntry, FUNCTIONAL_SOURCE, PUBLISHED_ANNOTATIONS } from "./annotation-catalogue.js";
import type { AnnotationEntry } from "./annotation-entry.js";
import { AnnotationWeights } from "./annotation-weights.js";
import type { CellResolver } from "./cell-resolver.js";
import type { ProcedureInput } from "./consensus-procedure.js";
import { groupByAnnotation, type RecordWeight } from "./edge-record.js";
import { type FunctionalEdgeRecord, FunctionalWeights } from "./functional-weights.js";

/** Which of the ten published sources were read. */
export interface PublishedInput extends ProcedureInput {
  /** Published name of each annotation of the input, in its order. */
  readonly names: readonly string[];
  /** Published names of the sources without a record. */
  readonly missing: readonly string[];
}

/**
 * The annotations that take part in the published consensus, each in its main form or else in the one that stands in
 * for it, and the functional source. Records of anything else are left aside.
 * @param records in reading order
 */
export function publishedInput(options: {
  readonly records: readonly RecordWeight[];
  readonly functionalRecords: readonly FunctionalEdgeRecord[];
  readonly resolver: CellResolver;
}): PublishedInput {
  const groups = groupByAnnotation(options.records);
  const annotations: AnnotationWeights[] = [];
  const names: string[] = [];
  const missing: string[] = [];
  for (const published of PUBLISHED_ANNOTATIONS) {
    const entry = formRead(published, groups);
    if (entry === null) {
      missing.push(published.annotation_id);
      continue;
    }
    annotations.push(new AnnotationWeights(entry, groups.get(entry.annotation_id) ?? [], options.resolver));
    names.push(published.annotation_id);
  }
  const responses = options.functionalRecords.filter((record) => record.atlas_id === FUNCTIONAL_SOURCE);
  const functional = responses.length === 0 ? null : new FunctionalWeights(responses, options.resolver);
  if (functional === null) missing.push(FUNCTIONAL_SOURCE);
  return { annotations, functional, names, missing };
}

/** Ids of the annotations that may take part: published ones, and forms that stand in for one. */
export const PUBLISHED_FORMS: ReadonlySet<string> = new Set(
  PUBLISHED_ANNOTATIONS.flatMap((published) => [published.annotation_id, standInOf(published)?.annotation_id ?? ""]),
);

/** The form of a published annotation that has records: its own, else the one that stands in for it. */
export function formRead(
  published: AnnotationEntry,
  read: { has(annotationId: string): boolean },
): AnnotationEntry | null {
  if (read.has(published.annotation_id)) return published;
  const standIn = standInOf(published);
  return standIn !== null && read.has(standIn.annotation_id) ? standIn : null;
}

function standInOf(published: AnnotationEntry): AnnotationEntry | null {
  const standIn = annotationEntry(`${published.annotation_id}_json`);
  return standIn?.stands_in_for === published.annotation_id ? standIn : null;
}

/** `7 of 10 sources: a, b; missing: c`: what a result over these inputs may be compared with. */
export function coverageSentence({ names, missing, functional }: PublishedInput): string {
  const read = functional === null ? names : [...names, FUNCTIONAL_SOURCE];
  const total = PUBLISHED_ANNOTATIONS.length + 1;
  const lacking = missing.length === 0 ? "" : `; missing: ${missing.join(", ")}`;
  return `${read.length} of ${total} published sources: ${read.join(", ")}${lacking}`;
}
