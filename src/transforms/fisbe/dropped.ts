import { z } from "zod";
import { collectDropped } from "../collect-dropped.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** `dropped_record` → `dropped`: everything of a source file that is in no public table. */
export const dropped: Transform<z.infer<typeof parameters>> = {
  name: "fisbe/dropped",
  description: "Everything that loaders left out",
  inputs: ["dropped_record"],
  outputs: ["dropped"],
  parameters,
  async run(context) {
    await collectDropped(context);
  },
};
