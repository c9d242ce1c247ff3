import { powerOfTwo } from "./double-words.js";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = Math.LOG2E;
/** e^x overflows above this. */
const LARGEST = 709.782712893384;
/** e^x is zero below this. */
const SMALLEST = -745.1332191019411;

/**
 * e^x, to within 1 ulp, the same bits on every machine: `Math.exp` differs between versions of its engine. The algorithm
 * and constants of fdlibm's `e_exp.c` (Sun Microsystems, 1993): x = k ln 2 + r, |r| ≤ ½ ln 2, and a rational
 * approximation of e^r. Only +, −, ×, / and bits.
 */
export function exponential(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > LARGEST) return Number.POSITIVE_INFINITY;
  if (x < SMALLEST) return 0;
  const size = x < 0 ? -x : x;
  if (size < 2 ** -28) return 1 + x;
  let k = 0;
  let high = x;
  let low = 0;
  if (size > 0.5 * LN2_HIGH) {
    k = Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5));
    high = x - k * LN2_HIGH;
    low = k * LN2_LOW;
  }
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * 2 ** 1023;
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * 2 ** -1000;
}
