import { z } from "zod";
import { collectDropped } from "../collect-dropped.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

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
    await collectDropped(context, { document_dropped: "document" });
  },
};
