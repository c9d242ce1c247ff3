import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import type { Shape } from "../../../src/stages/ntf/cp-model.js";
import { decodeFits, encodeFits, FitJournal, type FitRecord } from "../../../src/stages/ntf/fit-journal.js";
import type { HostTensor } from "../../../src/stages/ntf/host-tensor.js";
import { type RankScan, scanRanks, withTensor } from "../../../src/stages/ntf/scan-ranks.js";
import { normSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { modelTensor, randomFactors } from "./cp-cases.js";

const numbers = fc.float64Array({ maxLength: 6 });
const anyRecord: fc.Arbitrary<FitRecord> = fc.record({
  key: fc.record({ run: fc.string(), rank: fc.integer({ min: 1, max: 9 }), start: fc.integer({ min: -1, max: 9 }) }),
  converged: fc.constantFrom(true, false, null),
  factors: fc.tuple(numbers, numbers, numbers),
  errors: numbers,
});

describe("encodeFits", () => {
  it("is read back, bit for bit", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 4 }), (records) => {
        expect(decodeFits(encodeFits(records))).toEqual(records);
      }),
    );
  });

  it("is not read where a byte is changed, lost or added", () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 3 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (records, at, flip) => {
          const bytes = encodeFits(records);
          const place = at % bytes.length;
          const changed = bytes.slice();
          changed[place] = (changed[place] as number) ^ flip;
          expect(decodeFits(changed)).toBeUndefined();
          expect(decodeFits(bytes.subarray(0, place))).toBeUndefined();
          expect(decodeFits(Uint8Array.of(...bytes, flip))).toBeUndefined();
        },
      ),
    );
  });

  it("is not read from other bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => decodeFits(bytes) === undefined));
  });
});

describe("FitJournal", () => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice("reference");
  });
  afterAll(() => device.close());

  const shape: Shape = [7, 6, 4];
  const values = modelTensor(randomFactors(shape, 2, 1), shape, 2, 0.2);
  const tensor: HostTensor = { shape, form: "dense", values, symmetric: false, normSquared: normSquared(values) };

  async function scan(
    kept: { bytes?: Uint8Array; saves: number },
    stopAfterSaves = Number.POSITIVE_INFINITY,
  ): Promise<RankScan[]> {
    const control = new AbortController();
    const checkpoint = {
      load: async () => kept.bytes,
      save: async (bytes: Uint8Array) => {
        kept.bytes = bytes;
        if (++kept.saves >= stopAfterSaves) control.abort();
      },
    };
    const journal = await FitJournal.open(checkpoint, silentLog, 1);
    return withTensor(device, "float64", tensor, (operand) =>
      scanRanks(device, operand, tensor, {
        run: "run",
        type: "float64",
        seed: 1,
        algorithm: "hals",
        iterations: 40,
        tolerance: undefined,
        innerSweeps: 1,
        journal,
        signal: control.signal,
        onFit: () => {},
        ranks: [1, 2],
        starts: 2,
        stuck: 0.001,
      }),
    );
  }

  it("lets a scan that was stopped anywhere go on to the same end", async () => {
    const uninterrupted = { saves: 0 };
    const whole = await scan(uninterrupted);
    expect(uninterrupted.saves).toBe(16);
    for (const stop of [1, 4, 7, 15]) {
      const kept: { bytes?: Uint8Array; saves: number } = { saves: 0 };
      await expect(scan(kept, stop)).rejects.toMatchObject({ tag: "interrupted" });
      expect(await scan(kept)).toEqual(whole);
      // What had been saved was not done again.
      expect(kept.saves).toBe(16);
    }
  });
});
