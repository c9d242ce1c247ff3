import { describe, expect, it } from "vitest";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import type { Row } from "../../../src/tables/contract.js";
import { sourceId } from "../../../src/tables/source-id.js";
import { dropped } from "../../../src/transforms/connectome/dropped.js";
import { extrasynapticEdge } from "../../../src/transforms/connectome/extrasynaptic-edge.js";
import { functionalEdge } from "../../../src/transforms/connectome/functional-edge.js";
import { neuron } from "../../../src/transforms/connectome/neuron.js";
import { neuronAlias } from "../../../src/transforms/connectome/neuron-alias.js";
import { synapse } from "../../../src/transforms/connectome/synapse.js";
import type { Transform } from "../../../src/transforms/transform.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { contractOf } from "./run-in-memory.js";

/** Runs a transform and checks its rows against their contracts. */
async function run<P>(transform: Transform<P>, inputs: Record<string, readonly Row[]>, parameters: unknown = {}) {
  const { context, rows } = memoryTransformContext(inputs, transform.parameters.parse(parameters));
  await transform.run(context);
  for (const [table, written] of Object.entries(rows))
    buildBatch(await contractOf("celegans_connectome", table), written);
  return rows;
}

const DATASET = "celegans_connectome";
const preferred = sourceId(DATASET, "celegans/WormWideWeb/connectome_neurons.csv");
const other = sourceId(DATASET, "celegans/annotations/neuron_type.csv");
const tsv = sourceId(DATASET, "celegans/Randi2023/leifer_funconn_wildtype_2022-04-01.tsv");

describe("neuron", () => {
  let index = 0;
  const states = (source: string, cell: string, attribute: string, value: string | number, subject = "cell"): Row => ({
    source_id: source,
    record_index: typeof value === "number" ? 1000 : index++,
    source_cell: "row 2",
    subject,
    cell_raw: cell,
    attribute,
    value_text: typeof value === "string" ? value : null,
    value_number: typeof value === "number" ? value : null,
  });

  it("prefers one file's type and keeps every statement", async () => {
    const { neuron: rows = [] } = await run(neuron, {
      neuron_record: [
        states(other, "AVA", "type", "Modulatory neuron", "class"),
        states(preferred, "AVAL", "type", "interneuron"),
        states(preferred, "VB02", "type", "motorneuron"),
        states(other, "AVAL", "transmitter", "Glu & 5HT"),
        states(other, "AVAL", "cotransmitter", "Ach (minor)"),
        ...["x", "y", "z"].map((axis, at) => states(other, "AVAL", axis, at)),
        states(other, "AVAR", "x", 1),
      ],
    });
    expect(rows.length).toBe(302);
    const row = (label: string) => rows.find((each) => each.label === label);
    expect(row("AVAL")).toMatchObject({
      type: "interneuron",
      class: "AVA",
      transmitters: ["Glu & 5HT", "Ach (minor)"],
      transmitters_norm: ["glutamate", "serotonin", "acetylcholine"],
      x: 0,
      y: 1,
      z: 2,
      position_source: other,
    });
    expect(row("AVAL")?.sources).toHaveLength(7);
    expect(row("AVAR")).toMatchObject({ type: "modulatory", x: null, position_source: null });
    expect(row("VB2")).toMatchObject({ type: "motor", slot: 273 });
    expect(row("CANR")).toMatchObject({ slot: null, type: null, transmitters: [] });
  });

  it("accounts once for a record about another cell", async () => {
    const one = { record_index: 900 };
    const { neuron_dropped: drops = [] } = await run(neuron, {
      neuron_record: [
        { ...states(other, "pm5D", "type", "muscle"), ...one },
        { ...states(other, "pm5D", "class", "pm5"), ...one },
        states(other, "GLR", "type", "Glia", "class"),
      ],
    });
    expect(drops.map((drop) => [drop.reason, drop.detail, drop.records, drop.drop_index])).toEqual([
      ["not_a_neuron", "GLR: type Glia", 1n, 0],
      ["not_a_neuron", "pm5D: class pm5, type muscle", 1n, 1],
    ]);
  });
});

describe("neuron-alias", () => {
  const record = (at: number, alias: string, label: string) => ({
    source_id: "aliases",
    record_index: at,
    source_cell: `row ${at + 2}`,
    alias_raw: alias,
    label_raw: label,
  });

  it("has the authored aliases, the replacement table and the exceptions of single files", async () => {
    const { neuron_alias: rows = [], alias_dropped: drops = [] } = await run(neuronAlias, {
      alias_record: [
        record(0, "BWM-DL01", "dBWML1"),
        record(1, "VA1", "VA01"),
        record(2, "BWM-DL01", "other"),
        record(3, "e1", "e1"),
      ],
    });
    const count = (rule: string) => rows.filter((row) => row.rule === rule).length;
    expect([count("zero_pad"), count("case"), count("replacement_table"), count("file_exception")]).toEqual([
      64, 2, 1, 1,
    ]);
    expect(rows.at(-1)).toEqual({
      alias: "NSM",
      label: "NSMR",
      rule: "file_exception",
      is_neuron: true,
      source_id: tsv,
    });
    expect(drops.map((drop) => [drop.item, drop.reason])).toEqual([
      ["row 3", "neuron_name"],
      ["row 4", "repeated_alias"],
      ["row 5", "same_name"],
    ]);
  });

  it("works without any file", async () => {
    const { neuron_alias: rows = [] } = await run(neuronAlias, { alias_record: [] });
    expect(rows.length).toBe(67);
  });
});

describe("the other tables", () => {
  const neuron_alias = [{ alias: "NSM", label: "NSMR", rule: "file_exception", source_id: "tsv" }];

  it("functional_edge names both cells, tells significance only where q is given", async () => {
    const record = {
      atlas_id: "a",
      strain: "wild type",
      source_id: "tsv",
      record_index: 0,
      source_cell: "row 1",
      stimulated_raw: "NSM",
      responding_raw: "VB02",
      row_label_raw: "NSM",
      column_label_raw: "VB02",
      value: -0.5,
      value_unit: "unknown",
      q: null,
      q_eq: null,
      n_obs: null,
      published: false,
    };
    const { functional_edge: rows = [] } = await run(functionalEdge, {
      neuron_alias,
      functional_edge_record: [
        record,
        { ...record, responding_raw: "AVAL", q: 0.04 },
        { ...record, responding_raw: "AVAR", q: 0.05 },
      ],
    });
    expect(rows.map((row) => [row.stimulated, row.responding, row.significant])).toEqual([
      ["NSMR", "VB2", null],
      ["NSMR", "AVAL", true],
      ["NSMR", "AVAR", false],
    ]);
  });

  it("synapse and extrasynaptic_edge keep partners that are no neurons", async () => {
    const { synapse: synapses } = await run(synapse, {
      neuron_alias,
      synapse_record: [
        {
          annotation_id: "witvliet2020_1",
          source_id: "list",
          record_index: 4,
          source_cell: "row 6",
          syn_id: 6942483n,
          pre_raw: "ADAL",
          post_raw: "BWM-DL01",
          sections: null,
          size: 12n,
          post_is_branch: "no",
        },
      ],
    });
    expect(synapses).toMatchObject([
      { pre: "ADAL", post: null, post_cell: "BWM-DL01", syn_id: 6942483n, sections: null },
    ]);
    const { extrasynaptic_edge: links } = await run(extrasynapticEdge, {
      neuron_alias,
      extrasynaptic_record: [
        {
          source_id: "list",
          record_index: 0,
          source_cell: "row 2",
          layer: "monoamine",
          source_raw: "RIML",
          target_raw: "VB02",
          transmitter: "tyramine",
          receptor: "lgc-55",
        },
      ],
    });
    expect(links).toMatchObject([{ source: "RIML", target: "VB2", releasing_cell: "RIML", target_raw: "VB02" }]);
  });

  it("dropped has the rows of loaders and transforms", async () => {
    const drop = {
      source_id: "f",
      drop_index: 0,
      scope: "edge",
      item: "row 2",
      reason: "r",
      rule: "u",
      detail: null,
      records: 1n,
    };
    const { dropped: rows = [] } = await run(dropped, {
      dropped_record: [{ ...drop, step: "cook2019" }],
      edge_dropped: [drop],
      neuron_dropped: [drop],
      alias_dropped: [],
    });
    expect(rows.map((row) => row.step)).toEqual(["cook2019", "edge", "neuron"]);
  });
});
