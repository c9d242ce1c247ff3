import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device, FloatType } from "../../../src/compute/device/device.js";
import type { Conforming } from "./conformance/conforming.js";
import { describeGrams } from "./conformance/grams.js";
import { describeLarger } from "./conformance/larger.js";
import { describeMemory } from "./conformance/memory.js";
import { describeMttkrps } from "./conformance/mttkrps.js";
import { describeProducts } from "./conformance/products.js";
import { describeProperties } from "./conformance/properties.js";
import { describeRows } from "./conformance/rows.js";
import { describeThreads } from "./conformance/threads.js";
import { describeUpdates } from "./conformance/updates.js";

/**
 * What every device must do, in each of its float types: each command in all its forms against formulas written from
 * its definition, larger ones against the reference device, identities, memory and order. Differences are measured
 * element by element against what rounding explains.
 * @param floats The types that the device must offer.
 * @param threads Numbers of threads that must give the same bits.
 */
export function describeConformance(
  name: string,
  open: (threads?: number) => Promise<Device>,
  floats: readonly FloatType[],
  threads: readonly number[] = [1],
): void {
  describe(`device ${name}`, () => {
    let opened: Device;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened?.close();
    });

    it("describes itself", () => {
      const { description } = opened;
      expect(description.floats).toEqual(floats);
      expect(description.threads).toBeGreaterThanOrEqual(1);
      expect(description.identity.startsWith(description.kind)).toBe(true);
      expect(["float64", "float32"]).toContain(description.partials);
      expect(opened.bytesHeld).toBe(0);
    });

    describe.each(floats)("in %s", (float) => {
      const tested: Conforming = { device: () => opened, float };
      describeProducts(tested);
      describeMttkrps(tested);
      describeLarger(tested);
      describeGrams(tested);
      describeUpdates(tested);
      describeRows(tested);
      describeMemory(tested, open);
      describeProperties(tested);
      describeThreads(float, open, threads);
    });
  });
}
