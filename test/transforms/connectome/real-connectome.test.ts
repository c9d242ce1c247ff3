import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { slotOf } from "../../../src/tables/neuron-registry.js";
import { realData } from "../../support/real-data.js";
import { contractOf, runInMemory, type Tables } from "./run-in-memory.js";

const data = realData();
const PUBLIC_TABLES = [
  "neuron",
  "neuron_alias",
  "annotation",
  "edge",
  "edge_compat",
  "synapse",
  "functional_edge",
  "extrasynaptic_edge",
  "consensus",
  "hf_connectome_compat",
  "connectome_diff",
  "dropped",
];

describe.skipIf(!data.present)(`the connectome pipeline on the real files${data.reason}`, () => {
  let tables: Tables;
  const rows = <T = Row>(table: string) => (tables[table] ?? []) as unknown as T[];

  beforeAll(async () => {
    tables = await runInMemory({ pipeline: "celegans-connectome.yaml", mirror: data.root });
  }, 300_000);

  it("has unique keys in every public table", async () => {
    for (const table of PUBLIC_TABLES) {
      const { key } = await contractOf("celegans_connectome", table);
      const keys = rows(table).map((row) => key.map((column) => String(row[column])).join("\n"));
      expect(new Set(keys).size, table).toBe(keys.length);
      expect(keys.length, table).toBeGreaterThan(0);
    }
  });

  it.each([
    ["cook2019", [3707, 20905], [1101, 14, 4777], [3038, 17676], [846, 11, 3833], 4085],
    ["chklovskii", [2194, 6394], [517, 3, 890], [1537, 3822], [339, 2, 520], 2079],
    ["openworm", [2279, 6465], [557, 5, 947], [2279, 6465], [557, 5, 944.5], 3142],
    ["white1986_whole", [2266, 6509], [569, 6, 965], [2266, 6509], [569, 6, 965], 3145],
    ["white1986_n2u", [1414, 3740], [264, 2, 331], [1414, 3740], [264, 2, 331], 1848],
    ["white1986_jse", [94, 261], [0, 0, 0], [94, 261], [0, 0, 0], 94],
    ["witvliet2020_7", [1944, 6587], [267, 6, 369], [1944, 6587], [267, 6, 369], 2364],
  ])("gives the figures of specification 6.2 for %s", (id, chemical, gap, compatChemical, compatGap, directed) => {
    type Weighted = { annotation_id: string; pre_cell: string; post_cell: string; kind: string; weight: number | null };
    const figures = (table: string, kind: string) => {
      const own = rows<Weighted>(table).filter(
        (row) =>
          row.annotation_id === id &&
          row.kind === kind &&
          row.weight !== null &&
          slotOf(row.pre_cell) !== null &&
          slotOf(row.post_cell) !== null,
      );
      const self = own.filter((row) => row.pre_cell === row.post_cell).length;
      return { own, count: own.length, self, weight: own.reduce((sum, row) => sum + (row.weight ?? 0), 0) };
    };
    const [edge, edgeGap] = [figures("edge", "chemical"), figures("edge", "gap")];
    expect([edge.count, edge.weight]).toEqual(chemical);
    expect([edgeGap.count, edgeGap.self, edgeGap.weight]).toEqual(gap);
    const [compat, compatGaps] = [figures("edge_compat", "chemical"), figures("edge_compat", "gap")];
    expect([compat.count, compat.weight]).toEqual(compatChemical);
    expect([compatGaps.count, compatGaps.self, compatGaps.weight]).toEqual(compatGap);
    const pairs = new Set(compat.own.map((row) => `${row.pre_cell} ${row.post_cell}`));
    for (const { pre_cell, post_cell } of compatGaps.own)
      pairs.add(`${pre_cell} ${post_cell}`).add(`${post_cell} ${pre_cell}`);
    expect(pairs.size).toBe(directed);
  });

  it("reproduces the seven-source consensus to the digest", () => {
    type Compat = Record<"from_neuron" | "to_neuron" | "data_sources", string> &
      Record<"mean_gap_weight" | "mean_chem_weight" | "uncertainty" | "functional_weight", number | null>;
    const found = rows<Compat>("hf_connectome_compat");
    const present = (column: keyof Compat) => found.filter((row) => row[column] !== null).length;
    expect(found.length).toBe(5758);
    expect(["mean_gap_weight", "mean_chem_weight", "uncertainty"].map((name) => present(name as keyof Compat))).toEqual(
      [2368, 4347, 957],
    );
    expect(present("functional_weight")).toBe(0);
    const number = (value: number | null) => (value === null ? "" : value.toFixed(6));
    const lines = found.map((row) => {
      const sources = row.data_sources.slice(2, -2).split("', '").join("|");
      const numbers = [row.mean_gap_weight, row.mean_chem_weight, row.uncertainty].map(number);
      return `${[row.from_neuron, row.to_neuron, ...numbers, sources].join(",")}\n`;
    });
    expect(createHash("sha256").update(lines.join("")).digest("hex")).toBe(
      "4ff390149e688f767fa07821d70ac079d742785f83792639eea1fc5ca133863e",
    );
    expect(found.find((row) => row.from_neuron === "VB1" && row.to_neuron === "VB2")).toMatchObject({
      mean_gap_weight: 4,
      data_sources: "['openworm', 'white1986_whole']",
    });
  });

  it("names a cause for every difference, among them the 544 gap means over distinct values", () => {
    type Diff = { quantity: string; causes: string[]; compat_value: number | null };
    const differences = rows<Diff>("connectome_diff");
    expect(differences.filter((row) => row.causes.length === 0)).toEqual([]);
    const setMeans = differences.filter(
      (row) => row.quantity === "mean_gap_weight" && row.compat_value !== null && row.causes.includes("gap_set_mean"),
    );
    expect(setMeans.length).toBe(544);
  });

  it("has the same numbers in consensus as the corrected end of connectome_diff", () => {
    type Corrected = {
      pre: string;
      post: string;
      quantity: string;
      corrected_count: number | null;
      corrected_sections: number | null;
    };
    type Consensus = Record<"pre" | "post" | "kind" | "state", string> & Record<string, number | null>;
    const consensus = new Map(rows<Consensus>("consensus").map((row) => [`${row.kind} ${row.pre} ${row.post}`, row]));
    const kinds: Record<string, string> = { mean_gap_weight: "gap", mean_chem_weight: "chemical" };
    let compared = 0;
    for (const row of rows<Corrected>("connectome_diff")) {
      const kind = kinds[row.quantity];
      if (kind === undefined) continue;
      const [pre, post] = kind === "gap" && row.pre > row.post ? [row.post, row.pre] : [row.pre, row.post];
      const found = consensus.get(`${kind} ${pre} ${post}`);
      const present = found?.state === "present";
      expect([row.corrected_count, row.corrected_sections]).toEqual(
        present ? [found.mean_count_covering, found.mean_sections_covering] : [null, null],
      );
      compared++;
    }
    expect(compared).toBeGreaterThan(5000);
  });

  it("agrees across annotations that describe the same synapses", () => {
    type Edge = { annotation_id: string; kind: string; pre: string | null; post: string | null; weight: number };
    const pairs = (id: string, kinds: string[]) =>
      rows<Edge>("edge")
        .filter((row) => row.annotation_id === id && kinds.includes(row.kind) && row.pre !== null && row.post !== null)
        .map((row) => `${row.kind} ${row.pre} ${row.post} ${row.weight}`)
        .sort();
    const same = (a: string, b: string, kinds: string[]) => {
      expect(pairs(a, kinds).length).toBeGreaterThan(0);
      expect(pairs(a, kinds), `${a} = ${b}`).toEqual(pairs(b, kinds));
    };
    same("chklovskii", "chklovskii_receiver", ["chemical"]);
    same("chklovskii", "varshney2011", ["chemical", "gap"]);
    same("chklovskii", "uzel2022", ["chemical"]);
    same("cook2019", "cook2019_wormwideweb", ["chemical", "gap"]);
    same("cook2019", "cook2019_csv", ["chemical"]);
    same("white1986_whole", "white1986_whole_json", ["chemical", "gap"]);
    same("white1986_n2u", "white1986_n2u_json", ["chemical", "gap"]);
    same("witvliet2020_7", "witvliet2020_7_matrix", ["chemical"]);
    same("witvliet2020_7", "witvliet2020_7_tsv", ["chemical"]);
    const listed = new Map<string, number>();
    for (const { annotation_id, pre, post } of rows<Edge>("synapse")) {
      if (annotation_id !== "witvliet2020_7" || pre === null || post === null) continue;
      listed.set(`${pre} ${post}`, (listed.get(`${pre} ${post}`) ?? 0) + 1);
    }
    expect(listed.size).toBe(1944);
    expect([...listed].map(([pair, synapses]) => `chemical ${pair} ${synapses}`).sort()).toEqual(
      pairs("witvliet2020_7", ["chemical"]),
    );
  });

  it("carries or drops every record it read", () => {
    for (const count of rows<{ read: bigint; carried: bigint; dropped: bigint; step: string }>("file_count")) {
      expect(count.carried + count.dropped, count.step).toBe(count.read);
    }
    const perFile = (table: string, amount: (row: Row) => number) => {
      const sums = new Map<string, number>();
      for (const row of rows(table))
        sums.set(row.source_id as string, (sums.get(row.source_id as string) ?? 0) + amount(row));
      return sums;
    };
    const records = perFile("edge_record", () => 1);
    const merged = perFile("edge", (row) => row.n_records as number);
    const leftOut = perFile("edge_dropped", (row) => Number(row.records));
    for (const [file, count] of records) expect((merged.get(file) ?? 0) + (leftOut.get(file) ?? 0)).toBe(count);
  });

  it("fills the neuron table from the annotation files", () => {
    const neurons = rows<Record<string, unknown>>("neuron");
    expect(neurons.length).toBe(302);
    expect(neurons.filter((row) => row.ganglion !== null).length).toBe(299);
    expect(neurons.filter((row) => row.x !== null).length).toBe(302);
    expect(neurons.find((row) => row.label === "M5")).toMatchObject({
      class: "M5",
      transmitters_norm: ["acetylcholine", "glutamate"],
    });
  });
});
