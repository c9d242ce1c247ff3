import { describe, expect, it } from "vitest";
import { functionalList } from "../../../src/loaders/connectome/functional-list.js";
import { nemaNode } from "../../../src/loaders/connectome/nemanode.js";
import type { Row } from "../../../src/tables/contract.js";
import { account, dropReasons, loadFiles } from "./load-in-memory.js";

const edges = (rows: readonly Row[] | undefined) =>
  (rows ?? []).map(
    (r) => `${r.record_index} ${r.source_cell}: ${r.kind}/${r.type_raw} ${r.pre_raw}>${r.post_raw} ${r.weight}`,
  );

describe("connectome/nemanode", () => {
  const records = [
    { pre: "AVAL", post: "VA12", typ: 0, syn: [1, 2, 1], ids: [7, 8, 9] },
    { pre: "AVAL", post: "VA12", typ: 0, syn: [1] },
    { pre: "AVAL ", post: "AVAR", typ: 2, syn: [1] },
    { pre: "ADAL", post: "ADEL", typ: 4, syn: [22] },
    { pre: "ADAL", post: "ADEL", typ: 9, syn: [1] },
    { pre: "ADAL", post: "ADEL", typ: 0, syn: [] },
  ];
  const files = [{ name: "n.json", content: JSON.stringify(records) }];

  it("counts synapses whatever their value, and keeps repeated records apart", async () => {
    const trace = await loadFiles(nemaNode, files, { annotation: "white1986_n2u" });
    expect(edges(trace.rows.edge_record)).toEqual([
      "0 index 0: chemical/0 AVAL>VA12 3",
      "1 index 1: chemical/0 AVAL>VA12 1",
      "2 index 2: gap/2 AVAL>AVAR 1",
    ]);
    expect(dropReasons(trace)).toEqual({ not_in_table: 0, functional_record: 1, unknown_type: 1, zero_weight: 1 });
    expect(account(trace, "celegans/n.json")).toEqual({ read: 6, carried: 3, dropped: 3 });
  });

  it("sums where syn is a weight, and drops a weight that is NaN", async () => {
    const content = '[{"pre":"A","post":"B","typ":0,"syn":[10]},{"pre":"A","post":"C","typ":0,"syn":[NaN]}]';
    const trace = await loadFiles(nemaNode, [{ name: "w.json", content }], { annotation: "a", weight: "sum" });
    expect(edges(trace.rows.edge_record)).toEqual(["0 index 0: chemical/0 A>B 10"]);
    expect(dropReasons(trace)).toEqual({ blank_weight: 1 });
  });

  it("refuses a file that holds nothing anatomical", async () => {
    const content = JSON.stringify([{ pre: "A", post: "B", typ: 4, syn: [1] }]);
    await expect(loadFiles(nemaNode, [{ name: "f.json", content }], { annotation: "a" })).rejects.toMatchObject({
      tag: "load/no-records",
      fields: { file: "celegans/f.json", cell: "index 0", reason: "functional_record" },
    });
  });

  it("refuses parameters it does not know", async () => {
    await expect(loadFiles(nemaNode, files, { annotation: "a", wieght: "sum" })).rejects.toThrow(/wieght/);
  });
});

describe("connectome/functional-list", () => {
  it("keeps the sign, and stimulated before responding", async () => {
    const content = JSON.stringify([
      { pre: "ADAL", post: "ADEL", typ: 4, syn: [22] },
      { pre: "ADAL", post: "AS1", typ: 4, syn: [-12] },
      { pre: "ADAL", post: "AS1", typ: 0, syn: [1] },
    ]);
    const trace = await loadFiles(functionalList, [{ name: "f.json", content }], { atlas: "funconn", strain: "WT" });
    expect(trace.rows.functional_edge_record?.[1]).toEqual({
      atlas_id: "funconn",
      strain: "WT",
      source_id: expect.any(String),
      record_index: 1,
      source_cell: "index 1",
      stimulated_raw: "ADAL",
      responding_raw: "AS1",
      row_label_raw: "ADAL",
      column_label_raw: "AS1",
      value: -0.12,
      value_unit: "strength",
      q: null,
      q_eq: null,
      n_obs: null,
      published: true,
    });
    expect(account(trace, "celegans/f.json")).toEqual({ read: 3, carried: 2, dropped: 1 });
  });
});
