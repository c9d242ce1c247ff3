import { z } from "zod";
import type { DroppedRecordRow, DroppedRow, LabelDroppedRow } from "../../tables/generated/celegans_activity.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** Rows written at once. */
const BLOCK = 4096;

/**
 * `dropped_record` and `label_dropped` → `dropped`: everything of a source file that is in no public table. The step of
 * what a transform left out is the table that lacks it. With `file_count`, carried + dropped = read holds per file.
 */
export const dropped: Transform<z.infer<typeof parameters>> = {
  name: "activity/dropped",
  description: "Everything left out, by loaders and transforms",
  inputs: ["dropped_record", "label_dropped"],
  outputs: ["dropped"],
  parameters,
  async run(context) {
    const sink = context.sink("dropped");
    let block: DroppedRow[] = [];
    const add = (row: DroppedRow) => {
      block.push(row);
      if (block.length < BLOCK) return;
      sink.write(block);
      block = [];
    };
    for await (const row of context.input("dropped_record").rows<DroppedRecordRow>()) add(row);
    for await (const row of context.input("label_dropped").rows<LabelDroppedRow>()) {
      add({ ...row, step: row.scope === "roi" ? "roi" : "recording" });
    }
    sink.write(block);
  },
};
