import { expect, it } from "vitest";
import { sourceFiles } from "../../../src/transforms/segmentation/source-files.js";
import { memoryTransformContext } from "../../support/memory-tables.js";

it("keeps the files of predictions, and no others", async () => {
  const file = (id: string) => ({ source_id: id, path: `fisbe/${id}`, bytes: 1n });
  const { context, rows } = memoryTransformContext(
    {
      source_file: [file("list"), file("volume"), file("one"), file("two")],
      "segmentation.published_prediction": [{ source_id: "two" }, { source_id: "one" }, { source_id: null }],
    },
    {},
  );
  await sourceFiles.run(context);
  expect(rows.source_file).toEqual([file("one"), file("two")]);
});
