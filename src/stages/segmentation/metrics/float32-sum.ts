/**
 * Sum of float32 values with float32 additions in the order of numpy's pairwise summation (eight partial sums in blocks
 * of up to 128, halves beyond), so that a sum compared with a threshold falls on the same side of it as in numpy.
 */
export function float32Sum(values: Float32Array): number {
  return Math.fround(0 + pairwise(values, 0, values.length));
}

function pairwise(values: Float32Array, from: number, count: number): number {
  const at = (i: number) => values[from + i] as number;
  if (count < 8) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum = Math.fround(sum + at(i));
    return sum;
  }
  if (count > 128) {
    const half = Math.floor(count / 2);
    const first = half - (half % 8);
    return Math.fround(pairwise(values, from, first) + pairwise(values, from + first, count - first));
  }
  const part = new Float32Array(8);
  for (let k = 0; k < 8; k++) part[k] = at(k);
  const whole = count - (count % 8);
  for (let i = 8; i < whole; i += 8) {
    for (let k = 0; k < 8; k++) part[k] = (part[k] as number) + at(i + k);
  }
  const [a, b, c, d, e, f, g, h] = part as unknown as [number, number, number, number, number, number, number, number];
  const left = Math.fround(Math.fround(a + b) + Math.fround(c + d));
  let sum = Math.fround(left + Math.fround(Math.fround(e + f) + Math.fround(g + h)));
  for (let i = whole; i < count; i++) sum = Math.fround(sum + at(i));
  return sum;
}
