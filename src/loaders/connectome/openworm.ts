import { z } from "zod";
import type { Loader } from "../loader.js";
import { cellText } from "./cell-number.js";
import { type EdgeKind, EdgeWriter } from "./edge-writer.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns, sheetRecords } from "./record-list.js";
import { readWorkbookGrids } from "./workbook-grids.js";

const parameters = z.strictObject({
  annotation: z.string().min(1).describe("annotation id of the records"),
  sheets: z
    .array(z.enum(["Connectome", "NeuronsToMuscle"]))
    .min(1)
    .default(["Connectome", "NeuronsToMuscle"])
    .describe("sheets to read; the records of NeuronsToMuscle are of kind nmj"),
});

export type OpenWormParameters = z.infer<typeof parameters>;

const KINDS: ReadonlyMap<string, EdgeKind> = new Map([
  ["Send", "chemical"],
  ["GapJunction", "gap"],
]);

const LAYOUT = {
  Connectome: { pre: "Origin", post: "Target", type: "Type" },
  NeuronsToMuscle: { pre: "Neuron", post: "Muscle", type: undefined },
} as const;

const WEIGHT = "Number of Connections";

/**
 * CElegansNeuronTables.xls of OpenWorm: `Connectome` (Send is chemical, GapJunction is gap) and `NeuronsToMuscle`
 * (kind nmj). Gap pairs are mostly listed both ways, five of them with differing weights. Specification 2.4 #3.
 */
export const openWorm: Loader<OpenWormParameters> = {
  name: "connectome/openworm",
  description: "CElegansNeuronTables.xls: neuron to neuron and neuron to muscle",
  partition: "file",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotation, sheets } = context.parameters;
    const writer = new EdgeWriter({ context, file, annotation });
    let before = 0;
    for (const grid of await readWorkbookGrids(context, file, { sheets })) {
      const { pre, post, type } = LAYOUT[grid.name as keyof typeof LAYOUT];
      const used = type === undefined ? [pre, post, WEIGHT] : [pre, post, type, WEIGHT];
      const list = sheetRecords({ grid, headerRow: 1, required: used, file: file.path });
      context.countRead(file, list.records.length);
      dropColumns(context, {
        file,
        columns: list.columns.map((column) => `${grid.name}!${column}`),
        used: used.map((column) => `${grid.name}!${column}`),
      });
      for (const record of list.records) {
        const typeRaw = type === undefined ? null : cellText(record.get(type));
        const kind = typeRaw === null ? "nmj" : KINDS.get(typeRaw);
        if (kind === undefined) {
          const rule = "types are Send and GapJunction";
          writer.drop({ cell: record.cell, reason: "unknown_type", rule, detail: typeRaw ?? "" });
          continue;
        }
        writer.add({
          index: before + record.index,
          cell: record.cell,
          kind,
          typeRaw,
          pre: cellText(record.get(pre)),
          post: cellText(record.get(post)),
          weight: record.get(WEIGHT),
        });
      }
      before += list.records.length;
    }
    writer.finish();
  },
};
