import { describe, expect, it } from "vitest";
import { silentLog } from "../../../src/base/log.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import type { Shape } from "../../../src/stages/ntf/cp-model.js";
import { FitJournal } from "../../../src/stages/ntf/fit-journal.js";
import type { HostTensor } from "../../../src/stages/ntf/host-tensor.js";
import { chooseRank } from "../../../src/stages/ntf/rank-choice.js";
import { type RankScan, scanRanks, withTensor } from "../../../src/stages/ntf/scan-ranks.js";
import { normSquared } from "../../../src/stages/ntf/tensor-norm.js";
import { referenceArray, referenceJson, references } from "./reference-arrays.js";
import { plantedTraces } from "./reference-traces.js";

async function scan(tensor: HostTensor, ranks: number[], tolerance: number | undefined): Promise<RankScan[]> {
  const device = await openDevice("cpu");
  const journal = await FitJournal.open({ load: async () => undefined, save: async () => {} }, silentLog);
  try {
    return await withTensor(device, "float64", tensor, (operand) =>
      scanRanks(device, operand, tensor, {
        run: "planted",
        type: "float64",
        seed: 1,
        algorithm: "hals",
        iterations: 200,
        tolerance,
        innerSweeps: 1,
        journal,
        signal: new AbortController().signal,
        onFit: () => {},
        ranks,
        starts: 5,
        stuck: 0.001,
      }),
    );
  } finally {
    await device.close();
  }
}

describe.skipIf(!references.present)(`ranks of the planted tensor${references.reason}`, () => {
  it("have the errors, core consistencies and scores of the reference, and the rule picks 4", async () => {
    const values = referenceArray("planted_X").data;
    const shape: Shape = [66, 80, 6];
    const tensor: HostTensor = { shape, form: "dense", values, symmetric: false, normSquared: normSquared(values) };
    const scans = await scan(tensor, [1, 2, 3, 4, 5, 6], undefined);
    const reference = referenceJson("planted").rank_scan_hals200_5starts;
    for (const at of [0, 1, 3]) {
      const [scan, wanted] = [scans[at] as RankScan, reference[at]];
      expect(scan.rank).toBe(wanted.R);
      expect(Math.abs((scan.best.errors.at(-1) as number) - wanted.relerr_best)).toBeLessThan(1e-4);
      expect(scan.corcondia).toBeCloseTo(wanted.corcondia_best, 2);
      expect(scan.nuclearScore).toBeCloseTo(wanted.nuclear_norm_pair_factor_mean, 3);
    }
    // The five starts of the reference end at .353941; a third of starts of its kind, had it made more, end at .343496.
    const three = (scans[2] as RankScan).fits.map(({ errors }) => errors.at(-1) as number);
    expect(Math.min(...three)).toBeLessThan(reference[2].relerr_best + 1e-4);
    expect(three.filter((error) => Math.abs(error - reference[2].relerr_best) < 1e-4).length).toBeGreaterThan(0);
    const [, , , four, five, six] = scans as [RankScan, RankScan, RankScan, RankScan, RankScan, RankScan];
    expect(four.stability).toBeCloseTo(1, 9);
    for (const beyond of [five, six]) {
      expect(beyond.corcondia < 80 || (beyond.stability as number) < 0.95).toBe(true);
    }
    expect(chooseRank(scans, { corcondia: 80, stability: 0.95 })).toEqual({ rank: 4, choice: "rule" });
  });
});

describe.skipIf(!references.present)(`the planted traces and their control${references.reason}`, () => {
  it.each([
    { shifted: false, error: 0.6535, least: 0.999, most: 1 },
    { shifted: true, error: 0.843, least: 0, most: 0.9 },
  ])("all starts agree, unless every trace is shifted on its own (shifted: $shifted)", async (setting) => {
    const { shape, values } = plantedTraces(setting);
    const tensor: HostTensor = { shape, form: "dense", values, symmetric: false, normSquared: normSquared(values) };
    const [four] = (await scan(tensor, [4], 1e-5)) as [RankScan];
    expect(four.best.errors.at(-1)).toBeCloseTo(setting.error, 2);
    expect(four.stability).toBeGreaterThanOrEqual(setting.least);
    expect(four.stability).toBeLessThanOrEqual(setting.most);
  });
});
