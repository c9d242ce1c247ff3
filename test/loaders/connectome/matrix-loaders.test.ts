import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { File, ready } from "h5wasm/node";
import { describe, expect, it } from "vitest";
import { hdf5Matrix } from "../../../src/loaders/connectome/hdf5-matrix.js";
import { matlabMatrix } from "../../../src/loaders/connectome/matlab-matrix.js";
import { cellColumn, doubleMatrix, sparseMatrixValue } from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import type { Row } from "../../../src/tables/contract.js";
import { account, loadFiles } from "./load-in-memory.js";

const edges = (rows: readonly Row[] | undefined) =>
  (rows ?? []).map((r) => `${r.record_index} ${r.source_cell}: ${r.kind} ${r.pre_raw}>${r.post_raw} ${r.weight}`);

const chemical = [
  [0, 2, 0],
  [0, 0, 3.5],
  [1, 0, 0],
];
const gap = [
  [4, 0, 5],
  [0, 0, 0],
  [5, 0, 0],
];
const names = ["AVAL", "VB02", "AS01"];

describe("connectome/matlab-matrix", () => {
  const parameters = {
    annotation: "varshney2011",
    labels: "Neuron_ordered",
    matrices: [
      { name: "A", kind: "chemical" },
      { name: "Ag", kind: "gap" },
    ],
  };
  const content = writeMatlab5({
    variables: [
      ["A", sparseMatrixValue(chemical)],
      ["Ag", doubleMatrix(gap)],
      ["Neuron_ordered", cellColumn(names)],
      ["Q_sorted", doubleMatrix([[1]])],
    ],
  });

  it("reads sparse and full matrices row by row, names as spelled, addresses from 1", async () => {
    const trace = await loadFiles(matlabMatrix, [{ name: "c.mat", content }], parameters);
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 A[1,2]: chemical AVAL>VB02 2",
      "1 A[2,3]: chemical VB02>AS01 3.5",
      "2 A[3,1]: chemical AS01>AVAL 1",
      "3 Ag[1,1]: gap AVAL>AVAL 4",
      "4 Ag[1,3]: gap AVAL>AS01 5",
      "5 Ag[3,1]: gap AS01>AVAL 5",
    ]);
    expect(trace.drops.map((drop) => `${drop.item} ${drop.reason}`)).toEqual(["Q_sorted not_selected"]);
    expect(account(trace, "celegans/c.mat")).toEqual({ read: 6, carried: 6, dropped: 0 });
  });

  it("takes the labels from another file, and the other direction", async () => {
    const files = [
      { name: "Order.mat", content: writeMatlab5({ variables: [["Order", cellColumn(names)]] }) },
      { name: "Syn.mat", content: writeMatlab5({ variables: [["Syn", doubleMatrix(chemical)]] }) },
    ];
    const trace = await loadFiles(matlabMatrix, files, {
      annotation: "uzel2022",
      file: "Syn.mat",
      labels_file: "Order.mat",
      labels: "Order",
      rows: "post",
      matrices: [{ name: "Syn", kind: "chemical" }],
    });
    expect(edges(trace.rows.edge_record)[0]).toBe("0 Syn[1,2]: chemical VB02>AVAL 2");
    expect(account(trace, "celegans/Order.mat")).toEqual({ read: 0, carried: 0, dropped: 0 });
  });

  it("drops values that are no weight", async () => {
    const values = doubleMatrix([
      [Number.NaN, 1],
      [-1, Number.POSITIVE_INFINITY],
    ]);
    const variables = [
      ["A", values],
      ["L", cellColumn(["X", "Y"])],
    ] as const;
    const trace = await loadFiles(matlabMatrix, [{ name: "c.mat", content: writeMatlab5({ variables }) }], {
      annotation: "a",
      labels: "L",
      matrices: [{ name: "A", kind: "chemical" }],
    });
    expect(trace.drops.map((drop) => `${drop.item} ${drop.reason}`)).toEqual([
      "A[1,1] blank_weight",
      "A[2,1] negative_weight",
      "A[2,2] unparsable",
    ]);
    expect(account(trace, "celegans/c.mat")).toEqual({ read: 4, carried: 1, dropped: 3 });
  });

  it.each([
    [{ ...parameters, labels: "Names" }, "format/missing-variable", { variable: "Names" }],
    [{ ...parameters, matrices: [{ name: "B", kind: "gap" }] }, "format/missing-variable", { variable: "B" }],
    [{ ...parameters, matrices: [{ name: "Q_sorted", kind: "gap" }] }, "load/labels", { labels: 3 }],
    [
      { ...parameters, labels_file: "Order.mat" },
      "load/file-missing",
      { file: "Order.mat", found: ["celegans/c.mat"] },
    ],
  ])("refuses %j", async (broken, tag, fields) => {
    await expect(loadFiles(matlabMatrix, [{ name: "c.mat", content }], broken)).rejects.toMatchObject({ tag, fields });
  });

  it("refuses labels that stand twice", async () => {
    const variables = [
      [
        "A",
        doubleMatrix([
          [1, 0],
          [0, 1],
        ]),
      ],
      ["L", cellColumn(["X", "X"])],
    ] as const;
    await expect(
      loadFiles(matlabMatrix, [{ name: "c.mat", content: writeMatlab5({ variables }) }], {
        annotation: "a",
        labels: "L",
        matrices: [{ name: "A", kind: "chemical" }],
      }),
    ).rejects.toMatchObject({ tag: "load/labels", fields: { file: "celegans/c.mat", row: 2 } });
  });
});

describe("connectome/hdf5-matrix", () => {
  const parameters = {
    annotation: "wormneuroatlas",
    file: "m.h5",
    labels_file: "labels.json",
    rows: "post",
    matrices: [{ name: "chem", kind: "chemical" }],
  };

  it("reads rows as the parameter says, addresses from 0", async () => {
    const content = await hdf5Bytes({ chem: chemical, gap });
    const files = [
      { name: "labels.json", content: JSON.stringify(names) },
      { name: "m.h5", content },
    ];
    const trace = await loadFiles(hdf5Matrix, files, parameters);
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 chem[0,1]: chemical VB02>AVAL 2",
      "1 chem[1,2]: chemical AS01>VB02 3.5",
      "2 chem[2,0]: chemical AVAL>AS01 1",
    ]);
    expect(trace.drops.map((drop) => `${drop.item} ${drop.reason}`)).toEqual(["gap not_selected"]);
    const text = [{ name: "ids.txt", content: "000\tAVAL\n001\tVB02\n002\tAS01\n" }, files[1] as (typeof files)[1]];
    const other = await loadFiles(hdf5Matrix, text, { ...parameters, labels_file: "ids.txt" });
    expect(edges(other.rows.edge_record)).toEqual(edges(trace.rows.edge_record));
  });

  it.each([
    [
      "a missing dataset",
      { rows: chemical, labels: JSON.stringify(names), matrix: "chemical" },
      "format/missing-object",
    ],
    ["a matrix of other size", { rows: [[1]], labels: JSON.stringify(names), matrix: "chem" }, "load/labels"],
    ["labels that are no list", { rows: chemical, labels: "{}", matrix: "chem" }, "load/record-shape"],
    ["a label that is a number", { rows: chemical, labels: '["A", 2, "C"]', matrix: "chem" }, "load/record-shape"],
  ])("refuses %s", async (_what, { rows, labels, matrix }, tag) => {
    const files = [
      { name: "labels.json", content: labels },
      { name: "m.h5", content: await hdf5Bytes({ chem: rows }) },
    ];
    const matrices = [{ name: matrix, kind: "chemical" }];
    await expect(loadFiles(hdf5Matrix, files, { ...parameters, matrices })).rejects.toMatchObject({ tag });
  });
});

/** An HDF5 file with float64 matrices. */
async function hdf5Bytes(datasets: Record<string, readonly (readonly number[])[]>): Promise<Uint8Array> {
  await ready;
  const folder = mkdtempSync(join(tmpdir(), "neurotables-hdf5-"));
  try {
    const path = join(folder, "m.h5");
    const file = new File(path, "w");
    for (const [name, rows] of Object.entries(datasets)) {
      const shape = [rows.length, rows[0]?.length ?? 0];
      file.create_dataset({ name, data: Float64Array.from(rows.flat()), shape, dtype: "<d" });
    }
    file.close();
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
