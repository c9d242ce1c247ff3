import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadError } from "../../../src/base/errors.js";
import { adjacencyMatrix } from "../../../src/loaders/connectome/adjacency-matrix.js";
import { edgeList } from "../../../src/loaders/connectome/edge-list.js";
import { textGrid } from "../../../src/loaders/connectome/grid.js";
import { readLabelledMatrix } from "../../../src/loaders/connectome/labelled-matrix.js";
import { account, loadFiles } from "./load-in-memory.js";

const weight = fc.oneof(
  fc.integer({ min: -3, max: 9 }).map(String),
  fc.constantFrom("", "NaN", "0", "0.0", "1.5", "1e2", "x", "Infinity", "1,5", "0x10", " 7 "),
);

/** The loader's outcome, or undefined when it rightly says that nothing can be carried. */
async function outcome<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof LoadError && error.tag === "load/no-records") return undefined;
    throw error;
  }
}

describe("carried + dropped = read", () => {
  it("for edge lists with any weights and types", async () => {
    const line = fc.tuple(
      fc.constantFrom("AVAL", "VB02 ", ""),
      fc.constantFrom("AVAR", "um1pR"),
      fc.constantFrom("chemical", "electrical", "Chemical", ""),
      weight,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const content = ["pre\tpost\ttype\tsynapses", ...lines.map((fields) => fields.join("\t"))].join("\n");
        const trace = await outcome(() => loadFiles(edgeList, [{ name: "e.csv", content }], { annotation: "a" }));
        if (trace === undefined) return;
        const { read, carried, dropped } = account(trace, "celegans/e.csv");
        expect(read).toBe(lines.length);
        expect(carried + dropped).toBe(read);
        expect(trace.rows.edge_record).toHaveLength(carried);
        expect(trace.rows.edge_record?.every((row) => Number(row.weight) > 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("for matrices: read counts the cells that are neither blank nor zero", async () => {
    const cells = fc.array(
      fc.array(
        weight.map((text) => text.replace(",", ".")),
        { minLength: 3, maxLength: 3 },
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(cells, async (rows) => {
        const content = [",A,B,C", ...rows.map((row, index) => [`R${index}`, ...row].join(","))].join("\n");
        const parameters = { annotation: "a", format: "delimited", label_row: 1, label_column: "A", first_cell: "B2" };
        const trace = await outcome(() => loadFiles(adjacencyMatrix, [{ name: "m.csv", content }], parameters));
        if (trace === undefined) return;
        const { read, carried, dropped } = account(trace, "celegans/m.csv");
        const filled = rows.flat().filter((text) => text.trim() !== "" && !/^0(\.0)?$/.test(text));
        expect(read).toBe(filled.length);
        expect(carried + dropped).toBe(read);
      }),
      { numRuns: 60 },
    );
  });

  it("a labelled matrix is found wherever its layout says it stands", () => {
    const size = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(size, size, size, size, (above, between, left, gap) => {
        const blank = (count: number) => new Array<string>(count).fill("");
        const labelColumn = left;
        const firstColumn = left + 1 + gap;
        const rows = [
          ...Array.from({ length: above }, () => blank(firstColumn + 2)),
          [...blank(firstColumn), "A", "B"],
          ...Array.from({ length: between }, () => blank(firstColumn + 2)),
          [...blank(labelColumn), "X", ...blank(gap), "1", ""],
          [...blank(labelColumn), "Y", ...blank(gap), "0", "2"],
        ];
        const letter = (column: number) => String.fromCharCode(65 + column);
        const matrix = readLabelledMatrix({
          grid: textGrid(rows),
          layout: {
            label_row: above + 1,
            label_column: letter(labelColumn),
            first_cell: `${letter(firstColumn)}${above + between + 2}`,
          },
          file: "m.csv",
        });
        expect(matrix.rowLabels).toEqual(["X", "Y"]);
        expect(matrix.cells.map((cell) => [cell.rowLabel, cell.columnLabel, cell.value])).toEqual([
          ["X", "A", "1"],
          ["Y", "B", "2"],
        ]);
        expect(matrix.zeros).toHaveLength(1);
      }),
    );
  });
});
