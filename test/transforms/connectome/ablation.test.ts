import { describe, expect, it } from "vitest";
import { ablate } from "../../../src/transforms/connectome/ablation.js";
import type { ConsensusGrid } from "../../../src/transforms/connectome/consensus-procedure.js";
import { runConsensusProcedure } from "../../../src/transforms/connectome/consensus-procedure.js";
import type { DefectFlag, DefectFlags } from "../../../src/transforms/connectome/defect-flag.js";
import { differenceRows } from "../../../src/transforms/connectome/difference.js";
import { publishedInput } from "../../../src/transforms/connectome/published-input.js";
import { edgeRecords, noAliases } from "./edge-records.js";

/** A result over one pair whose chemical weight is given, everything else alike. */
function grid(chemical: number): ConsensusGrid {
  const same = () => Float64Array.of(1);
  return {
    gap: same(),
    gapSections: same(),
    chemical: Float64Array.of(chemical),
    chemicalSections: same(),
    uncertainty: same(),
    uncertaintySections: same(),
    functional: same(),
    sources: Uint16Array.of(1),
    gapState: Uint8Array.of(1),
    chemicalState: Uint8Array.of(1),
  };
}

function causes(value: (flags: DefectFlags) => number) {
  return ablate((flags) => grid(value(flags))).differences.map(({ quantity, causes, effect }) => [
    quantity.name,
    causes,
    effect,
  ]);
}

describe("ablation", () => {
  it("finds nothing where both ends agree", () => {
    expect(causes(() => 3)).toEqual([]);
    expect(causes(() => Number.NaN)).toEqual([]);
  });

  it("names the flag whose removal from all-on changes the row", () => {
    expect(causes((flags) => (flags.no_alias && flags.sp_only ? 1 : 2))).toEqual([
      ["mean_chem_weight", ["no_alias", "sp_only"], "single"],
    ]);
  });

  it("names the flag whose addition to all-off changes the row", () => {
    expect(causes((flags) => (flags.unit_mix || flags.double_count ? 1 : 2))).toEqual([
      ["mean_chem_weight", ["double_count", "unit_mix"], "single"],
    ]);
  });

  it("names the smallest set where no single flag changes the row", () => {
    const four: DefectFlag[] = ["no_alias", "first_wins", "unit_mix", "func_sheet"];
    expect(causes((flags) => (four.filter((flag) => flags[flag]).length >= 2 ? 1 : 2))).toEqual([
      ["mean_chem_weight", ["no_alias", "first_wins"], "joint"],
    ]);
    expect(causes((flags) => (four.filter((flag) => flags[flag]).length >= 3 ? 1 : 2))).toEqual([
      ["mean_chem_weight", ["no_alias", "first_wins"], "joint"],
    ]);
  });

  it("writes one row per pair and quantity, with both values and the causes", () => {
    const records = edgeRecords([
      ["cook2019", "VB01", "VB02", 5],
      ["white1986_whole", "AVAL", "AVBL", 4],
    ]);
    const input = publishedInput({ records, functionalRecords: [], resolver: noAliases });
    const ablation = ablate((flags) => runConsensusProcedure(input, flags));
    const rows = [...differenceRows(input, ablation)];
    const ofPadded = rows.filter((row) => row.pre === "VB1" && row.post === "VB2");
    expect(ofPadded.map((row) => [row.quantity, row.causes])).toEqual([
      ["mean_chem_weight", ["no_alias", "unit_mix", "absent_zero"]],
      ["data_sources", ["no_alias"]],
      ["chem_state", ["no_alias", "absent_zero"]],
    ]);
    expect(ofPadded[0]).toMatchObject({ compat_value: null, corrected_count: null, corrected_sections: 5 });
    expect(ofPadded[1]).toMatchObject({ compat_text: "[]", corrected_text: "['cook2019']", compat_value: null });
    expect(ofPadded[2]).toMatchObject({ compat_text: "absent", corrected_text: "present" });
    const notCovered = rows.filter((row) => row.pre === "AVAL" && row.post === "VC6");
    expect(notCovered.map((row) => [row.quantity, row.corrected_text, row.causes])).toEqual([
      ["gap_state", "not_covered", ["absent_zero"]],
      ["chem_state", "not_covered", ["absent_zero"]],
    ]);
    expect(rows.every((row) => (row.causes as string[]).length > 0)).toBe(true);
    expect(rows.some((row) => row.pre === "AVAL" && row.post === "AVBL")).toBe(false);
  }, 60_000);
});
