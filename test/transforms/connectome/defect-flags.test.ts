import { describe, expect, it } from "vitest";
import { DEFECT_DESCRIPTIONS, DEFECT_FLAGS } from "../../../src/transforms/connectome/defect-flag.js";
import type { FunctionalEdgeRecord } from "../../../src/transforms/connectome/functional-weights.js";
import { only, pairOf, procedure, type ShortRecord } from "./edge-records.js";
import { contractOf } from "./run-in-memory.js";

const AB = pairOf("AVAL", "AVBL");
const BA = pairOf("AVBL", "AVAL");

/** Every flag on a case computed by hand: all others off, so that each test knows one rule only. */
describe("each defect of the published consensus", () => {
  it("no_alias drops zero-padded and lower-case names", () => {
    const records: ShortRecord[] = [
      ["cook2019", "VB01", "VB02", 5],
      ["cook2019", "AVAL", "avfl", 2],
    ];
    const pairs = [pairOf("VB1", "VB2"), pairOf("AVAL", "AVFL")];
    const chemical = (flags: Parameters<typeof only>) =>
      pairs.map((pair) => procedure(records, only(...flags)).chemicalSections[pair]);
    expect(chemical([])).toEqual([5, 2]);
    expect(chemical(["no_alias"])).toEqual([Number.NaN, Number.NaN]);
  });

  it("sp_only ignores monadic synapses", () => {
    const records: ShortRecord[] = [
      ["chklovskii", "AVAL", "AVBL", 3, "chemical", "S"],
      ["chklovskii", "AVAL", "AVBL", 2, "chemical", "Sp"],
    ];
    expect(procedure(records, only()).chemical[AB]).toBe(5);
    expect(procedure(records, only("sp_only")).chemical[AB]).toBe(2);
  });

  it("first_wins ignores later rows, but not where the published file sums repeats", () => {
    const twice = (annotation: string): ShortRecord[] => [
      [annotation, "AVAL", "AVBL", 2],
      [annotation, "AVAL", "AVBL", 3],
    ];
    expect(procedure(twice("openworm"), only()).chemical[AB]).toBe(5);
    expect(procedure(twice("openworm"), only("first_wins")).chemical[AB]).toBe(2);
    expect(procedure(twice("white1986_jse"), only("first_wins")).chemical[AB]).toBe(5);
  });

  it("gap_listing_mean averages the listings of a gap junction", () => {
    const records: ShortRecord[] = [
      ["openworm", "AVAL", "AVBL", 2, "gap"],
      ["openworm", "AVBL", "AVAL", 3, "gap"],
      ["openworm", "AVAL", "AVAL", 7, "gap"],
    ];
    const off = procedure(records, only());
    const on = procedure(records, only("gap_listing_mean"));
    expect([off.gap[AB], off.gap[BA], off.gap[pairOf("AVAL", "AVAL")]]).toEqual([3, 3, 7]);
    expect([on.gap[AB], on.gap[BA], on.gap[pairOf("AVAL", "AVAL")]]).toEqual([2.5, 2.5, 7]);
    const repeated: ShortRecord[] = [
      ["witvliet2020_7", "AVAL", "AVBL", 1, "gap"],
      ["witvliet2020_7", "AVAL", "AVBL", 1, "gap"],
      ["witvliet2020_7", "AVBL", "AVAL", 4, "gap"],
    ];
    expect(procedure(repeated, only()).gap[AB]).toBe(4);
    expect(procedure(repeated, only("gap_listing_mean")).gap[AB]).toBe(3);
  });

  it("f32_weight rounds weights", () => {
    const records: ShortRecord[] = [["openworm", "AVAL", "AVBL", 0.1]];
    expect(procedure(records, only()).chemical[AB]).toBe(0.1);
    expect(procedure(records, only("f32_weight")).chemical[AB]).toBe(Math.fround(0.1));
  });

  it("double_count takes every annotation of the same animals for a measure of its own", () => {
    const records: ShortRecord[] = [
      ["white1986_whole", "AVAL", "AVBL", 4],
      ["openworm", "AVAL", "AVBL", 8],
    ];
    expect(procedure(records, only()).chemical[AB]).toBe(4);
    expect(procedure(records, only("double_count")).chemical[AB]).toBe(6);
  });

  it("unit_mix averages counts and sections", () => {
    const records: ShortRecord[] = [
      ["white1986_whole", "AVAL", "AVBL", 4],
      ["cook2019", "AVAL", "AVBL", 10],
    ];
    const off = procedure(records, only());
    const on = procedure(records, only("unit_mix"));
    expect([off.chemical[AB], off.chemicalSections[AB]]).toEqual([4, 10]);
    expect([on.chemical[AB], on.chemicalSections[AB]]).toEqual([7, Number.NaN]);
  });

  it("gap_set_mean averages distinct values", () => {
    const records: ShortRecord[] = [
      ["white1986_whole", "AVAL", "AVBL", 4, "gap"],
      ["openworm", "AVAL", "AVBL", 4, "gap"],
      ["chklovskii", "AVAL", "AVBL", 1, "gap"],
    ];
    expect(procedure(records, only("double_count")).gap[AB]).toBe(3);
    expect(procedure(records, only("double_count", "gap_set_mean")).gap[AB]).toBe(2.5);
  });

  const listedByOneOfTwo: ShortRecord[] = [
    ["white1986_whole", "AVAL", "AVDL", 1],
    ["white1986_whole", "AVDL", "AVBL", 1],
    ["witvliet2020_7", "AVAL", "AVBL", 3],
  ];

  it("mean_over_present leaves out who looked and found nothing", () => {
    expect(procedure(listedByOneOfTwo, only()).chemical[AB]).toBe(1.5);
    expect(procedure(listedByOneOfTwo, only("mean_over_present")).chemical[AB]).toBe(3);
  });

  it("absent_zero takes a neuron that nobody reconstructed for one without connections", () => {
    const records: ShortRecord[] = [
      ["white1986_whole", "AVDL", "AVBL", 1],
      ["witvliet2020_7", "AVAL", "AVBL", 3],
    ];
    expect(procedure(records, only()).chemical[AB]).toBe(3);
    expect(procedure(records, only("absent_zero")).chemical[AB]).toBe(1.5);
    const never = pairOf("AVAL", "VC6");
    expect([procedure(records, only()).chemicalState[never], procedure(records, only()).chemicalState[BA]]).toEqual([
      2, 0,
    ]);
    expect(procedure(records, only("absent_zero")).chemicalState[never]).toBe(0);
  });

  it("an incomplete gap layer covers only the gap junctions that it lists", () => {
    const records: ShortRecord[] = [
      ["white1986_whole", "AVAL", "AVBL", 4, "gap"],
      ["witvliet2020_7", "AVAL", "AVBL", 1, "chemical"],
      ["witvliet2020_7", "AVAL", "AVDL", 2, "gap"],
    ];
    const grid = procedure(records, only());
    expect(grid.gap[AB]).toBe(4);
    expect(grid.gap[pairOf("AVDL", "AVAL")]).toBe(2);
    expect(grid.gapState[pairOf("AVBL", "AVDL")]).toBe(2);
  });

  it("uncertainty mixes the deviations of two kinds of connection", () => {
    const records: ShortRecord[] = [
      ["white1986_whole", "AVAL", "AVBL", 2],
      ["witvliet2020_7", "AVAL", "AVBL", 4],
      ["white1986_whole", "AVAL", "AVBL", 1, "gap"],
      ["witvliet2020_7", "AVAL", "AVBL", 3, "gap"],
      ["white1986_whole", "AVBL", "AVAL", 2],
    ];
    expect(procedure(records, only("uncertainty")).uncertainty[AB]).toBeCloseTo(0.9 * 1 + 0.1 * 1, 12);
    expect(procedure(records, only()).uncertainty[AB]).toBeCloseTo(Math.SQRT2, 12);
    const alone: ShortRecord[] = [
      ["white1986_whole", "AVAL", "AVBL", 2],
      ["white1986_whole", "AVAL", "AVBL", 1, "gap"],
    ];
    expect(procedure(alone, only("uncertainty")).uncertainty[AB]).toBe(0);
    expect(procedure(alone, only()).uncertainty[AB]).toBeNaN();
  });

  it("func_sheet reads the responding neuron as presynaptic and keeps what its test keeps", () => {
    const record = (
      row: string,
      column: string,
      value: number,
      more: Partial<FunctionalEdgeRecord>,
    ): FunctionalEdgeRecord => ({
      atlas_id: "funconn",
      strain: "wild type",
      source_id: "file",
      record_index: 0,
      source_cell: "dFF!B2",
      stimulated_raw: column,
      responding_raw: row,
      row_label_raw: row,
      column_label_raw: column,
      value,
      value_unit: "dF/F",
      q: null,
      q_eq: null,
      n_obs: null,
      published: false,
      ...more,
    });
    const functional = [
      record("AVAL", "AVBL", 0.1, { published: true, q: 0.5, q_eq: 0.01 }),
      record("AVDL", "AVEL", 0.2, { published: false, q: 0.01 }),
      record("RIAL", "RIBL", 0.3, { published: true }),
      record("AVAL", "AVEL", 0.9, { published: true, q: 0.01, atlas_id: "another atlas" }),
    ];
    const off = procedure([], only(), functional).functional;
    const on = procedure([], only("func_sheet"), functional).functional;
    const at = (grid: Float64Array, pre: string, post: string) => grid[pairOf(pre, post)];
    expect([at(on, "AVAL", "AVBL"), at(on, "AVDL", "AVEL"), at(on, "RIAL", "RIBL")]).toEqual([0.1, Number.NaN, 0.3]);
    expect([at(off, "AVBL", "AVAL"), at(off, "AVEL", "AVDL"), at(off, "RIBL", "RIAL")]).toEqual([
      Number.NaN,
      0.2,
      Number.NaN,
    ]);
    expect([at(on, "AVAL", "AVEL"), at(off, "AVEL", "AVAL")]).toEqual([Number.NaN, Number.NaN]);
    expect(at(procedure([], only("func_sheet", "f32_weight"), functional).functional, "AVAL", "AVBL")).toBe(
      Math.fround(0.1),
    );
  });

  it("has a description and is a value of connectome_diff.causes", async () => {
    const { fields } = await contractOf("celegans_connectome", "connectome_diff");
    expect(fields.find((field) => field.name === "causes")?.values).toEqual([...DEFECT_FLAGS]);
    expect(Object.keys(DEFECT_DESCRIPTIONS)).toEqual([...DEFECT_FLAGS]);
  });
});
