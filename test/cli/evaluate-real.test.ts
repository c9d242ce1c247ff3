import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.js";
import { realData } from "../support/real-data.js";
import { fakeTerminal } from "./support/fake-terminal.js";

const data = realData("fisbe");

async function evaluate(...argv: readonly string[]) {
  const terminal = fakeTerminal();
  const code = await runCommandLine(["evaluate", "segmentation", ...argv, "--json"], terminal);
  return { code, document: JSON.parse(terminal.out()) };
}

/** Numbers equal to 1e-6, lists and keys the same; what only ours has is left alone. */
function agree(ours: unknown, theirs: unknown, place: string): void {
  if (typeof theirs === "number") expect(Math.abs((ours as number) - theirs), place).toBeLessThan(1e-6);
  else if (theirs === null || typeof theirs !== "object") expect(ours, place).toEqual(theirs);
  else {
    for (const [key, item] of Object.entries(theirs))
      agree((ours as Record<string, unknown>)[key], item, `${place} ${key}`);
  }
}

describe.skipIf(!data.present)(`evaluate segmentation of the reference cases${data.reason}`, () => {
  it.each([
    ["mixed_realistic", "gt_instances.npy", "pred_labels.blosc.zarr"],
    ["dim_neurons", "gt_instances.gzip.zarr", "pred_labels.npy"],
    ["perfect_overlap_multichannel", "gt_instances.blosc.zarr", "pred_labels.gzip.zarr"],
  ])("%s from %s and %s", async (name, truth, prediction) => {
    const path = (file: string) => data.path("reference", name, file);
    const expected = JSON.parse(readFileSync(path("expected.json"), "utf8"));
    const dim = expected.dim_neurons.length === 0 ? [] : ["--dim-neurons", expected.dim_neurons.join(",")];
    const files = ["--truth", path(truth), "--prediction", path(prediction), ...dim];
    const published = await evaluate(...files);
    expect(published.code).toBe(0);
    agree(published.document, expected.results.flylight_rm800, name);
    const options = ["--remove-small", "0", "--localization", "iou"];
    agree((await evaluate(...files, ...options)).document, expected.results.iou_greedy_rm0, name);
  });

  it("the real crop against itself: S is 1", async () => {
    const crop = data.path("fisbe_crop", "JRC_SS05008-20160318_24_B2_crop.zarr");
    const list = data.path("fisbe_splits", "sample_list_per_split.txt");
    const key = "volumes/gt_instances";
    const { code, document } = await evaluate(
      "--truth",
      crop,
      "--prediction",
      crop,
      "--prediction-key",
      key,
      "--split-list",
      list,
    );
    expect(code).toBe(0);
    expect(document).toMatchObject({
      sample: "JRC_SS05008-20160318_24_B2_crop",
      partly: true,
      general: { "Num GT": 3, "Num Pred": 3, avg_f1_cov_score: 1, FS: 0 },
    });
  });
});
