import { logarithm } from "./logarithm.js";

/** Where Γ has its minimum over x > 0, and ln Γ there, in two parts. */
const MINIMUM_AT = 1.4616321449683622;
const MINIMUM = -0.12148629053584961;
const MINIMUM_TAIL = -3.638676997039505e-18;

/** Coefficients, lowest power first. */
const NEAR_TWO_EVEN = [
  0.07721566490153287, 0.06735230105312927, 0.007385550860814029, 0.0011927076318336207, 2.2086279071390839e-4,
  2.5214456545125733e-5,
];
const NEAR_TWO_ODD = [
  0.3224670334241136, 0.020580808432516733, 0.0028905138367341563, 5.100697921535113e-4, 1.0801156724758394e-4,
  4.4864094961891516e-5,
];
const NEAR_MINIMUM_0 = [
  0.48383612272381005, -0.032788541075985965, 0.006100538702462913, -0.0014034646998923284, 3.1563207090362595e-4,
];
const NEAR_MINIMUM_1 = [
  -0.1475877229945939, 0.01797067508118204, -0.0036845201678113826, 8.81081882437654e-4, -3.1275416837512086e-4,
];
const NEAR_MINIMUM_2 = [
  0.06462494023913339, -0.010314224129834144, 0.0022596478090061247, -5.385953053567405e-4, 3.355291926355191e-4,
];
const NEAR_ONE_ABOVE = [
  -0.07721566490153287, 0.6328270640250934, 1.4549225013723477, 0.9777175279633727, 0.22896372806469245,
  0.013381091853678766,
];
const NEAR_ONE_BELOW = [
  1, 2.4559779371304113, 2.128489763798934, 0.7692851504566728, 0.10422264559336913, 0.003217092422824239,
];
const TWO_TO_EIGHT_ABOVE = [
  -0.07721566490153287, 0.21498241596060885, 0.325778796408931, 0.14635047265246445, 0.02664227030336386,
  0.0018402845140733772, 3.194753265841009e-5,
];
const TWO_TO_EIGHT_BELOW = [
  1, 1.3920053346762105, 0.7219355475671381, 0.17193386563280308, 0.01864591917156529, 7.779424963818936e-4,
  7.326684307446256e-6,
];
const STIRLING = [
  0.08333333333333297, -0.0027777777772877554, 7.936505586430196e-4, -5.9518755745034e-4, 8.363399189962821e-4,
  -0.0016309293409657527,
];
const STIRLING_CONSTANT = 0.4189385332046727;

/**
 * ln Γ(x) for x ≥ 0, to about 1e-15 relative (absolute near its zeros 1 and 2), the same bits on every machine. ∞ at 0;
 * NaN below, where it is not defined here. The algorithm and constants of fdlibm's `e_lgamma_r.c` (Sun Microsystems,
 * 1993): rational approximations below 8, Stirling's series above.
 */
export function logGamma(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0 || x === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (x === 1 || x === 2) return 0;
  if (x < 2 ** -70) return -logarithm(x);
  if (x < 2) return belowTwo(x);
  if (x < 8) return twoToEight(x);
  if (x >= 2 ** 58) return x * (logarithm(x) - 1);
  const z = 1 / x;
  const series = STIRLING_CONSTANT + z * polynomial(STIRLING, z * z);
  return (x - 0.5) * (logarithm(x) - 1) + series;
}

function belowTwo(x: number): number {
  let shift = 0;
  let at = x;
  if (x <= 0.9) {
    shift = -logarithm(x);
    at = x + 1;
  }
  // From x where it is small, not from x + 1, which is rounded.
  const from = (point: number) => (x <= 0.9 ? x - (point - 1) : x - point);
  if (at >= 1.7316) {
    const y = x <= 0.9 ? 1 - x : 2 - x;
    const z = y * y;
    return shift + (y * polynomial(NEAR_TWO_EVEN, z) + z * polynomial(NEAR_TWO_ODD, z) - 0.5 * y);
  }
  if (at >= 1.23164) {
    const y = from(MINIMUM_AT);
    const z = y * y;
    const w = z * y;
    const [p0, p1, p2] = [polynomial(NEAR_MINIMUM_0, w), polynomial(NEAR_MINIMUM_1, w), polynomial(NEAR_MINIMUM_2, w)];
    return shift + (MINIMUM + (z * p0 - (MINIMUM_TAIL - w * (p1 + y * p2))));
  }
  const y = from(1);
  return shift + (-0.5 * y + (y * polynomial(NEAR_ONE_ABOVE, y)) / polynomial(NEAR_ONE_BELOW, y));
}

/** Γ(y + i) = (y + i − 1) … (y + 2) Γ(y + 2), 0 ≤ y < 1. */
function twoToEight(x: number): number {
  const whole = Math.trunc(x);
  const y = x - whole;
  const base = 0.5 * y + (y * polynomial(TWO_TO_EIGHT_ABOVE, y)) / polynomial(TWO_TO_EIGHT_BELOW, y);
  let product = 1;
  for (let i = whole - 1; i >= 2; i--) product *= y + i;
  return product === 1 ? base : base + logarithm(product);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * x + (coefficients[k] as number);
  return value;
}
