import { z } from "zod";
import { fileName } from "../connectome/raw-file.js";
import type { SourceFile } from "../loader.js";
import { isRegularExpression } from "./regular-expression.js";

const text = z.string().min(1).optional();

/** What the name of a file says about the animals in it, as a parameter of a loader. */
export const conditionRules = z
  .array(
    z.strictObject({
      file: z
        .string()
        .min(1)
        .refine(isRegularExpression, "no regular expression")
        .describe("matched against the name without .mat"),
      condition: text,
      genotype: text,
      strain: text,
      stage: text,
      sex: text,
    }),
  )
  .default([])
  .describe("what names of files say about their animals; all rules that match apply, later ones win");

export type ConditionRules = z.infer<typeof conditionRules>;

/** What is known of the animals of a file by its name. */
export interface FileCondition {
  readonly condition?: string;
  readonly genotype?: string;
  readonly strain?: string;
  readonly stage?: string;
  readonly sex?: string;
}

/** Name of a file without folder and extension. */
export function baseName(file: SourceFile): string {
  return fileName(file).replace(/\.[^.]*$/u, "");
}

/** Applies the rules that match the name of a file, in their order. */
export function conditionOf(file: SourceFile, rules: ConditionRules): FileCondition {
  const name = baseName(file);
  const found: Record<string, string> = {};
  for (const { file: pattern, ...says } of rules) {
    if (!new RegExp(pattern, "u").test(name)) continue;
    for (const [key, value] of Object.entries(says)) if (value !== undefined) found[key] = value;
  }
  return found;
}
