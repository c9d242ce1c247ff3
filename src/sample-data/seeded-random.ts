/** A stream of pseudo-random numbers that is the same on every machine for the same seed. */
export interface SeededRandom {
  /** Uniform in [0, 1) with 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** A stream of its own for a named purpose: adding draws to one does not move the others. */
  fork(name: string): SeededRandom;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Mulberry32 (Ettinger 2017): 32 bits of state, integer arithmetic only. For sample data, not for statistics. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const next = () => bits() / 2 ** 32;
  const integer = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(items.length)] as (typeof items)[number],
    fork: (name) => seededRandom((seed ^ fnv1a(name)) >>> 0),
  };
}
