/** CIE 1931 XYZ of linear sRGB, in scikit-image's digits. */
const XYZ_FROM_RGB = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;
/** White of D65 for the 2° observer. */
const WHITE = [0.95047, 1, 1.08883] as const;
const WHITE_SUM = WHITE[0] + 15 * WHITE[1] + 3 * WHITE[2];
const WHITE_U = (4 * WHITE[0]) / WHITE_SUM;
const WHITE_V = (9 * WHITE[1]) / WHITE_SUM;

/**
 * sRGB (0..1 each) to CIE 1976 L*u*v* (L 0..100) under D65, as scikit-image 0.19.3 `rgb2luv`, to rounding. Values
 * outside of 0..1 are taken as they are, as there.
 */
export function luvFromSrgb(red: number, green: number, blue: number): [number, number, number] {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const [x, y, z] = XYZ_FROM_RGB.map((row) => row[0] * r + row[1] * g + row[2] * b) as [number, number, number];
  const lightness = y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
  const sum = x + 15 * y + 3 * z + Number.EPSILON;
  return [lightness, 13 * lightness * ((4 * x) / sum - WHITE_U), 13 * lightness * ((9 * y) / sum - WHITE_V)];
}

function linear(value: number): number {
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
}
