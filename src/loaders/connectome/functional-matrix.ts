import { z } from "zod";
import { LoadError } from "../../base/errors.js";
import type { Row } from "../../tables/contract.js";
import type { Loader, SourceFile } from "../loader.js";
import { cellNumber } from "./cell-number.js";
import type { Grid } from "./grid.js";
import { type LabelledMatrix, matrixLayoutFields, readLabelledMatrix } from "./labelled-matrix.js";
import { onlyFile } from "./raw-file.js";
import { readWorkbookGrids } from "./workbook-grids.js";

const sheet = z.union([z.int().min(0), z.string().min(1)]);

const parameters = z.strictObject({
  atlas: z.string().min(1).describe("id of the functional atlas"),
  strain: z.string().min(1).describe("strain or genotype of the animals"),
  value_sheet: sheet.default(0).describe("sheet of the responses, by name or 0-based position"),
  test_sheet: sheet.default(1).describe("sheet of the test, by name or 0-based position"),
  test: z
    .enum(["q", "q_eq"])
    .default("q_eq")
    .describe("what the test sheet holds: q of being connected, or q_eq of being equivalent to no connection"),
  threshold: z.number().min(0).max(1).default(0.05).describe("the published procedure keeps what is below"),
  rows: z.enum(["stimulated", "responding"]).default("responding").describe("what the rows of the matrices are"),
  unit: z.string().min(1).default("dF/F").describe("unit of the responses"),
  ...matrixLayoutFields({ label_row: 1, label_column: "A", first_cell: "B2" }),
});

export type FunctionalMatrixParameters = z.infer<typeof parameters>;

/**
 * The supplementary workbook of Randi et al. 2023: a matrix of responses and a matrix of test values with the same
 * labels. The published procedure reads the row as presynaptic and keeps test < 0.05; the evidence says that rows are
 * the responding neuron and that the test is q_eq (specification 5 #20, not confirmed: both are parameters).
 * Records are the non-zero cells of the responses; NaN there means "not observed" and is accounted for in one row.
 */
export const functionalMatrix: Loader<FunctionalMatrixParameters> = {
  name: "connectome/functional-matrix",
  description: "Functional atlas as two matrices in a workbook: responses and test values",
  partition: "file",
  outputs: ["functional_edge_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const { atlas, strain, test, threshold, rows: order, unit } = context.parameters;
    const wanted = [context.parameters.value_sheet, context.parameters.test_sheet];
    const [valueGrid, testGrid] = await readWorkbookGrids(context, file, { sheets: wanted });
    if (valueGrid === undefined || testGrid === undefined) return;
    const read = (grid: Grid) => readLabelledMatrix({ grid, layout: context.parameters, file: file.path });
    const values = read(valueGrid);
    const tests = read(testGrid);
    requireSameLabels({ values, tests, valueGrid, testGrid, file });
    const testOf = new Map(
      [...tests.cells, ...tests.zeros].map((cell) => [`${cell.rowLabel}\t${cell.columnLabel}`, cell]),
    );

    context.countRead(file, values.cells.length);
    const rows: Row[] = [];
    let notObserved = 0;
    for (const [index, cell] of values.cells.entries()) {
      const value = cellNumber(cell.value);
      if ("reason" in value) {
        if (value.reason === "blank") {
          notObserved++;
          continue;
        }
        const detail = `${cell.rowLabel}, ${cell.columnLabel}: ${value.text}`;
        const rule = "a response is a finite number";
        context.drop({ file, scope: "edge", item: cell.address, reason: "unparsable", rule, detail });
        continue;
      }
      const tested = testOf.get(`${cell.rowLabel}\t${cell.columnLabel}`);
      const testValue = tested === undefined ? null : testNumber(tested.value, tested.address, file);
      const [stimulated, responding] =
        order === "stimulated" ? [cell.rowLabel, cell.columnLabel] : [cell.columnLabel, cell.rowLabel];
      rows.push({
        atlas_id: atlas,
        strain,
        source_id: file.sourceId,
        record_index: index,
        source_cell: cell.address,
        stimulated_raw: stimulated,
        responding_raw: responding,
        row_label_raw: cell.rowLabel,
        column_label_raw: cell.columnLabel,
        value: value.value,
        value_unit: unit,
        q: test === "q" ? testValue : null,
        q_eq: test === "q_eq" ? testValue : null,
        n_obs: null,
        published: testValue !== null && testValue < threshold,
      });
    }
    if (notObserved > 0) {
      context.drop({
        file,
        scope: "edge",
        item: `NaN cells of ${valueGrid.name}`,
        reason: "blank_value",
        rule: "NaN means that the pair was not observed",
        count: notObserved,
      });
    }
    context.sink("functional_edge_record").write(rows);
    context.countCarried(file, rows.length);
  },
};

function requireSameLabels(options: {
  readonly values: LabelledMatrix;
  readonly tests: LabelledMatrix;
  readonly valueGrid: Grid;
  readonly testGrid: Grid;
  readonly file: SourceFile;
}): void {
  const { values, tests, valueGrid, testGrid, file } = options;
  for (const [what, wanted, given] of [
    ["row", values.rowLabels, tests.rowLabels],
    ["column", values.columnLabels, tests.columnLabels],
  ] as const) {
    const there = new Set(given);
    const label = wanted.find((each) => !there.has(each));
    if (label === undefined) continue;
    throw new LoadError(
      "labels",
      `${file.path}: sheet "${testGrid.name}" has no ${what} ${label}, which sheet "${valueGrid.name}" has`,
      { fields: { file: file.path, sheet: testGrid.name, [what]: label } },
    );
  }
}

function testNumber(raw: unknown, address: string, file: SourceFile): number | null {
  const number = cellNumber(raw);
  if ("reason" in number && number.reason === "blank") return null;
  if ("value" in number && number.value >= 0 && number.value <= 1) return number.value;
  throw new LoadError(
    "value",
    `${file.path}, ${address}: a test value lies between 0 and 1, but this is ${String(raw)}`,
    {
      fields: { file: file.path, cell: address, value: String(raw) },
      wayOut: "Check that test_sheet names the sheet of the test values.",
    },
  );
}
