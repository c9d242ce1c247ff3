import type { Row } from "../tables/contract.js";
import type { TransformContext } from "./transform.js";

/** Rows written at once. */
const BLOCK = 4096;

/** The table that lacks what a transform left out, as `dropped.step`; of loaders the row has its step already. */
export type DroppedStep<R> = string | ((row: R) => string);

/**
 * Writes the rows of `dropped_record`, and then those of the `…_dropped` tables with the step that each stands for, to
 * `dropped`. Memory: one block.
 */
export async function collectDropped<R extends object = Row>(
  context: TransformContext<unknown>,
  transforms: Readonly<Record<string, DroppedStep<R>>> = {},
): Promise<void> {
  const sink = context.sink("dropped");
  let block: Row[] = [];
  const add = (row: Row) => {
    block.push(row);
    if (block.length < BLOCK) return;
    sink.write(block);
    block = [];
  };
  for await (const row of context.input("dropped_record").rows()) add(row);
  for (const [table, step] of Object.entries(transforms)) {
    for await (const row of context.input(table).rows<R>()) {
      add({ ...row, step: typeof step === "string" ? step : step(row) });
    }
  }
  sink.write(block);
}
