import { z } from "zod";
import type { LabelDroppedRow } from "../../tables/generated/celegans_activity.js";
import { collectDropped } from "../collect-dropped.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

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
    await collectDropped<LabelDroppedRow>(context, {
      label_dropped: ({ scope }) => (scope === "roi" ? "roi" : "recording"),
    });
  },
};
