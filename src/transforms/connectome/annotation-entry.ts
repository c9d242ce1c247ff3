import { z } from "zod";

/**
 * What is known of an annotation beyond its edges. `lineage` says which animals it describes: annotations of one
 * lineage are no independent measures (specification section 3.4 rule 3).
 */
export const AnnotationEntry = z.strictObject({
  annotation_id: z.string().min(1),
  /** `main` annotations enter the consensus, `crosscheck` ones are other forms or releases of the same work. */
  role: z.enum(["main", "crosscheck"]),
  lineage: z.string().min(1),
  animals: z.array(z.string()),
  stage: z.string().min(1),
  age_h: z.number().nullable(),
  sex: z.enum(["hermaphrodite", "male"]),
  region: z.enum(["complete", "head", "tail", "pharynx"]),
  unit: z.enum(["synapse_count", "em_sections", "size"]),
  /** Whether an unlisted gap junction was looked for; null: not known. */
  gap_complete: z.boolean().nullable(),
  citation: z.string().min(1),
  /** How the published file of this annotation states a pair that occurs twice: `summed` in it, or `listed` again. */
  repeats: z.enum(["summed", "listed"]).default("listed"),
  /** The annotation that this one may stand in for when it is missing: the same data in another form. */
  stands_in_for: z.string().nullable().default(null),
});

export type AnnotationEntry = z.infer<typeof AnnotationEntry>;
