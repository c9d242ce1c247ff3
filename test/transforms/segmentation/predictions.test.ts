import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { predictions } from "../../../src/transforms/segmentation/predictions.js";
import { memoryTransformContext } from "../../support/memory-tables.js";

const prediction = (method: string, sample: string): Row => ({
  prediction_id: `${method}/${sample}`,
  sample_id: sample,
  method,
});

const blocks = (id: string, count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    prediction_id: id,
    origin_z: 64 * index,
    data: Uint8Array.of(index),
  }));

async function run(published: readonly Row[], baselines: readonly Row[], chunks: readonly (readonly Row[])[]) {
  const { context, rows } = memoryTransformContext(
    {
      "segmentation.published_prediction": published,
      "segmentation.baseline_prediction": baselines,
      "segmentation.published_chunk": chunks[0] ?? [],
      "segmentation.baseline_chunk": chunks[1] ?? [],
    },
    {},
  );
  await predictions.run(context);
  return rows;
}

describe("segmentation/predictions", () => {
  it("puts predictions of files and of baselines into one table, and all of their blocks", async () => {
    const [mine, theirs] = [prediction("mine", "a"), prediction("flattened_truth", "a")];
    const own = blocks("mine/a", 35);
    const other = blocks("flattened_truth/a", 3);
    const rows = await run([mine], [theirs], [own, other]);
    expect(rows.prediction).toEqual([mine, theirs]);
    expect(rows.chunk).toEqual([...own, ...other]);
  });

  it("is empty where there are none", async () => {
    expect(await run([], [], [])).toEqual({ prediction: [], chunk: [] });
  });

  it("refuses a file that is called as a baseline, and says what to do", async () => {
    await expect(
      run([prediction("connected_components", "a")], [prediction("connected_components", "a")], []),
    ).rejects.toMatchObject({
      tag: "load/two-predictions",
      message: "connected_components/a: predictions from a file and of the baseline connected_components",
      wayOut: expect.stringContaining('"methods"'),
      fields: { prediction: "connected_components/a" },
    });
  });

  it("tells one sample's predictions from another's of the same method", async () => {
    const rows = await run([prediction("m", "a"), prediction("m", "b")], [prediction("n", "a")], []);
    expect(rows.prediction).toHaveLength(3);
  });
});
