/** Uniform numbers in [0, 1), 32 bits each. */
export type RandomNumbers = () => number;

/**
 * The generator xoshiro128** (Blackman and Vigna 2018), its state spread from the seed by splitmix32: integer
 * arithmetic only, so the same on every machine. `stream` gives independent numbers for one seed.
 */
export function randomNumbers(seed: number, stream = 0): RandomNumbers {
  let mix = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) | 0;
  const split = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  const rotated = (x: number, k: number) => (x << k) | (x >>> (32 - k));
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotated(d, 11);
    return (result >>> 0) / 2 ** 32;
  };
}
