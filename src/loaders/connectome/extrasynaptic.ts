import { z } from "zod";
import type { Row } from "../../tables/contract.js";
import type { Loader } from "../loader.js";
import { cellText } from "./cell-number.js";
import { onlyFile } from "./raw-file.js";
import { readTextRecords } from "./text-records.js";

const parameters = z.strictObject({
  layer: z.enum(["monoamine", "neuropeptide"]).describe("layer of the multiplex that the file holds"),
});

export type ExtrasynapticParameters = z.infer<typeof parameters>;

const COLUMNS = ["source neuron", "target neuron", "transmitter", "receptor"] as const;

/** The monoamine and neuropeptide edges of Bentley et al. 2016: comma-separated, the header in a `#` line. */
export const extrasynaptic: Loader<ExtrasynapticParameters> = {
  name: "connectome/extrasynaptic",
  description: "Extrasynaptic edges: source, target, transmitter, receptor",
  partition: "file",
  outputs: ["extrasynaptic_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const list = await readTextRecords(context, file, {
      separator: ",",
      header: "comment",
      comment: "#",
      required: COLUMNS,
    });
    context.countRead(file, list.records.length);
    const rows: Row[] = [];
    for (const record of list.records) {
      const [source, target, transmitter, receptor] = COLUMNS.map((column) => cellText(record.get(column)));
      if (!source || !target || !transmitter || !receptor) {
        const rule = "an extrasynaptic edge names both cells, the transmitter and the receptor";
        const detail = [source, target, transmitter, receptor].join(", ");
        context.drop({ file, scope: "edge", item: record.cell, reason: "blank_cell", rule, detail });
        continue;
      }
      rows.push({
        source_id: file.sourceId,
        record_index: record.index,
        source_cell: record.cell,
        layer: context.parameters.layer,
        source_raw: source,
        target_raw: target,
        transmitter,
        receptor,
      });
    }
    context.sink("extrasynaptic_record").write(rows);
    context.countCarried(file, rows.length);
  },
};
