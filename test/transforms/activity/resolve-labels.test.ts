import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZERO_PAD_ALIASES } from "../../../src/tables/neuron-alias.js";
import { NEURON_LABELS, NEURONS, slotOf } from "../../../src/tables/neuron-registry.js";
import { markDuplicates, resolveLabel } from "../../../src/transforms/activity/resolve-labels.js";

const brief = (...names: string[]) => {
  const { status, label, candidates } = resolveLabel(names);
  return [status, label, candidates];
};
const none = ["none", null, []];
const other = ["other", null, []];
const ambiguous = (...candidates: string[]) => ["ambiguous", null, candidates];

describe("resolveLabel", () => {
  it("has no label for empty names, numbers and merged ROIs", () => {
    for (const name of ["", "  ", "45", " 7 ", "-1", "12.0", "merge", "AVAL merge", "Merged AVAL/AVAR"]) {
      expect(brief(name)).toEqual(none);
    }
    expect(brief()).toEqual(none);
  });

  it("takes each of the 300 labels as it is, with its slot", () => {
    for (const [slot, label] of NEURON_LABELS.entries()) {
      expect(resolveLabel([` ${label} `])).toEqual({ status: "exact", label, slot, candidates: [] });
    }
  });

  it("takes aliases: zero padding, two lower-case names, exceptions of a file", () => {
    for (const [alias, label] of ZERO_PAD_ALIASES) {
      expect(resolveLabel([alias])).toEqual({ status: "alias", label, slot: slotOf(label), candidates: [] });
    }
    expect(brief("avfl")).toEqual(["alias", "AVFL", []]);
    expect(brief("aval")).toEqual(other);
    expect(resolveLabel(["NSM"], new Map([["NSM", "NSMR"]]))).toMatchObject({ status: "alias", label: "NSMR" });
    expect(brief("NSM")).toEqual(ambiguous("NSML", "NSMR"));
  });

  it("leaves doubt as doubt", () => {
    expect(brief("SAAD?")).toEqual(ambiguous("SAADL", "SAADR"));
    expect(brief("RME?")).toEqual(ambiguous("RMED", "RMEL", "RMER", "RMEV"));
    expect(brief("SAA??")).toEqual(ambiguous("SAADL", "SAADR", "SAAVL", "SAAVR"));
    expect(brief("S?ADL")).toEqual(ambiguous());
    expect(brief("AVAL?")).toEqual(ambiguous("AVAL"));
    expect(brief("VB02?")).toEqual(ambiguous("VB2"));
    expect(brief("AIM ?")).toEqual(ambiguous("AIML", "AIMR"));
    expect(brief("?")).toEqual(ambiguous());
    expect(brief("(?)")).toEqual(ambiguous());
    expect(brief("?".repeat(100_000))).toEqual(ambiguous());
    expect(brief("CAN?")).toEqual(ambiguous());
  });

  it("gives a class without side its members, and no side", () => {
    expect(brief("AVA")).toEqual(ambiguous("AVAL", "AVAR"));
    expect(brief("RMD")).toEqual(ambiguous("RMDDL", "RMDDR", "RMDL", "RMDR", "RMDVL", "RMDVR"));
    expect(brief("DVA")).toEqual(["exact", "DVA", []]);
  });

  it("knows what is no neuron of the 300", () => {
    for (const name of ["CANL", "CANR", "CAN", "CEPshDL", "GLR", "AVAL-frag", "x", "__proto__", "constructor"]) {
      expect(brief(name)).toEqual(other);
    }
  });

  it("is ambiguous between several names, unless they are spellings of one", () => {
    expect(brief("AVAL", "AVAR")).toEqual(ambiguous("AVAL", "AVAR"));
    expect(brief("AVAL", "AVAL", " AVAL")).toEqual(["exact", "AVAL", []]);
    expect(brief("VB02", "VB2")).toEqual(["alias", "VB2", []]);
    expect(brief("AVAL", "", "12")).toEqual(["exact", "AVAL", []]);
    expect(brief("AVAL", "GLR")).toEqual(ambiguous("AVAL"));
    expect(brief("SAAD?", "AVA")).toEqual(ambiguous("AVAL", "AVAR", "SAADL", "SAADR"));
    expect(brief("GLR", "CANL")).toEqual(other);
  });

  it("never makes a label that a name does not spell", () => {
    const names = fc.array(
      fc.oneof(
        fc.constantFrom(...NEURONS.map(({ label }) => label), ...ZERO_PAD_ALIASES.keys()),
        fc.constantFrom(...NEURONS.map(({ className }) => className)),
        fc.constantFrom(...NEURON_LABELS).map((label) => `${label.slice(0, -1)}?`),
        fc.string({ maxLength: 8 }),
      ),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(names, (given) => {
        const { status, label, slot, candidates } = resolveLabel(given);
        expect(label !== null).toBe(status === "exact" || status === "alias");
        expect(slot).toBe(label === null ? null : slotOf(label));
        if (status !== "ambiguous") expect(candidates).toEqual([]);
        if (label !== null) {
          expect(given.some((name) => name.trim() === label || ZERO_PAD_ALIASES.get(name.trim()) === label)).toBe(true);
        }
        for (const candidate of candidates) expect(slotOf(candidate)).not.toBeNull();
      }),
    );
  });
});

describe("markDuplicates", () => {
  it("takes the label from all ROIs that share it", () => {
    const labels = ["AVAL", "VB02", "AVAL", "", "VB2", "RID", "AVA"].map((name) => resolveLabel([name]));
    expect(
      markDuplicates(labels).map(({ status, label, slot, candidates }) => [status, label, slot, candidates]),
    ).toEqual([
      ["duplicate", null, null, ["AVAL"]],
      ["duplicate", null, null, ["VB2"]],
      ["duplicate", null, null, ["AVAL"]],
      ["none", null, null, []],
      ["duplicate", null, null, ["VB2"]],
      ["exact", "RID", slotOf("RID"), []],
      ["ambiguous", null, null, ["AVAL", "AVAR"]],
    ]);
  });
});
