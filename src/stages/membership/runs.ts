import { z } from "zod";
import { canonicalJson, compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import type { RunRecordRow } from "../../tables/generated/membership.js";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  tolerance: z
    .number()
    .min(0)
    .default(0.05)
    .describe("how far figures of the self-test may differ between pieces of work, nats: more is another model"),
});

/**
 * `run_record` → `run`: what the pieces of work say of each run, as one row. They must agree in all but the last digits
 * of the self-test: a server whose model was replaced half-way makes no run.
 * @throws {LoadError} `load/runs-differ` naming run, column, partitions and values.
 */
export const runs: Stage<z.infer<typeof parameters>> = {
  name: "membership/runs",
  description: "One row per scoring run, where all its pieces agree",
  inputs: ["run_record"],
  outputs: ["run"],
  parameters,
  async run(context) {
    const kept = new Map<string, RunRecordRow>();
    const { tolerance } = context.parameters;
    for await (const row of context.input("run_record").rows<RunRecordRow>()) {
      const other = kept.get(row.run_id);
      const [first, second] = other === undefined || row.partition < other.partition ? [row, other] : [other, row];
      if (second !== undefined) compare(first, second, tolerance);
      kept.set(row.run_id, first);
    }
    const sink = context.sink("run");
    for (const runId of [...kept.keys()].sort(compareCodeUnits)) {
      const { partition: _, ...row } = kept.get(runId) as RunRecordRow;
      sink.write([row]);
    }
  },
};

function compare(first: RunRecordRow, second: RunRecordRow, tolerance: number): void {
  for (const column of Object.keys(first) as (keyof RunRecordRow)[]) {
    if (column === "partition") continue;
    const [a, b] = [first[column], second[column]];
    const same =
      column === "self_test"
        ? alike(JSON.parse(first.self_test), JSON.parse(second.self_test), tolerance)
        : textOf(a) === textOf(b);
    if (same) continue;
    throw new LoadError(
      "runs-differ",
      `${first.run_id}: ${column} is ${textOf(a)} in ${first.partition} and ${textOf(b)} in ${second.partition}`,
      {
        fields: {
          run: first.run_id,
          column,
          partition: first.partition,
          value: textOf(a),
          other_partition: second.partition,
          other_value: textOf(b),
        },
        wayOut:
          "The units were not all scored by the same model. Give the model another `name` (or `revision`), so that all are scored again.",
      },
    );
  }
}

function textOf(value: RunRecordRow[keyof RunRecordRow]): string {
  if (typeof value === "bigint") return String(value);
  return canonicalJson(typeof value === "object" && value !== null ? [...value] : value);
}

/** Whether two values of JSON are the same but for numbers that differ by the tolerance at most. */
function alike(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= tolerance;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => alike(left[key], right[key], tolerance));
}
