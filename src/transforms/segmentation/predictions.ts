import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { Row } from "../../tables/contract.js";
import type { PredictionRow } from "../../tables/generated/segmentation.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** Blocks written at once: 64³ labels of up to four bytes each. */
const BLOCKS_AT_ONCE = 16;

const PREDICTIONS = ["segmentation.published_prediction", "segmentation.baseline_prediction"] as const;
const CHUNKS = ["segmentation.published_chunk", "segmentation.baseline_chunk"] as const;

/**
 * Predictions from files and those of the baselines → `segmentation.prediction` and `segmentation.chunk`, sample by
 * sample: from here on it does not matter who made them.
 * @throws {LoadError} `load/two-predictions` where a file's method is called as a baseline.
 */
export const predictions: Transform<z.infer<typeof parameters>> = {
  name: "segmentation/predictions",
  description: "All predictions, from files and of baselines, in one pair of tables",
  inputs: [...PREDICTIONS, ...CHUNKS],
  each: [...PREDICTIONS, ...CHUNKS],
  outputs: ["prediction", "chunk"],
  parameters,
  async run(context) {
    const ids = new Set<string>();
    for (const table of PREDICTIONS) {
      const rows: PredictionRow[] = [];
      for await (const row of context.input(table).rows<PredictionRow>()) {
        if (ids.has(row.prediction_id)) throw twice(row);
        ids.add(row.prediction_id);
        rows.push(row);
      }
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

function twice({ prediction_id: prediction, method }: PredictionRow): LoadError {
  return new LoadError("two-predictions", `${prediction}: predictions from a file and of the baseline ${method}`, {
    fields: { prediction, method },
    wayOut: `Call the folder of the file differently, or map it to another name in "methods" of the load step.`,
  });
}
