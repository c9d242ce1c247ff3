import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { windowsOf } from "../../../src/stages/membership/windows.js";
import { realData } from "../../support/real-data.js";

const data = realData("membership");

interface ReferenceWindows {
  readonly n: number;
  readonly C: number;
  readonly stride: number;
  readonly windows: readonly (readonly (number | null)[])[];
  readonly n_predicted: number;
}

describe.skipIf(!data.present)(`windows of the published code${data.reason}`, () => {
  it("are those of windowsOf, exactly", () => {
    const cases = JSON.parse(readFileSync(data.path("reference", "windows.json"), "utf8")) as ReferenceWindows[];
    expect(cases.length).toBeGreaterThan(0);
    for (const { n, C, stride, windows, n_predicted } of cases) {
      const found = windowsOf(n, C, stride);
      expect(found.map(({ begin, end, first, last }) => [begin, end, first, last])).toEqual(windows);
      const count = found.reduce(
        (sum, { first, last }) => sum + (first === null ? 0 : (last as number) - first + 1),
        0,
      );
      expect(count).toBe(n_predicted);
    }
  });
});
