import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { Loader } from "../loader.js";
import { writeStatements } from "./cell-statement.js";
import { onlyFile } from "./raw-file.js";
import { lineCell, readText } from "./text-records.js";

const parameters = z.strictObject({});

export type CellPositionsParameters = z.infer<typeof parameters>;

/**
 * Positions as text: one `#` line with the names, then one line `x y z` per name, in the same order. The unit is not
 * stated. A name that stands twice (PVCL in anatlas_neuron_positions.txt) gives two records. Specification 2.1.
 */
export const cellPositions: Loader<CellPositionsParameters> = {
  name: "connectome/cell-positions",
  description: "Positions of cells: a comment line of names, then x y z lines",
  partition: "file",
  outputs: ["neuron_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { comments, records } = await readText(context, file, {
      separator: "whitespace",
      header: "none",
      comment: "#",
      ragged: "keep",
    });
    const names = (comments[0]?.text ?? "").split(/\s+/).filter((name) => name !== "");
    const fail = (problem: string, row: string) =>
      new LoadError("record-shape", `${file.path}, ${row}: ${problem}`, {
        fields: { file: file.path, row, names: names.length, positions: records.length },
        wayOut: "The first line names the cells after a #; one line of x, y and z follows for each.",
      });
    if (names.length !== records.length) {
      throw fail(`${names.length} names, but ${records.length} positions follow`, lineCell(comments[0]?.line ?? 1));
    }
    context.countRead(file, records.length);
    writeStatements(context, {
      file,
      subject: "cell",
      records: records.map(({ line, fields }, index) => {
        if (fields.length !== 3)
          throw fail(`x, y and z are expected, there are ${fields.length} fields`, lineCell(line));
        const statements = (["x", "y", "z"] as const).map((attribute, at) => ({ attribute, raw: fields[at] }));
        return { index, cell: lineCell(line), name: names[index] as string, statements };
      }),
    });
  },
};
