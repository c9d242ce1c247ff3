import { z } from "zod";

/** Names of sources and steps: they become partition ids, log files and parts of dotted `--set` paths. */
export const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
/** `table` or `dataset.table`. */
export const TABLE_NAME = /^(?:[a-z][a-z0-9_]{0,62}\.)?[a-z][a-z0-9_]{0,62}$/;

const text = z.string().min(1);
const table = z.string().regex(TABLE_NAME, { error: "expected a table name: table, or dataset.table" });
const tables = z
  .union([table, z.array(table).min(1)], { error: "expected a table name or a list of them" })
  .describe("One table or a list: `edge`, `[edge, edge_dropped]`, `other_dataset.table`.");
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: "expected 64 lower-case hexadecimal digits" });

export const resourcesSchema = z
  .strictObject({
    memory: z
      .string()
      .regex(/^\d+(\.\d+)?\s*(MB|MiB|GB|GiB)$/, { error: "expected a size such as 500MB or 2GB" })
      .optional()
      .describe("Most memory one unit of the step may use, for example `2GB` (the default)."),
    time: z
      .string()
      .regex(/^\d+(\.\d+)?\s*(s|m|h)$/, { error: "expected a duration such as 90s, 10m or 2h" })
      .optional()
      .describe("Longest one unit of the step may take, for example `30m` (the default)."),
  })
  .describe("Limits of each unit of work of the step: it is ended when it passes one.");

export const sourceSchema = z.strictObject({
  files: z
    .union([text, z.array(text).min(1)], { error: "expected a file pattern or a list of them" })
    .describe("Path below a mirror folder; `*`, `?`, `[…]`, `{a,b}` and `**` are patterns."),
  optional: z
    .boolean()
    .optional()
    .describe("Skip the steps that read it, instead of failing, when no mirror holds it."),
  licence: text.optional().describe("SPDX identifier, where datasets/<dataset>/sources.yaml has none."),
  url: text.optional().describe("Where the file was published."),
  sha256: sha256.optional().describe("Pinned hash; for a source that is one file."),
  bytes: z.int().min(0).optional().describe("Pinned size; for a source that is one file."),
});

const parameters = z.record(z.string(), z.unknown()).optional().describe("Parameters of the implementation.");

export const loadStepSchema = z.strictObject({
  load: text.describe("A loader's name, or a module beside this file: `./my-loader.mjs`."),
  source: z
    .union([text, z.array(text).min(1)], { error: "expected a source's name or a list of them" })
    .describe("Which sources it reads."),
  into: tables,
  with: parameters,
  resources: resourcesSchema.optional(),
});

export const transformStepSchema = z.strictObject({
  transform: text.describe("A transform's name, or a module beside this file: `./my-transform.mjs`."),
  from: tables,
  into: tables,
  with: parameters,
  resources: resourcesSchema.optional(),
});

export const stageStepSchema = z.strictObject({
  stage: text.describe("A stage's name, or a module beside this file: `./my-stage.mjs`."),
  from: tables,
  into: tables,
  with: parameters,
  resources: resourcesSchema.optional(),
});

const checkName = text.describe("What the check is called in reports.");
const needs = z.array(text).optional().describe("Skip the check, with a reason, when one of these sources is missing.");

export const equalCheckSchema = z.strictObject({
  name: checkName.optional(),
  equal: z
    .tuple([text, text], { error: 'expected two sides: ["table where …", "table where …"]' })
    .describe("Two row sets, `table` or `table where condition`, which must be equal as multisets."),
  on: z.array(text).min(1).describe("The columns or expressions compared."),
  needs,
});

export const noneCheckSchema = z.strictObject({
  name: checkName.optional(),
  none: text.describe("A SELECT that returns rows at fault: it must return none."),
  needs,
});

export const uniqueCheckSchema = z.strictObject({
  name: checkName.optional(),
  unique: table.describe("A table whose contract key must identify each row."),
  needs,
});

export const scheduleSchema = z.strictObject({
  cron: text.describe('Five fields: "0 4 * * 1" is Monday 04:00.'),
  zone: text.optional().describe("IANA time zone, for example UTC or Europe/Helsinki."),
});

const head = {
  pipeline: z.string().regex(NAME, { error: "expected letters, digits, - and _, beginning with a letter" }),
  title: text.optional().describe("One line for people."),
  description: text.optional(),
  dataset: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/, { error: "expected lower-case letters, digits and _, beginning with a letter" })
    .describe("Dataset of every table that is named without one."),
  needs: z
    .array(text)
    .optional()
    .describe("Pipelines whose tables this one reads, by name: they are brought up to date before it."),
  schedule: scheduleSchema.optional(),
};

/** Shape of the top level alone: sources, steps and checks are read one by one, so that all faults are found. */
export const headSchema = z.strictObject({
  ...head,
  sources: z.record(z.string(), z.unknown()).optional(),
  steps: z.record(z.string(), z.unknown()),
  checks: z.array(z.unknown()).optional(),
});

/** The whole grammar, for editors. */
export const pipelineSchema = z.strictObject({
  $schema: z.string().optional(),
  ...head,
  sources: z.record(z.string().regex(NAME), sourceSchema).optional().describe("Raw files by name."),
  steps: z
    .record(z.string().regex(NAME), z.union([loadStepSchema, transformStepSchema, stageStepSchema]))
    .describe("What is done, by name; the order follows from the tables."),
  checks: z
    .array(z.union([equalCheckSchema, noneCheckSchema, uniqueCheckSchema]))
    .optional()
    .describe("What must hold before the new tables become current."),
});

/** JSON Schema (draft 2020-12) of pipeline files: `schemas/pipeline.schema.json`. */
export function pipelineJsonSchema(): object {
  return {
    title: "neurotables pipeline",
    ...z.toJSONSchema(pipelineSchema, { io: "input" }),
  };
}
