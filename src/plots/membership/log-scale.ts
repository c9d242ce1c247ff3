import type { Scale } from "../scale.js";

/** A logarithmic map from positive values to places; values below the least stand at its place. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [minimum, maximum] = domain;
  const [from, to] = range;
  const factor = (to - from) / Math.log10(maximum / minimum);
  return { minimum, maximum, at: (value) => from + Math.log10(Math.max(value, minimum) / minimum) * factor };
}

/** Powers of ten inside a span whose ends are powers of ten. */
export function decades(minimum: number, maximum: number): number[] {
  const found: number[] = [];
  for (let exponent = Math.round(Math.log10(minimum)); exponent <= Math.round(Math.log10(maximum)); exponent++) {
    found.push(Number(`1e${exponent}`));
  }
  return found;
}
