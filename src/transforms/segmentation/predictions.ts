import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** Blocks written at once: 64³ labels of up to four bytes each. */
const BLOCKS_AT_ONCE = 16;

const PREDICTIONS = ["segmentation.published_prediction", "segmentation.baseline_prediction"] as const;
const CHUNKS = ["segmentation.published_chunk", "segmentation.baseline_chunk"] as const;

/**
 * Predictions from files and those of the baselines → `segmentation.prediction` and `segmentation.chunk`, sample by
 * sample: from here on it does not matter who made them.
 */
export const predictions: Transform<z.infer<typeof parameters>> = {
  name: "segmentation/predictions",
  description: "All predictions, from files and of baselines, in one pair of tables",
  inputs: [...PREDICTIONS, ...CHUNKS],
  each: [...PREDICTIONS, ...CHUNKS],
  outputs: ["prediction", "chunk"],
  parameters,
  async run(context) {
    for (const table of PREDICTIONS) {
      const rows: Row[] = [];
      for await (const row of context.input(table).rows()) rows.push(row);
      context.sink("prediction").write(rows);
    }
    for (const table of CHUNKS) {
      let rows: Row[] = [];
      for await (const row of context.input(table).rows()) {
        rows.push(row);
        if (rows.length < BLOCKS_AT_ONCE) continue;
        context.sink("chunk").write(rows);
        rows = [];
      }
      context.sink("chunk").write(rows);
    }
  },
};
