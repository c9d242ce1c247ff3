import { describe, expect, it } from "vitest";
import { aliases } from "../../../src/loaders/connectome/aliases.js";
import { cellGroups } from "../../../src/loaders/connectome/cell-groups.js";
import { cellPositions } from "../../../src/loaders/connectome/cell-positions.js";
import { cellTable } from "../../../src/loaders/connectome/cell-table.js";
import { edgeList } from "../../../src/loaders/connectome/edge-list.js";
import { extrasynaptic } from "../../../src/loaders/connectome/extrasynaptic.js";
import { functionalTable } from "../../../src/loaders/connectome/functional-table.js";
import { synapseList } from "../../../src/loaders/connectome/synapse-list.js";
import type { Row } from "../../../src/tables/contract.js";
import { account, dropReasons, loadFiles } from "./load-in-memory.js";

const edges = (rows: readonly Row[] | undefined) =>
  (rows ?? []).map(
    (r) => `${r.record_index} ${r.source_cell}: ${r.kind}/${r.type_raw} ${r.pre_raw}>${r.post_raw} ${r.weight}`,
  );

const statements = (rows: readonly Row[] | undefined) =>
  (rows ?? []).map(
    (r) => `${r.record_index} ${r.source_cell}: ${r.cell_raw} ${r.attribute}=${r.value_text ?? r.value_number}`,
  );

describe("connectome/edge-list", () => {
  it("reads tab-separated text named .csv, with CRLF and a byte order mark", async () => {
    const content =
      "\ufeffpre\tpost\ttype\tsynapses\r\nADAL\tADFL\telectrical\t1\r\nVB2\tLegacyBodyWallMuscles\tchemical\t2.5\r\n";
    const trace = await loadFiles(edgeList, [{ name: "white.csv", content }], { annotation: "white1986_whole" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 row 2: gap/electrical ADAL>ADFL 1",
      "1 row 3: chemical/chemical VB2>LegacyBodyWallMuscles 2.5",
    ]);
    expect(trace.rows.edge_record?.[0]).toMatchObject({
      annotation_id: "white1986_whole",
      source_id: expect.any(String),
    });
    expect(account(trace, "celegans/white.csv")).toEqual({ read: 2, carried: 2, dropped: 0 });
  });

  it("trims padded fields and takes other column names", async () => {
    const content = "Source,Target,Weight,Type\nI1L , I2L           ,10,chemical\nvm2pR , um1pR       ,4,electrical\n";
    const trace = await loadFiles(edgeList, [{ name: "herm.csv", content }], {
      annotation: "wormwiring_2018",
      columns: { pre: "Source", post: "Target", type: "Type", weight: "Weight" },
    });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 row 2: chemical/chemical I1L>I2L 10",
      "1 row 3: gap/electrical vm2pR>um1pR 4",
    ]);
  });

  it("drops what states no connection, with the reason, and accounts for it", async () => {
    const content = [
      "pre\tpost\ttype\tsynapses\tnote",
      "A\tB\tchemical\t0\tx",
      "A\tB\tchemical\tNaN\t",
      "A\tB\tchemical\t\t",
      "A\tB\tchemical\t3 or 4\t",
      "A\tB\tchemical\t-2\t",
      "A\t\tchemical\t2\t",
      "A\tB\tneuropeptide\t2\t",
      "",
      "A\tB\tchemical\t1e1\t",
    ].join("\n");
    const trace = await loadFiles(edgeList, [{ name: "a.csv", content }], { annotation: "a" });
    expect(edges(trace.rows.edge_record)).toEqual(["7 row 10: chemical/chemical A>B 10"]);
    expect(trace.drops.map((d) => `${d.scope} ${d.item}: ${d.reason} (${d.detail ?? ""})`)).toEqual([
      "column note: not_in_table ()",
      "edge row 2: zero_weight (A -> B)",
      "edge row 3: blank_weight (A -> B: NaN)",
      "edge row 4: blank_weight (A -> B)",
      "edge row 5: unparsable (A -> B: 3 or 4)",
      "edge row 6: negative_weight (A -> B: -2)",
      "edge row 7: blank_cell (A -> (blank))",
      "edge row 8: unknown_type (neuropeptide)",
    ]);
    expect(account(trace, "celegans/a.csv")).toEqual({ read: 8, carried: 1, dropped: 7 });
  });

  it("keeps repeated records apart", async () => {
    const content = "pre,post,type,synapses\nA,B,chemical,1\nA,B,chemical,1\n";
    const trace = await loadFiles(edgeList, [{ name: "a.csv", content }], { annotation: "a" });
    expect(trace.rows.edge_record?.map((row) => row.record_index)).toEqual([0, 1]);
  });
});

describe("connectome/synapse-list", () => {
  const header = "dataset,pre,post,syn_id,sections,size,post_is_branch\n";

  it("gives each data set its annotation, and null where nothing was measured", async () => {
    const content = `${header}Dataset1,ADAL,AVAR,6942483,4.0,146308,no\nDataset7,URYVR,SMDVL,8471033,,-1,unknown\n`;
    const trace = await loadFiles(synapseList, [{ name: "synapse_list.csv", content }]);
    expect(trace.rows.synapse_record?.map(({ source_id: _, ...row }) => row)).toEqual([
      {
        annotation_id: "witvliet2020_1",
        record_index: 0,
        source_cell: "row 2",
        syn_id: 6942483n,
        pre_raw: "ADAL",
        post_raw: "AVAR",
        sections: 4,
        size: 146308n,
        post_is_branch: "no",
      },
      {
        annotation_id: "witvliet2020_7",
        record_index: 1,
        source_cell: "row 3",
        syn_id: 8471033n,
        pre_raw: "URYVR",
        post_raw: "SMDVL",
        sections: null,
        size: null,
        post_is_branch: "unknown",
      },
    ]);
    expect(dropReasons(trace)).toEqual({ not_measured: 0 });
  });

  it.each([
    ["Dataset9,A,B,1,1,1,no", "dataset"],
    ["Dataset1,A,,1,1,1,no", "post"],
    ["Dataset1,A,B,1.5,1,1,no", "syn_id"],
    ["Dataset1,A,B,1,many,1,no", "sections"],
    ["Dataset1,A,B,1,1,1,maybe", "post_is_branch"],
  ])("refuses %s", async (line, column) => {
    const content = `${header}Dataset1,A,B,1,1,1,no\n${line}\n`;
    await expect(loadFiles(synapseList, [{ name: "s.csv", content }])).rejects.toMatchObject({
      tag: "load/value",
      fields: { file: "celegans/s.csv", row: "row 3", column },
    });
  });
});

describe("connectome/extrasynaptic", () => {
  it("takes the header from the # line", async () => {
    const content =
      "#source neuron, target neuron, transmitter, receptor\nRIML,ALML,tyramine,lgc-55\nRIS,URYVR,,pdfr-1\n";
    const trace = await loadFiles(extrasynaptic, [{ name: "m.csv", content }], { layer: "monoamine" });
    expect(trace.rows.extrasynaptic_record).toEqual([
      {
        source_id: expect.any(String),
        record_index: 0,
        source_cell: "row 2",
        layer: "monoamine",
        source_raw: "RIML",
        target_raw: "ALML",
        transmitter: "tyramine",
        receptor: "lgc-55",
      },
    ]);
    expect(account(trace, "celegans/m.csv")).toEqual({ read: 2, carried: 1, dropped: 1 });
  });
});

describe("connectome/aliases", () => {
  it("reads past a byte order mark", async () => {
    const content = "\ufefforiginal,replacement\r\nBWM-DL01,dBWML1\r\nVA1,VA01\r\n";
    const trace = await loadFiles(aliases, [{ name: "r.csv", content }]);
    expect(trace.rows.alias_record?.map((r) => [r.source_cell, r.alias_raw, r.label_raw])).toEqual([
      ["row 2", "BWM-DL01", "dBWML1"],
      ["row 3", "VA1", "VA01"],
    ]);
  });
});

describe("connectome/cell-table", () => {
  it("skips titles and summary blocks, fills classes down and keeps names as spelled", async () => {
    const content = [
      "List of all neurotransmitters,,,,",
      ",,,,",
      "Class,Neuron,Neurotransmitter,Cotramsmitter,Comments",
      "ADA,ADAL,Glu,,",
      ",ADAR,Glu,,unclear",
      'DB,DB1/3,ACh,"5HT, weak",',
      "RIH,RIH,Ach,5HT,",
      ",,,,",
      "SUMMARY STATS,,,,",
      '118/282,,"Unknown: 3 (ASI, AWA, PVM)",,',
      "",
    ].join("\n");
    const trace = await loadFiles(cellTable, [{ name: "n.csv", content }], {
      name: "Neuron",
      attributes: { Class: "class", Neurotransmitter: "transmitter", Cotramsmitter: "cotransmitter" },
      fill_down: ["Class"],
    });
    expect(statements(trace.rows.neuron_record)).toEqual([
      "0 row 4: ADAL class=ADA",
      "0 row 4: ADAL transmitter=Glu",
      "1 row 5: ADAR class=ADA",
      "1 row 5: ADAR transmitter=Glu",
      "2 row 6: DB1/3 class=DB",
      "2 row 6: DB1/3 transmitter=ACh",
      "2 row 6: DB1/3 cotransmitter=5HT, weak",
      "3 row 7: RIH class=RIH",
      "3 row 7: RIH transmitter=Ach",
      "3 row 7: RIH cotransmitter=5HT",
    ]);
    expect(dropReasons(trace)).toEqual({ not_in_table: 0, no_cell: 2 });
    expect(account(trace, "celegans/n.csv")).toEqual({ read: 6, carried: 4, dropped: 2 });
  });

  it("reads positions as numbers and JSON arrays of objects", async () => {
    const sheet = "label,class,type,x,y,z\nAVAL,AVA,inter,1.5,-2,NaN\nADAL,,,north,0,0\nPQR,,,,,\n";
    const master = await loadFiles(cellTable, [{ name: "neuron_master_sheet.csv", content: sheet }], {
      name: "label",
      attributes: { type: "type", x: "x", y: "y", z: "z" },
    });
    expect(statements(master.rows.neuron_record)).toEqual([
      "0 row 2: AVAL type=inter",
      "0 row 2: AVAL x=1.5",
      "0 row 2: AVAL y=-2",
    ]);
    expect(dropReasons(master)).toEqual({ not_in_table: 0, unparsable: 1, blank_value: 1 });
    const json = JSON.stringify([{ name: "ADAL", classes: "ADA", nt: "l", emb: 1 }]);
    const cells = await loadFiles(cellTable, [{ name: "neurons.json", content: json }], {
      format: "json",
      attributes: { classes: "class", nt: "transmitter_code" },
    });
    expect(statements(cells.rows.neuron_record)).toEqual([
      "0 index 0: ADAL class=ADA",
      "0 index 0: ADAL transmitter_code=l",
    ]);
    expect(cells.drops.map((drop) => drop.item)).toEqual(["emb"]);
  });
});

describe("connectome/cell-groups", () => {
  it("takes cells, in document order, and accounts for groups of groups", async () => {
    const content = '{"head": ["56", "5"], "56": ["ADAL", "RMHL", "RMHL"], "5": ["BAGL"]}';
    const trace = await loadFiles(cellGroups, [{ name: "g.json", content }], { attribute: "ganglion" });
    expect(statements(trace.rows.neuron_record)).toEqual([
      "2 56[0]: ADAL ganglion=56",
      "3 56[1]: RMHL ganglion=56",
      "4 56[2]: RMHL ganglion=56",
      "5 5[0]: BAGL ganglion=5",
    ]);
    expect(account(trace, "celegans/g.json")).toEqual({ read: 6, carried: 4, dropped: 2 });
  });
});

describe("connectome/cell-positions", () => {
  it("pairs names and lines in order, repeated names included", async () => {
    const content = "#PVCL SIAVR PVCL\n0.5\t4\t0\n-1e-1\t2\t3\n1\t1\t1\n";
    const trace = await loadFiles(cellPositions, [{ name: "p.txt", content }]);
    expect(statements(trace.rows.neuron_record).filter((text) => / [xz]=/.test(text))).toEqual([
      "0 row 2: PVCL x=0.5",
      "0 row 2: PVCL z=0",
      "1 row 3: SIAVR x=-0.1",
      "1 row 3: SIAVR z=3",
      "2 row 4: PVCL x=1",
      "2 row 4: PVCL z=1",
    ]);
  });
});

describe("connectome/functional-table", () => {
  it("takes non-zero values in the direction that the parameter says", async () => {
    const content = "ADAL\tADAL\t11\nADAL\tNSM\t0\nNSM\tADAL\t-3\nNSM\tNSM\tNaN\n";
    const files = [{ name: "l.tsv", content }];
    const parameters = { atlas: "leifer_2022", strain: "wild type", rows: "responding" };
    const trace = await loadFiles(functionalTable, files, parameters);
    expect(trace.rows.functional_edge_record?.map((r) => [r.stimulated_raw, r.responding_raw, r.value])).toEqual([
      ["ADAL", "ADAL", 11],
      ["ADAL", "NSM", -3],
    ]);
    expect(account(trace, "celegans/l.tsv")).toEqual({ read: 3, carried: 2, dropped: 1 });
  });
});
