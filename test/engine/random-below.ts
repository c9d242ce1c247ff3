/** Draws whole numbers below a bound. */
export type RandomBelow = (below: number) => number;

/** A small seeded generator: a test must fail the same way twice. */
export function randomBelow(seed: number): RandomBelow {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
