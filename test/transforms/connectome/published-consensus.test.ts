import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { FUNCTIONAL_SOURCE, PUBLISHED_ANNOTATIONS } from "../../../src/transforms/connectome/annotation-catalogue.js";
import { runConsensusProcedure } from "../../../src/transforms/connectome/consensus-procedure.js";
import { CORRECTED, PUBLISHED } from "../../../src/transforms/connectome/defect-flag.js";
import type { EdgeKind } from "../../../src/transforms/connectome/edge-record.js";
import { publishedConsensus } from "../../../src/transforms/connectome/published-consensus.js";
import { coverageSentence, publishedInput } from "../../../src/transforms/connectome/published-input.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { edgeRecords, noAliases, type ShortRecord } from "./edge-records.js";

const functionalRecord = {
  atlas_id: FUNCTIONAL_SOURCE,
  strain: "wild type",
  source_id: "workbook",
  record_index: 0,
  source_cell: "dFF!B2",
  stimulated_raw: "AVBL",
  responding_raw: "AVAL",
  row_label_raw: "AVAL",
  column_label_raw: "AVBL",
  value: 0.1,
  value_unit: "dF/F",
  q: null,
  q_eq: 0.01,
  n_obs: null,
  published: true,
};

async function published(short: readonly ShortRecord[], functional: readonly Row[] = []) {
  const inputs = {
    edge_record: edgeRecords(short) as unknown as Row[],
    functional_edge_record: functional,
    neuron_alias: [],
  };
  const { context, rows } = memoryTransformContext(inputs, {});
  await publishedConsensus.run(context);
  return rows.hf_connectome_compat ?? [];
}

describe("the published consensus", () => {
  it("averages over whoever lists the connection, in slot order, with sorted source names", async () => {
    const rows = await published(
      [
        ["openworm", "AVAL", "AVBL", 2],
        ["cook2019", "AVAL", "AVBL", 5],
        ["cook2019", "AS10", "AS2", 1, "gap"],
        ["varshney2011", "AVAL", "AVDL", 9],
      ],
      [functionalRecord],
    );
    expect(rows.map((row) => [row.from_neuron, row.to_neuron])).toEqual([
      ["AS10", "AS2"],
      ["AS2", "AS10"],
      ["AVAL", "AVBL"],
    ]);
    expect(rows[2]).toEqual({
      from_neuron: "AVAL",
      to_neuron: "AVBL",
      from_pos: null,
      to_pos: null,
      from_type: null,
      to_type: null,
      mean_gap_weight: null,
      mean_chem_weight: 3.5,
      uncertainty: null,
      functional_weight: Math.fround(0.1),
      data_sources: "['cook2019', 'funconn', 'openworm']",
    });
  });

  it("reads all ten sources when all are there, and says how many were", () => {
    const short = PUBLISHED_ANNOTATIONS.map(({ annotation_id }): ShortRecord => [annotation_id, "AVAL", "AVBL", 1]);
    const input = publishedInput({
      records: edgeRecords(short),
      functionalRecords: [functionalRecord],
      resolver: noAliases,
    });
    expect(coverageSentence(input)).toMatch(/^10 of 10 published sources: cook2019, .*witvliet2020_8, funconn$/);
    const fewer = publishedInput({
      records: edgeRecords(short.slice(0, 7)),
      functionalRecords: [],
      resolver: noAliases,
    });
    expect(coverageSentence(fewer)).toMatch(/^7 of 10 .*; missing: witvliet2020_7, witvliet2020_8, funconn$/);
  });

  it("writes functional pairs without an anatomical connection", async () => {
    const rows = await published([], [functionalRecord, { ...functionalRecord, published: false, record_index: 1 }]);
    expect(rows.map((row) => [row.from_neuron, row.to_neuron, row.data_sources])).toEqual([
      ["AVAL", "AVBL", "['funconn']"],
    ]);
  });
});

describe("the procedure, published and corrected", () => {
  const record = fc.tuple(
    fc.constantFrom("cook2019", "openworm", "white1986_whole", "witvliet2020_7"),
    fc.constantFrom("AVAL", "AVBL", "VB01"),
    fc.constantFrom("AVAL", "AVBL", "VB2"),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom<EdgeKind>("chemical", "gap"),
  );

  it("gives a gap junction the same weight in both directions", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (short) => {
        const input = publishedInput({ records: edgeRecords(short), functionalRecords: [], resolver: noAliases });
        for (const flags of [PUBLISHED, CORRECTED]) {
          const { gap, gapState } = runConsensusProcedure(input, flags);
          const asymmetric = gap.findIndex((value, pair) => {
            const back = (pair % 300) * 300 + Math.floor(pair / 300);
            return !Object.is(value, gap[back]) || gapState[pair] !== gapState[back];
          });
          expect(asymmetric).toBe(-1);
        }
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});
