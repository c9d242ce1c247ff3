import { z } from "zod";
import type { Loader } from "../loader.js";
import { cellText } from "./cell-number.js";
import { type EdgeKind, EdgeWriter } from "./edge-writer.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns, sheetRecords } from "./record-list.js";
import { readWorkbookGrids } from "./workbook-grids.js";

const parameters = z.strictObject({
  annotation: z.string().min(1).describe("annotation id of the records"),
  view: z
    .enum(["sender", "receiver"])
    .default("sender")
    .describe("sender: S, Sp, EJ and NMJ as listed; receiver: R and Rp, transposed, for the cross-check"),
  sheet: z.string().min(1).default("NeuronConnect.csv"),
});

export type NeuronConnectParameters = z.infer<typeof parameters>;

const COLUMNS = ["Neuron 1", "Neuron 2", "Type", "Nbr"] as const;

/** Kind of each type that the sender's view carries; R and Rp are the same synapses seen from the receiver. */
const SENDER: ReadonlyMap<string, EdgeKind> = new Map([
  ["S", "chemical"],
  ["Sp", "chemical"],
  ["EJ", "gap"],
  ["NMJ", "nmj"],
]);
const RECEIVER: ReadonlyMap<string, EdgeKind> = new Map([
  ["R", "chemical"],
  ["Rp", "chemical"],
]);

/**
 * NeuronConnect.xls (Chen 2006, Varshney 2011; published as Chklovskii): one row per neuron pair and type. Monadic (S)
 * and polyadic (Sp) sends are both chemical. Specification 2.4 #2, defect 15.
 */
export const neuronConnect: Loader<NeuronConnectParameters> = {
  name: "connectome/neuron-connect",
  description: "NeuronConnect.xls: sends, receives, gap junctions and neuromuscular junctions",
  partition: "file",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotation, view, sheet } = context.parameters;
    const [grid] = await readWorkbookGrids(context, file, { sheets: [sheet] });
    if (grid === undefined) return;
    const list = sheetRecords({ grid, headerRow: 1, required: COLUMNS, file: file.path });
    context.countRead(file, list.records.length);
    dropColumns(context, { file, columns: list.columns, used: COLUMNS });
    const [own, other, otherReason] =
      view === "sender" ? ([SENDER, RECEIVER, "receiver_view"] as const) : ([RECEIVER, SENDER, "sender_view"] as const);
    const writer = new EdgeWriter({ context, file, annotation });
    for (const record of list.records) {
      const type = cellText(record.get("Type"));
      const first = cellText(record.get("Neuron 1"));
      const second = cellText(record.get("Neuron 2"));
      const kind = own.get(type);
      if (kind !== undefined) {
        const [pre, post] = view === "sender" ? [first, second] : [second, first];
        const weight = record.get("Nbr");
        writer.add({ index: record.index, cell: record.cell, kind, typeRaw: type, pre, post, weight });
      } else if (other.has(type)) {
        const rule = "S and Sp list each synapse once, from the sender; R and Rp list it again, from the receiver";
        writer.drop({ cell: record.cell, reason: otherReason, rule, detail: `${first}, ${second}, ${type}` });
      } else {
        const rule = "types are S, Sp, R, Rp, EJ and NMJ";
        writer.drop({ cell: record.cell, reason: "unknown_type", rule, detail: `${first}, ${second}, ${type}` });
      }
    }
    writer.finish();
  },
};
