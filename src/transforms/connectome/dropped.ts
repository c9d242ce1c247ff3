import { z } from "zod";
import { collectDropped } from "../collect-dropped.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** What each transform left out, and the table by which it is named in `dropped.step`. */
const TRANSFORM_DROPS = { edge_dropped: "edge", neuron_dropped: "neuron", alias_dropped: "neuron_alias" } as const;

/**
 * `dropped_record` and the `…_dropped` tables → `dropped`: everything of a source file that is in no public table.
 * For loaders carried + dropped = read holds per file in `file_count`; for transforms the records of a record table
 * are those merged into its public table and those dropped here.
 */
export const dropped: Transform<z.infer<typeof parameters>> = {
  name: "connectome/dropped",
  description: "Everything left out, by loaders and transforms",
  inputs: ["dropped_record", ...Object.keys(TRANSFORM_DROPS)],
  outputs: ["dropped"],
  parameters,
  async run(context) {
    await collectDropped(context, TRANSFORM_DROPS);
  },
};
