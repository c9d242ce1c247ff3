import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Canonical, canonicalJson, compareCodeUnits } from "../../src/base/canonical-json.js";

describe("canonicalJson", () => {
  it("orders keys by code unit and writes no white space", () => {
    expect(canonicalJson({ b: 1, a: [true, null, "x"], A: 0.1 })).toBe('{"A":0.1,"a":[true,null,"x"],"b":1}');
  });

  it("tells -0 from 0", () => {
    expect(canonicalJson(-0)).not.toBe(canonicalJson(0));
  });

  it("refuses what has no canonical form", () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(TypeError);
    expect(() => canonicalJson((() => 1) as unknown as Canonical)).toThrow(TypeError);
  });

  it("does not depend on the order in which keys were set", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (record) => {
        const entries = Object.entries(record);
        expect(canonicalJson(Object.fromEntries(entries.toReversed()) as Canonical)).toBe(
          canonicalJson(Object.fromEntries(entries) as Canonical),
        );
      }),
    );
  });

  it("is read back as the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnpairedSurrogates: true } as never), (value) => {
        // JSON.stringify writes -0 as 0, the canonical form does not.
        const text = canonicalJson(value as Canonical);
        expect(JSON.parse(JSON.stringify(JSON.parse(text)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("compareCodeUnits", () => {
  it("sorts neuron names without zero padding as the field does", () => {
    expect(["AS2", "AS11", "AS1", "AS10"].sort(compareCodeUnits)).toEqual(["AS1", "AS10", "AS11", "AS2"]);
  });
});
