import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16Values, roundToFloat16 } from "../../../src/transforms/activity/float16.js";

/** The value of sixteen bits, by the definition of binary16. */
function decode(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The number just above a positive one. */
function next(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0);
}

function previous(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) - 1n);
  return view.getFloat64(0);
}

const ALL = Array.from({ length: 65536 }, (_, bits) => bits);
const FINITE = ALL.filter((bits) => bits < 0x7c00);

describe("rounding to float16", () => {
  it("leaves each of the 65,536 values as it is", () => {
    expect(ALL.filter((bits) => !Object.is(roundToFloat16(decode(bits)), decode(bits)))).toEqual([]);
  });

  it("rounds between every two neighbours, ties to even", () => {
    const wrong = FINITE.filter((bits) => {
      const low = decode(bits);
      const high = bits === 0x7bff ? 65536 : decode(bits + 1);
      const above = bits === 0x7bff ? Number.POSITIVE_INFINITY : high;
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? low : above;
      return [1, -1].some(
        (sign) =>
          !Object.is(roundToFloat16(sign * middle), sign * even) ||
          !Object.is(roundToFloat16(sign * previous(middle)), sign * low) ||
          !Object.is(roundToFloat16(sign * next(middle)), sign * above),
      );
    });
    expect(wrong).toEqual([]);
  });

  it("gives the nearest value to any number", () => {
    const values = FINITE.map(decode);
    fc.assert(
      fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
        const rounded = roundToFloat16(value);
        const magnitude = Math.abs(value);
        let low = 0;
        let high = values.length - 1;
        while (high - low > 1) {
          const middle = (low + high) >> 1;
          if ((values[middle] as number) <= magnitude) low = middle;
          else high = middle;
        }
        const best = Math.min(magnitude - (values[low] as number), Math.abs((values[high] as number) - magnitude));
        expect(Math.abs(Math.abs(rounded) - magnitude)).toBe(best);
        expect(Object.is(Math.sign(rounded), Math.sign(value)) || rounded === 0).toBe(true);
      }),
    );
  });

  it("has the steps of the published time stamps", () => {
    expect([256.13, 480.62, 600.3, 1100.6, 1e6, -1e6].map(roundToFloat16)).toEqual([
      256.25,
      480.5,
      600.5,
      1101,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("converts arrays through float32, NaN and signed zero included", () => {
    const tie = 1 + 2 ** -11 + 2 ** -40;
    expect([...float16Values([0.1, Number.NaN, -0, tie])]).toEqual([0.0999755859375, Number.NaN, -0, 1]);
    expect(roundToFloat16(tie)).toBe(1 + 2 ** -10);
  });
});
