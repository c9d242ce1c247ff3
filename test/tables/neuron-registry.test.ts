import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CASE_ALIASES, resolveCell, ZERO_PAD_ALIASES } from "../../src/tables/neuron-alias.js";
import { NEURON_CLASS_MEMBERS } from "../../src/tables/neuron-class.js";
import {
  classOf,
  membersOfClass,
  NEURON_LABELS,
  NEURONS,
  neuronByLabel,
  slotOf,
} from "../../src/tables/neuron-registry.js";
import { realData } from "../support/real-data.js";

describe("the neuron registry", () => {
  it("has 302 neurons in 118 classes, 300 of them with a slot", () => {
    expect(NEURONS.length).toBe(302);
    expect(Object.keys(NEURON_CLASS_MEMBERS).length).toBe(118);
    expect(NEURON_LABELS.length).toBe(300);
    expect(new Set(NEURONS.map((neuron) => neuron.label)).size).toBe(302);
    expect(NEURONS.slice(300).map(({ label, slot }) => [label, slot])).toEqual([
      ["CANL", null],
      ["CANR", null],
    ]);
  });

  it("orders slots by code unit", () => {
    expect([slotOf("ADAL"), slotOf("AS1"), slotOf("AS10"), slotOf("AS2"), slotOf("VD9")]).toEqual([0, 28, 29, 31, 299]);
    expect([...NEURON_LABELS].sort()).toEqual(NEURON_LABELS);
    expect(slotOf("CANL")).toBeNull();
    expect(slotOf("VB02")).toBeNull();
  });

  it("knows classes and their members", () => {
    expect(classOf("SABVR")).toBe("SAB");
    expect(membersOfClass("RME")).toEqual(["RMED", "RMEL", "RMER", "RMEV"]);
    expect(membersOfClass("AVA")).toEqual(["AVAL", "AVAR"]);
    expect(membersOfClass("constructor-free")).toEqual([]);
    expect(neuronByLabel("AVA")).toBeNull();
  });

  const data = realData();
  it.skipIf(!data.present)(`equals the published list of labels${data.reason}`, () => {
    expect(NEURON_LABELS).toEqual(JSON.parse(readFileSync(data.path("neuron_labels_300.json"), "utf8")));
  });
});

describe("resolveCell", () => {
  it("has 64 zero-padded and 2 lower-case aliases, none of them a canonical name", () => {
    expect(ZERO_PAD_ALIASES.size).toBe(64);
    expect([...ZERO_PAD_ALIASES.keys()].at(0)).toBe("AS01");
    expect([...ZERO_PAD_ALIASES.keys()].at(-1)).toBe("VD09");
    for (const [alias, label] of [...ZERO_PAD_ALIASES, ...CASE_ALIASES]) {
      expect(neuronByLabel(alias)).toBeNull();
      expect(neuronByLabel(label)?.label).toBe(label);
    }
  });

  it("tells by which rule a spelling was recognised", () => {
    expect(resolveCell(" AVAL ")).toEqual({ cell: "AVAL", neuron: "AVAL", rule: "exact" });
    expect(resolveCell("VB02")).toEqual({ cell: "VB2", neuron: "VB2", rule: "zero_pad" });
    expect(resolveCell("avfl")).toEqual({ cell: "AVFL", neuron: "AVFL", rule: "case" });
    expect(resolveCell("CANL")).toEqual({ cell: "CANL", neuron: "CANL", rule: "exact" });
    expect(resolveCell("pm5D ")).toEqual({ cell: "pm5D", neuron: null, rule: "none" });
    expect(resolveCell("aval").rule).toBe("none");
    expect(resolveCell("NSM").neuron).toBeNull();
  });

  it("lets a file's exception win, and a replacement table never rename a neuron", () => {
    const exceptions = new Map([["NSM", "NSMR"]]);
    const replacements = new Map([
      ["VA1", "VA01"],
      ["BWM-DL01", "dBWML1"],
      ["second VA1", "VA01"],
    ]);
    expect(resolveCell("NSM", { exceptions })).toEqual({ cell: "NSMR", neuron: "NSMR", rule: "file_exception" });
    expect(resolveCell("VA1", { replacements })).toEqual({ cell: "VA1", neuron: "VA1", rule: "exact" });
    expect(resolveCell("BWM-DL01", { replacements })).toEqual({
      cell: "dBWML1",
      neuron: null,
      rule: "replacement_table",
    });
    expect(resolveCell("second VA1", { replacements })).toEqual({
      cell: "VA1",
      neuron: "VA1",
      rule: "replacement_table",
    });
  });
});
