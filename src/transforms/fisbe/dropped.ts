import { z } from "zod";
import type { DroppedRecordRow, DroppedRow } from "../../tables/generated/fisbe.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** Rows written at once. */
const BLOCK = 4096;

/** `dropped_record` → `dropped`: everything of a source file that is in no public table. */
export const dropped: Transform<z.infer<typeof parameters>> = {
  name: "fisbe/dropped",
  description: "Everything that loaders left out",
  inputs: ["dropped_record"],
  outputs: ["dropped"],
  parameters,
  async run(context) {
    const sink = context.sink("dropped");
    let block: DroppedRow[] = [];
    for await (const row of context.input("dropped_record").rows<DroppedRecordRow>()) {
      block.push(row);
      if (block.length < BLOCK) continue;
      sink.write(block);
      block = [];
    }
    sink.write(block);
  },
};
