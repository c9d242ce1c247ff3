import { describe, expect, it } from "vitest";
import type { DroppedRecordRow } from "../../../src/tables/generated/fisbe.js";
import { dropped } from "../../../src/transforms/fisbe/dropped.js";
import { memoryTransformContext } from "../../support/memory-tables.js";

const record = (index: number): DroppedRecordRow => ({
  source_id: "s",
  step: "volumes",
  drop_index: index,
  scope: "array",
  item: `volumes/array_${index}`,
  reason: "unread_array",
  rule: "one array of a file is its prediction",
  detail: null,
  records: 1n,
});

describe("fisbe/dropped", () => {
  it.each([0, 1, 4096, 4097, 10_000])("carries %i records, in their order", async (count) => {
    const records = Array.from({ length: count }, (_, index) => record(index));
    const { context, rows } = memoryTransformContext({ dropped_record: records }, {});
    await dropped.run(context);
    expect(rows.dropped).toEqual(records);
  });
});
