import { writeFileSync } from "node:fs";
import { expect } from "vitest";
import { FormatError } from "../../../src/base/errors.js";
import type { Volume } from "../../../src/formats/volume/volume.js";
import { randomBelow } from "../../engine/random-below.js";

/** Damaged copies of a file: bytes changed (most of them near the start), cut short, repeated, or grown. */
export function* mutations(bytes: Uint8Array, seed: number, count: number): Generator<Uint8Array> {
  const below = randomBelow(seed);
  for (let i = 0; i < count; i++) {
    let mutated = Uint8Array.from(bytes);
    const kind = below(10);
    if (kind === 0) mutated = mutated.slice(0, below(bytes.length));
    else if (kind === 1) mutated = Uint8Array.from([...mutated, ...mutated.slice(below(bytes.length))]);
    else {
      const reach = below(2) === 0 ? Math.min(bytes.length, 400) : bytes.length;
      for (let times = 1 + below(4); times > 0; times--) {
        const at = below(reach);
        const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x39, 0x2d];
        mutated[at] = below(2) === 0 ? (extremes[below(extremes.length)] as number) : below(256);
      }
    }
    yield mutated;
  }
}

/** Opens and reads every damaged copy: it must be read or refused with a {@link FormatError}. */
export async function expectOnlyFormatErrors(options: {
  readonly bytes: Uint8Array;
  readonly path: string;
  readonly seed: number;
  readonly open: (path: string) => Promise<Volume>;
}): Promise<void> {
  let refused = 0;
  for (const mutated of mutations(options.bytes, options.seed, 200)) {
    writeFileSync(options.path, mutated);
    let volume: Volume | undefined;
    try {
      volume = await options.open(options.path);
      for await (const { data } of volume.blocks()) expect(data.length).toBeGreaterThan(0);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused += 1;
    } finally {
      await volume?.close();
    }
  }
  expect(refused).toBeGreaterThan(0);
}
