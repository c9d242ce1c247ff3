import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modelEntry, type Shape } from "../../../src/stages/ntf/cp-model.js";
import { seenRows } from "../../../src/stages/ntf/presence.js";
import { cubeRoot, randomStart } from "../../../src/stages/ntf/random-start.js";

const shape: Shape = [6, 6, 4];
const options = { shape, rank: 3, start: 0, seed: 1, normSquared: 40 };

describe("randomStart", () => {
  it("is another for another seed, rank and start, and the same for the same", () => {
    const first = (changes: object) => randomStart({ ...options, ...changes })[0][0];
    expect(randomStart(options)).toEqual(randomStart(options));
    const others = [{}, { seed: 2 }, { rank: 4 }, { start: 1 }].map(first);
    expect(new Set(others).size).toBe(4);
  });

  it("gives the model three times the norm of the tensor", () => {
    for (const normSquared of [1e-12, 40, 1e12]) {
      const start = randomStart({ ...options, normSquared });
      const entries = Array.from({ length: 144 }, (_, index) => modelEntry(start, shape, 3, index));
      expect(entries.reduce((sum, entry) => sum + entry * entry, 0) / normSquared).toBeCloseTo(9, 9);
    }
  });

  it("starts mode 1 of a symmetric tensor as mode 0", () => {
    const [a, b] = randomStart({ ...options, symmetric: true });
    expect(a).toEqual(b);
    expect(randomStart(options)[1]).not.toEqual(randomStart(options)[0]);
  });

  it("has zeros for rows without entries", () => {
    const mask = new Uint8Array(24).fill(1).fill(0, 8, 12);
    const seen = seenRows(shape, { layout: "cells", mask }, undefined);
    const [a, b] = randomStart({ ...options, seen });
    const zeros = (factor: Float64Array) =>
      [...factor.keys()].filter((i) => factor[i] === 0).map((i) => Math.floor(i / 3));
    expect(new Set(zeros(a))).toEqual(new Set([2]));
    expect(zeros(b)).toEqual([]);
  });
});

describe("seenRows", () => {
  it("finds the rows that presence and missing entries leave nothing of", () => {
    const missing = Uint32Array.from({ length: 36 }, (_, i) => i * 4 + 3);
    const ofMissing = seenRows(shape, undefined, missing);
    expect(ofMissing?.map((rows) => [...rows])).toEqual([Array(6).fill(1), Array(6).fill(1), [1, 1, 1, 0]]);
    const mask = Uint8Array.of(1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1);
    const blocks = seenRows(shape, { layout: "blocks", mask, blockOf: Uint32Array.of(0, 0, 1, 1) }, undefined);
    expect(blocks?.map((rows) => [...rows])).toEqual([
      [1, 1, 0, 1, 1, 1],
      [1, 1, 0, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(seenRows(shape, undefined, undefined)).toBeUndefined();
  });
});

describe("cubeRoot", () => {
  it("is one", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-200, max: 1e200, noNaN: true }), (value) => {
        const root = cubeRoot(value);
        expect((root * root * root) / value).toBeCloseTo(1, 13);
      }),
    );
    expect([cubeRoot(0), cubeRoot(8)]).toEqual([0, 2]);
  });
});
