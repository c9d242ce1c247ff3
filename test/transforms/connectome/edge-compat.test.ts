import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { edgeCompat } from "../../../src/transforms/connectome/edge-compat.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { edgeRecords, type ShortRecord } from "./edge-records.js";

async function compat(short: readonly ShortRecord[]) {
  const inputs = { edge_record: edgeRecords(short) as unknown as Row[], neuron_alias: [] };
  const { context, rows } = memoryTransformContext(inputs, {});
  await edgeCompat.run(context);
  return (rows.edge_compat ?? []).map((row) => [row.pre_cell, row.post_cell, row.kind, row.weight, row.drop_reason]);
}

describe("edge-compat", () => {
  it("says what the published procedure drops, and why", async () => {
    expect(
      await compat([
        ["chklovskii", "AVAL", "AVBL", 3, "chemical", "S"],
        ["chklovskii", "AVAL", "AVDL", 3, "chemical", "S"],
        ["chklovskii", "AVAL", "AVDL", 2, "chemical", "Sp"],
        ["chklovskii", "VB01", "AVAL", 1, "chemical", "Sp"],
        ["chklovskii", "AVAL", "NMJ", 4, "nmj", "NMJ"],
        ["chklovskii", "AVAL", "hyp", 4, "chemical", "Sp"],
        ["chklovskii", "AVAL", "CANL", 4, "gap", "EJ"],
      ]),
    ).toEqual([
      ["AVAL", "AVBL", "chemical", null, "monadic"],
      ["AVAL", "AVDL", "chemical", 2, "monadic"],
      ["AVAL", "CANL", "gap", null, "no_slot"],
      ["AVAL", "NMJ", "nmj", null, "non_neuron"],
      ["AVAL", "hyp", "chemical", null, "non_neuron"],
      ["VB1", "AVAL", "chemical", null, "padded_label"],
    ]);
  });

  it("keeps the first of repeated rows, the mean of a gap's listings, and float32", async () => {
    expect(
      await compat([
        ["openworm", "AVAL", "AVBL", 0.1],
        ["openworm", "AVAL", "AVBL", 3],
        ["openworm", "AVBL", "AVAL", 2, "gap"],
        ["openworm", "AVAL", "AVBL", 3, "gap"],
      ]),
    ).toEqual([
      ["AVAL", "AVBL", "chemical", Math.fround(0.1), "duplicate"],
      ["AVAL", "AVBL", "gap", 2.5, null],
    ]);
  });

  it("has rows for the annotations that the published procedure reads, or what stands in for them", async () => {
    expect(await compat([["varshney2011", "AVAL", "AVBL", 1]])).toEqual([]);
    const both: ShortRecord[] = [
      ["white1986_jsh_json", "AVAL", "AVBL", 1],
      ["white1986_n2u_json", "AVAL", "AVBL", 2],
      ["white1986_n2u", "AVAL", "AVBL", 3],
    ];
    expect(await compat(both)).toEqual([
      ["AVAL", "AVBL", "chemical", 3, null],
      ["AVAL", "AVBL", "chemical", 1, null],
    ]);
  });
});
