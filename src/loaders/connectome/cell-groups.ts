import { z } from "zod";
import { isJsonObject } from "../../formats/json/json-value.js";
import { parseJson } from "../../formats/json/parse-json.js";
import type { Loader } from "../loader.js";
import { CELL_ATTRIBUTES, type CellStatements, writeStatements } from "./cell-statement.js";
import { shapeError } from "./json-records.js";
import { onlyFile, readRawFile } from "./raw-file.js";

const parameters = z.strictObject({
  attribute: z.enum(CELL_ATTRIBUTES).describe("what membership of a group states about a cell"),
});

export type CellGroupsParameters = z.infer<typeof parameters>;

/**
 * A JSON object of groups and their cells: `{"lateral ganglion": ["ADAL", …]}`. A group whose members are groups of the
 * same file (`head`, `pharynx`) says nothing about cells; its members are accounted for as `group_of_groups`.
 */
export const cellGroups: Loader<CellGroupsParameters> = {
  name: "connectome/cell-groups",
  description: "Groups of cells as a JSON object: ganglia, types",
  partition: "file",
  outputs: ["neuron_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { attribute } = context.parameters;
    const bytes = await readRawFile(file, context.limits);
    const root = parseJson(bytes, { file: file.path, limits: context.limits, ordered: true });
    if (!isJsonObject(root)) throw shapeError(file, "the file", "an object of groups", root);
    const groups = new Set(root.keys());
    const records: CellStatements[] = [];
    let index = 0;
    for (const [group, members] of root) {
      if (!Array.isArray(members)) throw shapeError(file, `key ${group}`, "an array of cell names", members);
      context.countRead(file, members.length);
      for (const [position, member] of members.entries()) {
        const cell = `${group}[${position}]`;
        if (typeof member !== "string") throw shapeError(file, cell, "a cell name", member);
        if (groups.has(member)) {
          const rule = "a group of groups states nothing about a cell";
          context.drop({ file, scope: "value", item: cell, reason: "group_of_groups", rule, detail: member });
        } else records.push({ index, cell, name: member.trim(), statements: [{ attribute, raw: group }] });
        index++;
      }
    }
    writeStatements(context, { file, subject: "cell", records });
  },
};
