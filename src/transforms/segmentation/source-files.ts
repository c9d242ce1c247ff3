import { z } from "zod";
import type { SourceFileRow } from "../../tables/generated/fisbe.js";
import type { PublishedPredictionRow } from "../../tables/generated/segmentation.js";
import type { Transform } from "../transform.js";

const parameters = z.strictObject({});

/** The files that predictions were read from, so that predictions can be published without the volumes. */
export const sourceFiles: Transform<z.infer<typeof parameters>> = {
  name: "segmentation/source-files",
  description: "Files that predictions were read from",
  inputs: ["source_file", "segmentation.published_prediction"],
  outputs: ["source_file"],
  parameters,
  async run(context) {
    const used = new Set<string | null>();
    for await (const { source_id: id } of context
      .input("segmentation.published_prediction")
      .rows<Pick<PublishedPredictionRow, "source_id">>(["source_id"])) {
      used.add(id);
    }
    const rows: SourceFileRow[] = [];
    for await (const row of context.input("source_file").rows<SourceFileRow>())
      if (used.has(row.source_id)) rows.push(row);
    context.sink("source_file").write(rows);
  },
};
