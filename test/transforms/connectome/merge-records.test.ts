import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NEURON_LABELS } from "../../../src/tables/neuron-registry.js";
import { CellResolver } from "../../../src/transforms/connectome/cell-resolver.js";
import type { EdgeKind, EdgeRecord } from "../../../src/transforms/connectome/edge-record.js";
import { sortRecords } from "../../../src/transforms/connectome/edge-record.js";
import { mergeRecords } from "../../../src/transforms/connectome/merge-records.js";
import { edgeRecords, noAliases, type ShortRecord } from "./edge-records.js";

const merge = (short: readonly ShortRecord[], resolver = noAliases) => mergeRecords(edgeRecords(short), resolver);

describe("mergeRecords", () => {
  it("sums repeated chemical records and says where they stand", () => {
    const { edges } = merge([
      ["chklovskii", "VA01", "avfl", 3, "chemical", "S"],
      ["chklovskii", "VA1", "AVFL", 2, "chemical", "Sp"],
    ]);
    expect(edges).toEqual([
      {
        annotation_id: "chklovskii",
        pre_cell: "VA1",
        post_cell: "AVFL",
        kind: "chemical",
        pre: "VA1",
        post: "AVFL",
        pre_raw: "VA01",
        post_raw: "avfl",
        weight: 5,
        weight_min: null,
        weight_max: null,
        n_records: 2,
        source_id: "file of chklovskii",
        source_cells: ["row 2", "row 3"],
      },
    ]);
  });

  it("keeps both directions of a chemical synapse and the kinds apart", () => {
    const { edges } = merge([
      ["openworm", "AVBL", "AVAL", 1],
      ["openworm", "AVAL", "AVBL", 2],
      ["openworm", "AVAL", "AVBL", 4, "gap"],
      ["openworm", "AVAL", "AVBL", 8, "nmj"],
    ]);
    expect(edges.map((edge) => [edge.pre, edge.post, edge.kind, edge.weight])).toEqual([
      ["AVAL", "AVBL", "chemical", 2],
      ["AVAL", "AVBL", "gap", 4],
      ["AVAL", "AVBL", "nmj", 8],
      ["AVBL", "AVAL", "chemical", 1],
    ]);
  });

  it("makes one row of a gap junction: the larger listing, with both kept", () => {
    const { edges } = merge([
      ["openworm", "VB02", "VB01", 2, "gap"],
      ["openworm", "VB01", "VB02", 3, "gap"],
      ["openworm", "AVAL", "AVAL", 1, "gap"],
      ["openworm", "RIBL", "AVAL", 6, "gap"],
    ]);
    const found = edges.map((edge) => [
      edge.pre,
      edge.post,
      edge.weight,
      edge.weight_min,
      edge.weight_max,
      edge.n_records,
    ]);
    expect(found).toEqual([
      ["AVAL", "AVAL", 1, 1, 1, 1],
      ["AVAL", "RIBL", 6, 6, 6, 1],
      ["VB1", "VB2", 3, 2, 3, 2],
    ]);
    expect(edges[1]).toMatchObject({ pre_raw: "AVAL", post_raw: "RIBL" });
    expect(edges[2]).toMatchObject({ pre_raw: "VB01", post_raw: "VB02" });
  });

  it("keeps partners that are no neurons, by their canonical name", () => {
    const resolver = new CellResolver([
      { alias: "BWM-DL01", label: "dBWML1", rule: "replacement_table", source_id: "aliases" },
      { alias: "NSM", label: "NSMR", rule: "file_exception", source_id: "file of openworm" },
    ]);
    const { edges } = merge(
      [
        ["openworm", "NSM", "BWM-DL01", 1],
        ["white1986_n2u", "NSM", "hyp", 1],
      ],
      resolver,
    );
    expect(edges.map((edge) => [edge.pre_cell, edge.pre, edge.post_cell, edge.post, edge.post_raw])).toEqual([
      ["NSMR", "NSMR", "dBWML1", null, "BWM-DL01"],
      ["NSM", null, "hyp", null, "hyp"],
    ]);
  });

  it("drops records of weight zero", () => {
    const { edges, dropped } = merge([["openworm", "AVAL", "AVBL", 0]]);
    expect(edges).toEqual([]);
    expect(dropped.map((record) => record.source_cell)).toEqual(["row 2"]);
  });

  it("refuses to add up one edge of two files", () => {
    const [first, second] = edgeRecords([
      ["openworm", "AVAL", "AVBL", 1],
      ["openworm", "AVAL", "AVBL", 2],
    ]) as [EdgeRecord, EdgeRecord];
    expect(() => mergeRecords([first, { ...second, source_id: "another file" }], noAliases)).toThrow(
      expect.objectContaining({ tag: "load/edge-in-two-files", fields: expect.objectContaining({ pre: "AVAL" }) }),
    );
  });

  const record = fc.tuple(
    fc.constantFrom("openworm", "cook2019"),
    fc.constantFrom("AVAL", "AVBL", "VB01", "VB1", "pm5D", "CANL"),
    fc.constantFrom("AVAL", "AVBL", "VB02", "hyp"),
    fc.integer({ min: 0, max: 5 }),
    fc.constantFrom<EdgeKind>("chemical", "gap", "nmj"),
  );

  it("carries or drops every record, and keeps the sum of directed weights", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (short) => {
        const { edges, dropped } = merge(short);
        expect(edges.reduce((sum, edge) => sum + edge.n_records, 0) + dropped.length).toBe(short.length);
        const directed = short.filter(([, , , , kind]) => kind !== "gap").reduce((sum, each) => sum + each[3], 0);
        expect(edges.filter((edge) => edge.kind !== "gap").reduce((sum, edge) => sum + edge.weight, 0)).toBe(directed);
        const keys = edges.map((edge) => `${edge.annotation_id} ${edge.pre_cell} ${edge.post_cell} ${edge.kind}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { kind, pre_cell, post_cell } of edges) expect(kind !== "gap" || pre_cell <= post_cell).toBe(true);
      }),
    );
  });

  it("does not depend on the order in which records arrive, nor gap weights on the direction of listing", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.integer(), (short, seed) => {
        const records = edgeRecords(short);
        const mixed = sortRecords(
          [...records].sort((a, b) => ((a.record_index * 7 + seed) % 5) - ((b.record_index * 7 + seed) % 5)),
        );
        expect(mergeRecords(mixed, noAliases)).toEqual(mergeRecords(records, noAliases));
        const turned = records.map((each) =>
          each.kind === "gap" ? { ...each, pre_raw: each.post_raw, post_raw: each.pre_raw } : each,
        );
        const weights = (of: EdgeRecord[]) => mergeRecords(of, noAliases).edges.map((edge) => edge.weight);
        expect(weights(turned)).toEqual(weights(records));
      }),
    );
  });

  it("knows every label of the registry as itself", () => {
    for (const label of NEURON_LABELS) expect(noAliases.resolve(label, "any").neuron).toBe(label);
  });
});
