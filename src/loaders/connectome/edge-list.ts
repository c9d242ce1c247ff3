import { z } from "zod";
import type { Loader } from "../loader.js";
import { cellText } from "./cell-number.js";
import { EdgeWriter } from "./edge-writer.js";
import { onlyFile } from "./raw-file.js";
import { dropColumns } from "./record-list.js";
import { readTextRecords } from "./text-records.js";

const parameters = z.strictObject({
  annotation: z.string().min(1).describe("annotation id of the records"),
  separator: z
    .enum(["tab", "comma", "auto"])
    .default("auto")
    .describe("`auto`: what separates the names of the header line"),
  columns: z
    .strictObject({
      pre: z.string().default("pre"),
      post: z.string().default("post"),
      type: z.string().default("type"),
      weight: z.string().default("synapses"),
    })
    .prefault({})
    .describe("names of the columns, as the header spells them"),
  kinds: z
    .record(z.string(), z.enum(["chemical", "gap", "nmj"]))
    .default({ chemical: "chemical", electrical: "gap" })
    .describe("kind of connection of each type that the file names"),
});

export type EdgeListParameters = z.infer<typeof parameters>;

const SEPARATORS = { tab: "\t", comma: ",", auto: "auto" } as const;

/**
 * Edge lists as text: the TSV files of White 1986 and Witvliet 2020 (named .csv; `pre post type synapses`) and, with
 * its column names, the WormWiring list whose fields are padded with blanks. Specification 2.4 #4-9.
 */
export const edgeList: Loader<EdgeListParameters> = {
  name: "connectome/edge-list",
  description: "Tab- or comma-separated edge lists with a header",
  partition: "file",
  outputs: ["edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { annotation, separator, columns, kinds } = context.parameters;
    const used = [columns.pre, columns.post, columns.type, columns.weight];
    const list = await readTextRecords(context, file, { separator: SEPARATORS[separator], required: used });
    context.countRead(file, list.records.length);
    dropColumns(context, { file, columns: list.columns, used });
    const writer = new EdgeWriter({ context, file, annotation });
    for (const record of list.records) {
      const typeRaw = cellText(record.get(columns.type));
      const kind = Object.hasOwn(kinds, typeRaw) ? kinds[typeRaw] : undefined;
      if (kind === undefined) {
        const rule = `types are ${Object.keys(kinds).join(", ")}`;
        writer.drop({ cell: record.cell, reason: "unknown_type", rule, detail: typeRaw });
        continue;
      }
      writer.add({
        index: record.index,
        cell: record.cell,
        kind,
        typeRaw,
        pre: cellText(record.get(columns.pre)),
        post: cellText(record.get(columns.post)),
        weight: record.get(columns.weight),
      });
    }
    writer.finish();
  },
};
