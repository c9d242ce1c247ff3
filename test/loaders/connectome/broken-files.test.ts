import { describe, expect, it } from "vitest";
import { NeurotablesError } from "../../../src/base/errors.js";
import type { Loader } from "../../../src/loaders/loader.js";
import { loaderCatalogue } from "../../../src/loaders/loader-catalogue.js";
import type { LoadTrace } from "../../support/memory-tables.js";
import { loadFiles, type TestFile } from "./load-in-memory.js";
import { type Cells, makeWorkbook } from "./make-workbook.js";

interface Broken {
  readonly what: string;
  readonly loader: string;
  readonly parameters?: Record<string, unknown>;
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly more?: readonly TestFile[];
  readonly tag: string;
  readonly fields: Record<string, unknown>;
  /** What the message must say beside the file. */
  readonly says: RegExp;
}

const matrix: Cells = [
  [null, null, null, "PHARYNX"],
  [],
  [null, null, null, "I1L", "I1R"],
  [null, null, "I1L", null, 10],
  [null, null, "I1R", 3, null],
];
const cook = { annotation: "a", sheets: [{ sheet: "hermaphrodite chemical", kind: "chemical" }] };
const sheet = (cells: Cells) => makeWorkbook({ "hermaphrodite chemical": cells });
const edit = (row: number, cells: Cells[number]): Cells => matrix.map((line, at) => (at === row ? cells : line));
const record = (value: object) => JSON.stringify([{ pre: "A", post: "B", typ: 0, syn: [1] }, value]);

const BROKEN: readonly Broken[] = [
  {
    what: "a workbook without the sheet",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: makeWorkbook({ "herm chemical": matrix }),
    tag: "format/missing-sheet",
    fields: { sheet: "hermaphrodite chemical" },
    says: /herm chemical/,
  },
  {
    what: "a label row that moved down",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: sheet([[], ...matrix]),
    tag: "load/labels",
    fields: { sheet: "hermaphrodite chemical", row: 3 },
    says: /row 3 should hold labels, but is empty/,
  },
  {
    what: "a label row that moved up",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: sheet(matrix.slice(1)),
    tag: "load/labels",
    fields: { row: 3, cell: "hermaphrodite chemical!E3" },
    says: /E3 holds 10/,
  },
  {
    what: "a label that stands twice",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: sheet(edit(4, [null, null, "I1L", 3, null])),
    tag: "load/labels",
    fields: { column: "C", cell: "hermaphrodite chemical!C5" },
    says: /label I1L stands in .*C4 and again in .*C5/,
  },
  {
    what: "numbers in a row without a label",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: sheet(edit(4, [null, null, null, 3, 1])),
    tag: "load/unlabelled",
    fields: { sheet: "hermaphrodite chemical", line: "hermaphrodite chemical!row 5", value: 3 },
    says: /row 5 has no label/,
  },
  {
    what: "a matrix whose cells are all texts",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: sheet(edit(3, [null, null, "I1L", null, "ten"]).slice(0, 4)),
    tag: "load/no-records",
    fields: { cell: "hermaphrodite chemical!E4", reason: "unparsable" },
    says: /I1L -> I1R: ten/,
  },
  {
    what: "a text file named .xlsx",
    loader: "connectome/adjacency-matrix",
    parameters: cook,
    name: "c.xlsx",
    content: "version https://git-lfs.github.com/spec/v1\n",
    tag: "format/not-a-spreadsheet",
    fields: {},
    says: /not an Excel workbook/,
  },
  {
    what: "a sheet of counts without its data set",
    loader: "connectome/count-matrices",
    parameters: { annotation: "a", sheet: "Dataset9" },
    name: "c.xlsx",
    content: makeWorkbook({ Dataset1: matrix }),
    tag: "format/missing-sheet",
    fields: { sheet: "Dataset9" },
    says: /Dataset1/,
  },
  {
    what: "NeuronConnect without its weight column",
    loader: "connectome/neuron-connect",
    parameters: { annotation: "a" },
    name: "n.xls",
    content: makeWorkbook({ "NeuronConnect.csv": [["Neuron 1", "Neuron 2", "Type", "Count"]] }, "biff8"),
    tag: "load/missing-column",
    fields: { column: "Nbr", row: "NeuronConnect.csv!A1" },
    says: /"Nbr".*"Count"/,
  },
  {
    what: "a column that stands twice",
    loader: "connectome/neuron-connect",
    parameters: { annotation: "a" },
    name: "n.xls",
    content: makeWorkbook({ "NeuronConnect.csv": [["Neuron 1", "Neuron 2", "Type", "Nbr", "Type"]] }, "biff8"),
    tag: "load/repeated-column",
    fields: { column: "Type", row: "NeuronConnect.csv!A1" },
    says: /"Type" stands twice/,
  },
  {
    what: "an empty sheet",
    loader: "connectome/openworm",
    parameters: { annotation: "a" },
    name: "o.xls",
    content: makeWorkbook({ Connectome: [[]], NeuronsToMuscle: [[]] }, "biff8"),
    tag: "load/missing-column",
    fields: { column: "Origin" },
    says: /it has none/,
  },
  {
    what: "an edge list without its type column",
    loader: "connectome/edge-list",
    parameters: { annotation: "a" },
    name: "e.csv",
    content: "pre\tpost\tkind\tsynapses\nA\tB\tchemical\t1\n",
    tag: "format/missing-column",
    fields: { column: "type", line: 1 },
    says: /"type".*"kind"/,
  },
  {
    what: "an edge list with a short line",
    loader: "connectome/edge-list",
    parameters: { annotation: "a" },
    name: "e.csv",
    content: "pre\tpost\ttype\tsynapses\nA\tB\tchemical\t1\nA\tB\tchemical\n",
    tag: "format/ragged-row",
    fields: { line: 3, expected: 4, found: 3 },
    says: /e\.csv:3/,
  },
  {
    what: "an edge list with a header alone",
    loader: "connectome/edge-list",
    parameters: { annotation: "a" },
    name: "e.csv",
    content: "pre\tpost\ttype\tsynapses\n",
    tag: "load/no-records",
    fields: {},
    says: /it has none/,
  },
  {
    what: "an edge list whose weights are texts",
    loader: "connectome/edge-list",
    parameters: { annotation: "a" },
    name: "e.csv",
    content: "pre\tpost\ttype\tsynapses\nA\tB\tchemical\tmany\n",
    tag: "load/no-records",
    fields: { cell: "row 2", reason: "unparsable" },
    says: /row 2: unparsable \(A -> B: many\)/,
  },
  {
    what: "a record whose typ is text",
    loader: "connectome/nemanode",
    parameters: { annotation: "a" },
    name: "n.json",
    content: record({ pre: "A", post: "B", typ: "chemical", syn: [1] }),
    tag: "load/record-shape",
    fields: { row: "index 1, typ", found: '"chemical"' },
    says: /index 1, typ: a whole number is expected/,
  },
  {
    what: "a record without syn",
    loader: "connectome/nemanode",
    parameters: { annotation: "a" },
    name: "n.json",
    content: record({ pre: "A", post: "B", typ: 0 }),
    tag: "load/record-shape",
    fields: { row: "index 1, syn", found: "missing" },
    says: /an array is expected, but it is missing/,
  },
  {
    what: "an object in place of the array",
    loader: "connectome/nemanode",
    parameters: { annotation: "a" },
    name: "n.json",
    content: '{"edges": []}',
    tag: "load/record-shape",
    fields: { row: "the file" },
    says: /an array of objects is expected/,
  },
  {
    what: "JSON that ends too early",
    loader: "connectome/nemanode",
    parameters: { annotation: "a" },
    name: "n.json",
    content: '[\n{"pre": "A", "post": "B", "typ": 0, "syn": [1',
    tag: "format/json-syntax",
    fields: { line: 2 },
    says: /n\.json/,
  },
  {
    what: "two strengths for one functional pair",
    loader: "connectome/functional-list",
    parameters: { atlas: "a", strain: "WT" },
    name: "f.json",
    content: JSON.stringify([{ pre: "A", post: "B", typ: 4, syn: [1, 2] }]),
    tag: "load/record-shape",
    fields: { row: "index 0, syn" },
    says: /one strength/,
  },
  {
    what: "test values out of range",
    loader: "connectome/functional-matrix",
    parameters: { atlas: "a", strain: "WT" },
    name: "r.xlsx",
    content: makeWorkbook({
      a: [
        [null, "A"],
        ["A", 1],
      ],
      b: [
        [null, "A"],
        ["A", 7],
      ],
    }),
    tag: "load/value",
    fields: { cell: "b!B2", value: "7" },
    says: /between 0 and 1/,
  },
  {
    what: "a test matrix with other labels",
    loader: "connectome/functional-matrix",
    parameters: { atlas: "a", strain: "WT" },
    name: "r.xlsx",
    content: makeWorkbook({
      a: [
        [null, "A"],
        ["A", 1],
      ],
      b: [
        [null, "A"],
        ["B", 1],
      ],
    }),
    tag: "load/labels",
    fields: { sheet: "b", row: "A" },
    says: /sheet "b" has no row A/,
  },
  {
    what: "one sheet where two are needed",
    loader: "connectome/functional-matrix",
    parameters: { atlas: "a", strain: "WT" },
    name: "r.xlsx",
    content: makeWorkbook({
      a: [
        [null, "A"],
        ["A", 1],
      ],
    }),
    tag: "format/missing-sheet",
    fields: { sheet: 1, sheets: ["a"] },
    says: /no sheet at position 1/,
  },
  {
    what: "a long matrix with a repeated pair",
    loader: "connectome/functional-table",
    parameters: { atlas: "a", strain: "WT", rows: "stimulated" },
    name: "l.tsv",
    content: "A\tB\t1\nA\tB\t2\n",
    tag: "load/record-shape",
    fields: { row: "row 2" },
    says: /A, B stands here for the second time/,
  },
  {
    what: "extrasynaptic edges without their header",
    loader: "connectome/extrasynaptic",
    parameters: { layer: "monoamine" },
    name: "m.csv",
    content: "RIML,ALML,tyramine,lgc-55\n",
    tag: "format/missing-header",
    fields: {},
    says: /no comment line/,
  },
  {
    what: "more names than positions",
    loader: "connectome/cell-positions",
    name: "p.txt",
    content: "#AVAL AVAR\n1 2 3\n",
    tag: "load/record-shape",
    fields: { row: "row 1", names: 2, positions: 1 },
    says: /2 names, but 1 positions/,
  },
  {
    what: "a position with two coordinates",
    loader: "connectome/cell-positions",
    name: "p.txt",
    content: "#AVAL AVAR\n1 2 3\n1 2\n",
    tag: "load/record-shape",
    fields: { row: "row 3" },
    says: /there are 2 fields/,
  },
  {
    what: "a group that is no list",
    loader: "connectome/cell-groups",
    parameters: { attribute: "ganglion" },
    name: "g.json",
    content: '{"head": {"AVAL": 1}}',
    tag: "load/record-shape",
    fields: { row: "key head" },
    says: /an array of cell names/,
  },
  {
    what: "a table of cells without the column that names them",
    loader: "connectome/cell-table",
    parameters: { attributes: { class: "class" } },
    name: "c.csv",
    content: "label,class\nAVAL,AVA\n",
    tag: "format/missing-header",
    fields: {},
    says: /name/,
  },
  {
    what: "a table of cells without an attribute",
    loader: "connectome/cell-table",
    parameters: { attributes: { class: "class", type: "type" } },
    name: "c.csv",
    content: "name,class\nAVAL,AVA\n",
    tag: "format/missing-column",
    fields: { column: "type" },
    says: /"class"/,
  },
  {
    what: "two files where one is expected",
    loader: "connectome/aliases",
    name: "a.csv",
    content: "original,replacement\nA,B\n",
    more: [{ name: "b.csv", content: "original,replacement\nA,B\n" }],
    tag: "load/file-count",
    fields: { files: ["celegans/a.csv", "celegans/b.csv"] },
    says: /2 are given/,
  },
];

describe("broken raw files", () => {
  it.each(BROKEN)("$loader refuses $what", async (broken) => {
    const { loader: name, parameters = {}, name: file, content, more = [], tag, fields, says } = broken;
    const loader = (await loaderCatalogue[name]?.()) as Loader;
    let outcome: LoadTrace | unknown;
    try {
      outcome = await loadFiles(loader, [{ name: file, content }, ...more], parameters);
    } catch (error) {
      outcome = error;
    }
    expect(outcome).toBeInstanceOf(NeurotablesError);
    const error = outcome as NeurotablesError;
    expect({ tag: error.tag, fields: error.fields }).toMatchObject({ tag, fields });
    expect(error.message).toContain(file);
    expect(error.message).toMatch(says);
    expect(error.exitCode).toBe(1);
  });
});
