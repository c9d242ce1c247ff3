import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Loader } from "../../../src/loaders/loader.js";
import { loaderCatalogue } from "../../../src/loaders/loader-catalogue.js";
import type { Row } from "../../../src/tables/contract.js";
import type { LoadTrace } from "../../support/memory-tables.js";
import { realData, repositoryRoot } from "../../support/real-data.js";
import { account, describeSource, dropReasons, loadSources } from "./load-in-memory.js";

const data = realData();

async function load(name: string, paths: string | readonly string[], parameters: Record<string, unknown> = {}) {
  const loader = (await loaderCatalogue[name]?.()) as Loader;
  const files = [paths].flat().map((path) => describeSource(`celegans/${path}`, data.path(path)));
  const trace = await loadSources(loader, files, parameters);
  for (const { path } of files) {
    const { read, carried, dropped } = account(trace, path);
    expect(carried + dropped, path).toBe(read);
  }
  return trace;
}

/** Number of records and their total, by the value of a column. */
function totals(rows: readonly Row[] | undefined, column: string, value = "weight"): Record<string, [number, number]> {
  const out: Record<string, [number, number]> = {};
  for (const row of rows ?? []) {
    const key = String(row[column]);
    const [records, sum] = out[key] ?? [0, 0];
    out[key] = [records + 1, sum + Number(row[value])];
  }
  return out;
}

const edges = (trace: LoadTrace) => trace.rows.edge_record;

describe.skipIf(!data.present)(`loaders on the real files${data.reason}`, () => {
  it("reads the workbooks of Cook 2019 and Witvliet 2021", async () => {
    const file = "Cook2019/SI 5 Connectome adjacency matrices, corrected July 2020.xlsx";
    const cook = await load("connectome/adjacency-matrix", file, { annotation: "cook2019" });
    expect(totals(edges(cook), "kind")).toEqual({ chemical: [4879, 28113], gap: [2883, 23313] });
    expect(edges(cook)?.[0]).toMatchObject({
      source_cell: "hermaphrodite chemical!F4",
      pre_raw: "I1L",
      post_raw: "I2L",
      weight: 10,
    });
    expect(dropReasons(cook)).toEqual({ not_selected: 0, label_repeat: 0 });
    const size = await load("connectome/adjacency-matrix", "annotations/cook_synapse_size_connectome.csv", {
      annotation: "cook2019_size",
      format: "delimited",
    });
    const records = (trace: LoadTrace) =>
      (edges(trace) ?? [])
        .filter((row) => row.kind === "chemical")
        .map((row) => [row.pre_raw, row.post_raw, row.weight].join());
    expect(records(size)).toEqual(records(cook));
    for (const [sheet, cells, synapses] of [
      ["Dataset1", 775, 1296],
      ["Dataset7", 2202, 7467],
    ] as const) {
      const trace = await load("connectome/count-matrices", "Witvliet2020/synapse_count_matrices.xlsx", {
        annotation: "counts",
        sheet,
      });
      expect(totals(edges(trace), "kind")).toEqual({ chemical: [cells, synapses] });
      expect(dropReasons(trace)).toEqual({ not_selected: 0 });
    }
  });

  it("reads the lists in workbooks", async () => {
    const sender = await load("connectome/neuron-connect", "Chklovskii/NeuronConnect.xls", {
      annotation: "chklovskii",
    });
    expect(totals(edges(sender), "type_raw")).toEqual({
      EJ: [1031, 1777],
      NMJ: [153, 1410],
      S: [950, 2430],
      Sp: [1623, 3964],
    });
    expect(dropReasons(sender)).toEqual({ receiver_view: 773 + 1885, zero_weight: 2 });
    const receiver = await load("connectome/neuron-connect", "Chklovskii/NeuronConnect.xls", {
      annotation: "chklovskii_receiver",
      view: "receiver",
    });
    expect(totals(edges(receiver), "type_raw")).toEqual({ R: [773, 1427], Rp: [1884, 4967] });
    const byPair = (trace: LoadTrace) => {
      const pairs = new Map<string, number>();
      for (const row of edges(trace) ?? []) {
        if (row.kind !== "chemical") continue;
        const pair = `${row.pre_raw} ${row.post_raw}`.toUpperCase();
        pairs.set(pair, (pairs.get(pair) ?? 0) + Number(row.weight));
      }
      return pairs;
    };
    expect(byPair(sender).size).toBe(2194);
    expect(byPair(receiver)).toEqual(byPair(sender));
    const openworm = await load("connectome/openworm", "OpenWorm/CElegansNeuronTables.xls", { annotation: "openworm" });
    expect(totals(edges(openworm), "type_raw")).toEqual({
      GapJunction: [1084, 1847],
      Send: [2279, 6465],
      null: [564, 1881],
    });
  });

  it("reads HDF5 matrices with labels of another file", async () => {
    const files = ["Randi2023/aconnectome_default.h5", "neuron_labels_300.json"];
    const trace = await load("connectome/hdf5-matrix", files, {
      annotation: "wormneuroatlas",
      file: "aconnectome_default.h5",
      labels_file: "neuron_labels_300.json",
      rows: "post",
      matrices: [
        { name: "chem", kind: "chemical" },
        { name: "gap", kind: "gap" },
      ],
    });
    expect(totals(edges(trace), "kind")).toEqual({ chemical: [4051, 27729], gap: [1650, 5079] });
    const whole = await load("connectome/nemanode", "NemaNode/white_1986_whole.json", { annotation: "whole" });
    const pair = (row: Row) => `${row.kind} ${row.pre_raw} ${row.post_raw}`;
    const there = new Set((edges(trace) ?? []).map(pair));
    const labels = new Set(JSON.parse(readFileSync(data.path("neuron_labels_300.json"), "utf8")) as string[]);
    const pairs = new Set(
      (edges(whole) ?? [])
        .filter((row) => row.kind === "chemical" && labels.has(String(row.pre_raw)) && labels.has(String(row.post_raw)))
        .map(pair),
    );
    expect([pairs.size, [...pairs].filter((each) => there.has(each)).length]).toEqual([2266, 2236]);
  });

  it("reads MATLAB matrices, full and sparse", async () => {
    const varshney = await load("connectome/matlab-matrix", "Varshney2011/ConnOrdered_040903.mat", {
      annotation: "varshney2011",
      labels: "Neuron_ordered",
      matrices: [
        { name: "A_init_t_ordered", kind: "chemical" },
        { name: "Ag_t_ordered", kind: "gap" },
      ],
    });
    expect(totals(edges(varshney), "kind")).toEqual({ chemical: [2194, 6394], gap: [1031, 1777] });
    expect(varshney.drops.map((drop) => drop.item)).toEqual(["Q_sorted"]);
    const uzel = await load("connectome/matlab-matrix", ["Uzel2022/Neuro279_Syn.mat", "Uzel2022/Order279.mat"], {
      annotation: "uzel2022",
      file: "Neuro279_Syn.mat",
      labels_file: "Order279.mat",
      labels: "Order279",
      matrices: [{ name: "Neuro279_Syn", kind: "chemical" }],
    });
    const chemical = (trace: LoadTrace) =>
      (edges(trace) ?? [])
        .filter((row) => row.kind === "chemical")
        .map((row) => [row.pre_raw, row.post_raw, row.weight].join())
        .sort();
    expect(chemical(uzel)).toEqual(chemical(varshney));
  });

  it("reads text edge lists", async () => {
    const whole = await load("connectome/edge-list", "White1986/aconnectome_white_1986_whole.csv", { annotation: "a" });
    expect(totals(edges(whole), "kind")).toMatchObject({
      chemical: [2386, expect.anything()],
      gap: [575, expect.anything()],
    });
    const n2u = await load("connectome/edge-list", "White1986/aconnectome_white_1986_A.csv", { annotation: "a" });
    expect(edges(n2u)).toHaveLength(1899);
    const witvliet = await load("connectome/edge-list", "Witvliet2020/aconnectome_witvliet_2020_7.csv", {
      annotation: "a",
    });
    expect(edges(witvliet)).toHaveLength(2500);
    const wiring = await load("connectome/edge-list", "OpenWorm/herm_full_edgelist.csv", {
      annotation: "wormwiring_2018",
      separator: "comma",
      columns: { pre: "Source", post: "Target", type: "Type", weight: "Weight" },
    });
    expect(totals(edges(wiring), "kind")).toMatchObject({
      chemical: [4681, expect.anything()],
      gap: [2698, expect.anything()],
    });
    expect(edges(wiring)?.[0]).toMatchObject({ pre_raw: "I1L", post_raw: "I2L", weight: 10, source_cell: "row 2" });
  });

  it("reads NemaNode and WormWideWeb JSON", async () => {
    const expected: Record<string, Record<string, [number, number]>> = {
      white_1986_jse: { chemical: [104, 261] },
      white_1986_n2u: { chemical: [1629, expect.anything()], gap: [538, expect.anything()] } as never,
      white_1986_whole: { chemical: [2405, expect.anything()], gap: [1144, expect.anything()] } as never,
      witvliet_2020_1: { chemical: [775, 1296], gap: [164, 206] },
      witvliet_2020_7: { chemical: [2202, 7467], gap: [579, 797] },
    };
    for (const [name, counts] of Object.entries(expected)) {
      const trace = await load("connectome/nemanode", `NemaNode/${name}.json`, { annotation: name });
      expect(totals(edges(trace), "kind"), name).toMatchObject(counts);
    }
    const cook = await load("connectome/nemanode", "WormWideWeb/cook_jarrell_2019_h.json", {
      annotation: "cook2019_wormwideweb",
      weight: "sum",
    });
    expect(totals(edges(cook), "kind")).toEqual({ chemical: [4879, 28113], gap: [2883, 23313] });
  });

  it("reads functional lists and tables", async () => {
    const list = await load("connectome/functional-list", "Randi2023/randi_funconn_wildty.json", {
      atlas: "funconn",
      strain: "wild type",
    });
    const rows = list.rows.functional_edge_record ?? [];
    expect(rows).toHaveLength(1131);
    expect(rows.filter((row) => Number(row.value) < 0)).toHaveLength(141);
    expect(rows.filter((row) => row.stimulated_raw === row.responding_raw)).toHaveLength(0);
    const table = await load("connectome/functional-table", "Randi2023/leifer_funconn_wildtype_2022-04-01.tsv", {
      atlas: "leifer_2022",
      strain: "wild type",
      rows: "stimulated",
    });
    const cells = table.rows.functional_edge_record ?? [];
    expect(cells).toHaveLength(1780);
    expect(cells.filter((row) => Number(row.value) < 0)).toHaveLength(552);
  });

  it("reads the synapse list", async () => {
    const trace = await load("connectome/synapse-list", "Witvliet2020/synapse_list.csv");
    const rows = trace.rows.synapse_record ?? [];
    expect(rows).toHaveLength(32105);
    const seven = rows.filter((row) => row.annotation_id === "witvliet2020_7");
    expect(seven).toHaveLength(7467);
    expect(seven.every((row) => row.sections === null && row.size === null)).toBe(true);
    expect(rows.filter((row) => row.size === null)).toHaveLength(7467);
    expect(trace.drops.map((drop) => drop.detail)).toEqual(["7467 values of -1"]);
  });

  it("reads extrasynaptic edges and aliases", async () => {
    const monoamines = await load("connectome/extrasynaptic", "annotations/esconnectome_monoamines_Bentley_2016.csv", {
      layer: "monoamine",
    });
    expect(monoamines.rows.extrasynaptic_record).toHaveLength(2626);
    const peptides = await load("connectome/extrasynaptic", "annotations/esconnectome_neuropeptides_Bentley_2016.csv", {
      layer: "neuropeptide",
    });
    expect(peptides.rows.extrasynaptic_record).toHaveLength(8931);
    const aliases = await load("connectome/aliases", "WormWideWeb/connectome_neurons_replacement.csv");
    expect(aliases.rows.alias_record).toHaveLength(248);
    expect(aliases.rows.alias_record?.[0]).toMatchObject({ alias_raw: "BWM-DL01", label_raw: "dBWML1" });
  });

  it("reads statements about cells and classes", async () => {
    const count = (trace: LoadTrace, attribute: string) =>
      (trace.rows.neuron_record ?? []).filter((row) => row.attribute === attribute).length;
    const nemanode = await load("connectome/cell-table", "NemaNode/neurons.json", {
      format: "json",
      attributes: { classes: "class", typ: "type_code", nt: "transmitter_code" },
    });
    expect([count(nemanode, "class"), count(nemanode, "transmitter_code")]).toEqual([447, 447]);
    const web = await load("connectome/cell-table", "WormWideWeb/connectome_neurons.csv", {
      attributes: { class: "class", type: "type", type_code: "type_code", category: "category" },
    });
    expect(count(web, "category")).toBe(658);
    const types = await load("connectome/cell-table", "annotations/neuron_type.csv", {
      subject: "class",
      name: "Cell class",
      attributes: { "Cell type": "type", "Vesicle type": "vesicle_type" },
    });
    expect(count(types, "type")).toBe(120);
    const splits = await load("connectome/cell-table", "WormWideWeb/connectome_neuron_class_split.csv", {
      subject: "class",
      name: "class",
      attributes: { split_lr: "split_lr", split_dv: "split_dv", split_d_lr: "split_d_lr", split_v_lr: "split_v_lr" },
    });
    expect(count(splits, "split_v_lr")).toBe(263);
    const transmitters = await load("connectome/cell-table", "annotations/neurotransmitters.csv", {
      name: "Neuron",
      attributes: {
        Class: "class",
        Neurotransmitter: "transmitter",
        Cotramsmitter: "cotransmitter",
        Comments: "transmitter_note",
      },
      fill_down: ["Class"],
    });
    expect(dropReasons(transmitters)).toEqual({ no_cell: 20 });
    expect(count(transmitters, "transmitter")).toBe(302);
    expect(transmitters.rows.neuron_record?.find((row) => row.cell_raw === "ADAR")).toMatchObject({
      value_text: "ADA",
    });
    const ganglia = await load("connectome/cell-groups", "annotations/aconnectome_ids_ganglia.json", {
      attribute: "ganglion",
    });
    expect(dropReasons(ganglia)).toEqual({ group_of_groups: 9 });
    const groups = await load("connectome/cell-groups", "annotations/sensoryintermotor_ids.json", {
      attribute: "type",
    });
    expect(count(groups, "type")).toBeGreaterThan(270);
    const positions = await load("connectome/cell-positions", "annotations/anatlas_neuron_positions.txt");
    expect([count(positions, "x"), count(positions, "z")]).toEqual([303, 303]);
    expect(new Set(positions.rows.neuron_record?.map((row) => row.cell_raw)).size).toBe(302);
  });

  it("pins every file it names", () => {
    const pins = parse(readFileSync(`${repositoryRoot}/datasets/celegans_connectome/sources.yaml`, "utf8")) as {
      path: string;
      bytes: number;
      sha256: string;
    }[];
    expect(pins).toHaveLength(41);
    for (const pin of pins) {
      const file = describeSource(pin.path, data.path(pin.path.replace(/^celegans\//, "")));
      expect({ bytes: file.bytes, sha256: file.sha256 }, pin.path).toEqual({ bytes: pin.bytes, sha256: pin.sha256 });
    }
  });
});
