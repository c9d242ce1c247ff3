import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mode } from "../../../src/compute/device/command.js";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { checkMttkrp, type HostTensor, oracleDifference } from "../../../src/compute/device/oracle-check.js";
import type { Conforming } from "./conformance/conforming.js";
import { denseTensor, pairsTensor, randomFactors, squareTensor } from "./conformance/mttkrps.js";
import { naiveMttkrp } from "./naive.js";

const rank = 5;
let device: Device;
const tested: Conforming = { device: () => device, float: "float64" };
const tensors: readonly (readonly [string, HostTensor])[] = [
  ["dense", denseTensor(tested, [9, 30, 70], -1)],
  ["pairs", pairsTensor(tested, { groups: 3, bins: 12, width: 4, items: 9, signs: [1, -1] })],
  ["square", squareTensor(tested, { bins: 20, width: 4, items: 15 })],
];
const cases = tensors.flatMap(([form, tensor]) => ([0, 1, 2] as const).map((mode) => ({ form, mode, tensor })));

/** An MTTKRP as it should be. */
function exact(tensor: HostTensor, mode: Mode) {
  const factors = randomFactors(tested, tensor, rank, -1);
  return { factors, result: naiveMttkrp(tensor, mode, factors, rank, "float64").values };
}

describe("oracleDifference", () => {
  it.each(cases)("takes the formulas of mode $mode of a $form tensor for right", ({ tensor, mode }) => {
    const { factors, result } = exact(tensor, mode);
    const found = oracleDifference({ tensor, factors, rank, mode, result, float: "float64" });
    expect(found.ok).toBe(true);
    expect(found.worst).toBeLessThanOrEqual(found.bound);
  });

  it.each(cases)("takes a float32 result of mode $mode of a $form tensor for one, and not for float64", (of) => {
    const { tensor, mode } = of;
    const { factors, result } = exact(tensor, mode);
    const shared = { tensor, factors, rank, mode, result: Float32Array.from(result) };
    expect(oracleDifference({ ...shared, float: "float32" }).ok).toBe(true);
    expect(oracleDifference({ ...shared, float: "float64" }).ok).toBe(false);
  });

  it.each(cases)("finds an error of one in a thousand in mode $mode of a $form tensor", ({ tensor, mode }) => {
    const { factors, result } = exact(tensor, mode);
    const wrong = result.map((value) => value * 1.001);
    expect(oracleDifference({ tensor, factors, rank, mode, result: wrong, float: "float32" }).ok).toBe(false);
  });

  it("finds one wrong row among a few, and NaN", () => {
    const tensor = denseTensor(tested, [4, 5, 6]);
    for (const wrong of [1, Number.NaN]) {
      for (let row = 0; row < 4; row++) {
        const { factors, result } = exact(tensor, 0);
        result[row * rank + 2] = (result[row * rank + 2] as number) + wrong;
        const found = oracleDifference({ tensor, factors, rank, mode: 0, result, float: "float32" });
        expect(found.ok).toBe(false);
        expect(Math.abs(found.worst - wrong) < 1e-10 || (Number.isNaN(wrong) && Number.isNaN(found.worst))).toBe(true);
      }
    }
  });

  it("compares as many elements as are asked for, the first and the last row among them", () => {
    const tensor = denseTensor(tested, [100, 3, 2]);
    const { factors, result } = exact(tensor, 0);
    const seen = new Set<number>();
    const watched = new Proxy(result, {
      get: (target, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) seen.add(Number(key));
        return Reflect.get(target, key, target);
      },
    });
    oracleDifference({ tensor, factors, rank, mode: 0, result: watched, float: "float64", samples: 20 });
    expect(seen.size).toBe(20);
    const rows = new Set([...seen].map((at) => Math.floor(at / rank)));
    expect(rows.has(0) && rows.has(99)).toBe(true);
  });

  it("refuses a result of another size", () => {
    const tensor = denseTensor(tested, [4, 5, 6]);
    const { factors } = exact(tensor, 0);
    const result = new Float64Array(7);
    expect(() => oracleDifference({ tensor, factors, rank, mode: 0, result, float: "float64" })).toThrow(RangeError);
  });
});

describe("checkMttkrp", () => {
  beforeAll(async () => {
    device = await openDevice("reference");
  });
  afterAll(() => device.close());

  it.each(cases)("computes mode $mode of a $form tensor on the device and compares it", async ({ tensor, mode }) => {
    const factors = randomFactors(tested, tensor, rank, -1);
    const found = await device.scope((memory) =>
      checkMttkrp(device, memory, { tensor, factors, rank, mode, float: "float64" }),
    );
    expect(found.ok).toBe(true);
  });
});
