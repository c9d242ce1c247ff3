import { z } from "zod";
import type { DocumentDroppedRow, DroppedRecordRow, DroppedRow } from "../../tables/generated/membership.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** Rows written at once. */
const BLOCK = 4096;

/**
 * `dropped_record` and `document_dropped` → `dropped`: everything of a source file that is in no public table. The step
 * of what a transform left out is the table that lacks it: `document`.
 */
export const dropped: Transform<z.infer<typeof parameters>> = {
  name: "membership/dropped",
  description: "Everything left out, by loaders and by documents",
  inputs: ["dropped_record", "document_dropped"],
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
    for await (const row of context.input("document_dropped").rows<DocumentDroppedRow>()) {
      add({ ...row, step: "document" });
    }
    sink.write(block);
  },
};
