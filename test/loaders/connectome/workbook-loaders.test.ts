import { describe, expect, it } from "vitest";
import { adjacencyMatrix } from "../../../src/loaders/connectome/adjacency-matrix.js";
import { countMatrices } from "../../../src/loaders/connectome/count-matrices.js";
import { functionalMatrix } from "../../../src/loaders/connectome/functional-matrix.js";
import { neuronConnect } from "../../../src/loaders/connectome/neuron-connect.js";
import { openWorm } from "../../../src/loaders/connectome/openworm.js";
import type { Row } from "../../../src/tables/contract.js";
import { account, dropReasons, loadFiles } from "./load-in-memory.js";
import { type Cells, makeWorkbook } from "./make-workbook.js";

const edges = (rows: readonly Row[] | undefined) =>
  (rows ?? []).map((r) => `${r.record_index} ${r.source_cell}: ${r.kind} ${r.pre_raw}>${r.post_raw} ${r.weight}`);

/** Section titles around the labels, zero-padded names, blanks, a zero, labels repeated after the last line. */
const chemical: Cells = [
  [null, null, null, "PHARYNX", null, null, null],
  [null, null, null, null, 1, null, null],
  [null, null, null, "I1L", "VB02 ", "um1pR", null],
  ["PHARYNX", null, "I1L", null, 10, 0, "I1L"],
  [null, null, "VB02", 3, null, 2.5, "VB02"],
  [null, null, null, "I1L", "VB02", "Um1pR", null],
];
const gap: Cells = [
  [null, null, null, "PHARYNX"],
  [],
  [null, null, null, "I1L", "VB02"],
  [null, null, "I1L", 4, 7],
  [null, null, "VB02", 7, null],
];

describe("connectome/adjacency-matrix", () => {
  it("reads offset matrices by sheet name; a symmetric matrix gives both cells of a pair", async () => {
    const content = makeWorkbook({
      "male chemical": chemical,
      "hermaphrodite gap jn symmetric": gap,
      "hermaphrodite chemical": chemical,
    });
    const trace = await loadFiles(adjacencyMatrix, [{ name: "SI 5.xlsx", content }], { annotation: "cook2019" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 hermaphrodite chemical!E4: chemical I1L>VB02 10",
      "1 hermaphrodite chemical!D5: chemical VB02>I1L 3",
      "2 hermaphrodite chemical!F5: chemical VB02>um1pR 2.5",
      "3 hermaphrodite gap jn symmetric!D4: gap I1L>I1L 4",
      "4 hermaphrodite gap jn symmetric!E4: gap I1L>VB02 7",
      "5 hermaphrodite gap jn symmetric!D5: gap VB02>I1L 7",
    ]);
    expect(trace.rows.edge_record?.[0]).toMatchObject({ annotation_id: "cook2019", type_raw: null });
    expect(trace.drops.map((drop) => `${drop.item}: ${drop.reason} ${drop.detail ?? ""}`)).toEqual([
      'sheet "male chemical": not_selected ',
      "hermaphrodite chemical!row 6: label_repeat 3 texts, 1 differ from the labels: um1pR/Um1pR",
      "hermaphrodite chemical!column G: label_repeat 2 texts, 0 differ from the labels",
    ]);
    expect(account(trace, "celegans/SI 5.xlsx")).toEqual({ read: 6, carried: 6, dropped: 0 });
  });

  it("accepts totals that are right, and drops what is no number", async () => {
    const cells: Cells = [
      [null, null, null, "A", "B", null],
      [null, null, "A", 1, "3 or 4", 1],
      [null, null, "B", 2, "NaN", 2],
      [null, null, null, 3, 0, 3],
    ];
    const trace = await loadFiles(adjacencyMatrix, [{ name: "m.xlsx", content: makeWorkbook({ s: cells }) }], {
      annotation: "a",
      sheets: [{ sheet: "s", kind: "chemical" }],
      label_row: 1,
      first_cell: "D2",
    });
    expect(edges(trace.rows.edge_record)).toEqual(["0 s!D2: chemical A>A 1", "2 s!D3: chemical B>A 2"]);
    expect(dropReasons(trace)).toEqual({ totals: 0, unparsable: 1, blank_weight: 1 });
    expect(account(trace, "celegans/m.xlsx")).toEqual({ read: 4, carried: 2, dropped: 2 });
  });

  it("reads the same matrix as comma-separated text", async () => {
    const content = ",,,PHARYNX,\n,,,,\n,,,I1L,VB02\nPHARYNX,,I1L,,10\n,,VB02,3,\n";
    const trace = await loadFiles(adjacencyMatrix, [{ name: "m.csv", content }], {
      annotation: "cook2019_size",
      format: "delimited",
    });
    expect(edges(trace.rows.edge_record)).toEqual(["0 E4: chemical I1L>VB02 10", "1 D5: chemical VB02>I1L 3"]);
  });
});

describe("connectome/count-matrices", () => {
  it("reads rows as postsynaptic", async () => {
    const cells: Cells = [
      [null, null, "", "Pre"],
      [null, null, "", "Sensory"],
      [null, null, "", "ADFL", "ADFR"],
      [],
      ["Post", "Sensory", "ADFL", 0, 2],
      [null, null, "GLRVR", 1, 0],
    ];
    const content = makeWorkbook({ Dataset6: cells, Dataset7: cells });
    const trace = await loadFiles(countMatrices, [{ name: "c.xlsx", content }], { annotation: "w", sheet: "Dataset7" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 Dataset7!E5: chemical ADFR>ADFL 2",
      "1 Dataset7!D6: chemical ADFL>GLRVR 1",
    ]);
  });
});

describe("connectome/neuron-connect", () => {
  const cells: Cells = [
    ["Neuron 1", "Neuron 2", "Type", "Nbr"],
    ["ADAR", "ADAL", "EJ", 1],
    ["avfl", "ADAL", "Sp", 2],
    ["ADAL", "avfl", "Rp", 2],
    ["AVAL", "VA08", "S", 3],
    ["VA08", "AVAL", "R", 3],
    ["VD13", "NMJ", "NMJ", 12],
    ["VD13", "AVAL", "X", 12],
    ["VD13", "AVAL", "S", null],
    [],
    ["VD13", "AVAL", "S", 0],
  ];
  const files = [{ name: "NeuronConnect.xls", content: makeWorkbook({ "NeuronConnect.csv": cells }, "biff8") }];

  it("carries the sender's view", async () => {
    const trace = await loadFiles(neuronConnect, files, { annotation: "chklovskii" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 NeuronConnect.csv!A2: gap ADAR>ADAL 1",
      "1 NeuronConnect.csv!A3: chemical avfl>ADAL 2",
      "3 NeuronConnect.csv!A5: chemical AVAL>VA08 3",
      "5 NeuronConnect.csv!A7: nmj VD13>NMJ 12",
    ]);
    expect(trace.rows.edge_record?.map((row) => row.type_raw)).toEqual(["EJ", "Sp", "S", "NMJ"]);
    expect(dropReasons(trace)).toEqual({ receiver_view: 2, unknown_type: 1, blank_weight: 1, zero_weight: 1 });
    expect(account(trace, "celegans/NeuronConnect.xls")).toEqual({ read: 9, carried: 4, dropped: 5 });
  });

  it("carries the receiver's view, transposed", async () => {
    const trace = await loadFiles(neuronConnect, files, { annotation: "chklovskii_receiver", view: "receiver" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "2 NeuronConnect.csv!A4: chemical avfl>ADAL 2",
      "4 NeuronConnect.csv!A6: chemical AVAL>VA08 3",
    ]);
    expect(dropReasons(trace)).toMatchObject({ sender_view: 6, unknown_type: 1 });
  });
});

describe("connectome/openworm", () => {
  const connectome: Cells = [
    ["Origin", "Target", "Type", "Number of Connections", "Neurotransmitter"],
    ["ADAL", "ADAR", "GapJunction", 1, "Generic_GJ"],
    ["ADAR", "ADAL", "GapJunction", 2, "Generic_GJ"],
    ["ADAL", "AIBL", "Send", 1, "Glutamate"],
  ];
  const muscle: Cells = [
    ["Neuron", "Muscle", "Number of Connections", "Neurotransmitter"],
    ["ADEL", "MDL05", 1, "Dopamine"],
  ];
  const content = makeWorkbook({ Connectome: connectome, NeuronsToMuscle: muscle, Sensory: [["Neuron"]] }, "biff8");

  it("keeps conflicting listings of a gap pair apart, and muscles as kind nmj", async () => {
    const trace = await loadFiles(openWorm, [{ name: "t.xls", content }], { annotation: "openworm" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 Connectome!A2: gap ADAL>ADAR 1",
      "1 Connectome!A3: gap ADAR>ADAL 2",
      "2 Connectome!A4: chemical ADAL>AIBL 1",
      "3 NeuronsToMuscle!A2: nmj ADEL>MDL05 1",
    ]);
    expect(trace.drops.map((drop) => `${drop.item} ${drop.reason} ${drop.count}`)).toEqual([
      'sheet "Sensory" not_selected 0',
      "Connectome!Neurotransmitter not_in_table 0",
      "NeuronsToMuscle!Neurotransmitter not_in_table 0",
    ]);
  });
});

describe("connectome/functional-matrix", () => {
  const responses: Cells = [
    [null, "AVAL", "ASHL", "RID"],
    ["AVAL", 0.5, "NaN", -0.25],
    ["RID", 0, null, 0.125],
  ];
  const tests: Cells = [
    [null, "RID", "ASHL", "AVAL"],
    ["RID", 0.05, 1, 0.001],
    ["AVAL", "NaN", 0, 0.01],
  ];
  const files = [{ name: "randi.xlsx", content: makeWorkbook({ "dF over F": responses, q_eq: tests }) }];

  it("reads rows as responding and the second sheet as q_eq by default, matched by label", async () => {
    const trace = await loadFiles(functionalMatrix, files, { atlas: "randi2023", strain: "WT" });
    expect(trace.rows.functional_edge_record?.map(({ source_id: _, ...row }) => row)).toEqual([
      {
        atlas_id: "randi2023",
        strain: "WT",
        record_index: 0,
        source_cell: "dF over F!B2",
        stimulated_raw: "AVAL",
        responding_raw: "AVAL",
        row_label_raw: "AVAL",
        column_label_raw: "AVAL",
        value: 0.5,
        value_unit: "dF/F",
        q: null,
        q_eq: 0.01,
        n_obs: null,
        published: true,
      },
      expect.objectContaining({
        record_index: 2,
        stimulated_raw: "RID",
        responding_raw: "AVAL",
        row_label_raw: "AVAL",
        column_label_raw: "RID",
        value: -0.25,
        q_eq: null,
        published: false,
      }),
      expect.objectContaining({
        record_index: 3,
        source_cell: "dF over F!D3",
        value: 0.125,
        q_eq: 0.05,
        published: false,
      }),
    ]);
    expect(account(trace, "celegans/randi.xlsx")).toEqual({ read: 4, carried: 3, dropped: 1 });
    expect(dropReasons(trace)).toEqual({ blank_value: 1 });
  });

  it("reads the other direction, test and sheet order by parameter", async () => {
    const trace = await loadFiles(functionalMatrix, files, {
      atlas: "randi2023",
      strain: "WT",
      rows: "stimulated",
      test: "q",
      value_sheet: "dF over F",
      test_sheet: "q_eq",
      threshold: 0.06,
    });
    expect(
      trace.rows.functional_edge_record?.map((r) => [r.stimulated_raw, r.responding_raw, r.q, r.q_eq, r.published]),
    ).toEqual([
      ["AVAL", "AVAL", 0.01, null, true],
      ["AVAL", "RID", null, null, false],
      ["RID", "RID", 0.05, null, true],
    ]);
  });
});
