import { z } from "zod";
import type { Loader } from "../loader.js";
import { carryMatrices } from "./adjacency-matrix.js";
import { matrixLayoutFields } from "./labelled-matrix.js";
import { onlyFile } from "./raw-file.js";
import { readWorkbookGrids } from "./workbook-grids.js";

const parameters = z.strictObject({
  annotation: z.string().min(1).describe("annotation id of the records"),
  sheet: z.string().min(1).describe("the data set to read: `Dataset7`"),
  rows: z.enum(["pre", "post"]).default("post").describe("what the rows of the matrix are"),
  ...matrixLayoutFields({ label_row: 3, label_column: "C", first_cell: "D5" }),
});

export type CountMatricesParameters = z.infer<typeof parameters>;

/**
 * Synapse counts of Witvliet et al. 2021, one sheet per animal. Rows are **postsynaptic**, columns presynaptic
 * (specification 2.1): Dataset7 read this way equals the NemaNode JSON.
 */
export const countMatrices: Loader<CountMatricesParameters> = {
  name: "connectome/count-matrices",
  description: "Chemical synapse counts, one sheet per animal, rows postsynaptic",
  partition: "file",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotation, sheet, rows } = context.parameters;
    const [grid] = await readWorkbookGrids(context, file, { sheets: [sheet] });
    carryMatrices(context, {
      file,
      annotation,
      rows,
      matrices: grid === undefined ? [] : [{ grid, kind: "chemical" }],
    });
  },
};
