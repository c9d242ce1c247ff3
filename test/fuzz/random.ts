import { sha256 } from "../../src/base/hash.js";

/** A small seeded generator (mulberry32): the same name, seed and index give the same numbers everywhere. */
export class Random {
  #state: number;

  constructor(name: string, seed: number, index: number) {
    this.#state = Number.parseInt(sha256(`${name}/${seed}/${index}`).slice(0, 8), 16);
  }

  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * Math.max(1, below));
  }

  chance(one: number): boolean {
    return this.below(one) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}
