import { describe, expect, it } from "vitest";
import type { DocumentDroppedRow, DroppedRecordRow } from "../../../src/tables/generated/membership.js";
import { dropped } from "../../../src/transforms/membership/dropped.js";
import { memoryTransformContext } from "../../support/memory-tables.js";

const left = (index: number): DocumentDroppedRow => ({
  source_id: "s",
  drop_index: index,
  scope: "document",
  item: `pg${index}`,
  reason: "no_start_marker",
  rule: "r",
  detail: null,
  records: 1n,
});

describe("membership/dropped", () => {
  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
    [4095, 2],
    [5000, 5000],
  ])("carries %i rows of loaders and %i of documents", async (loaders, documents) => {
    const records: DroppedRecordRow[] = Array.from({ length: loaders }, (_, i) => ({ ...left(i), step: "gutenberg" }));
    const others = Array.from({ length: documents }, (_, i) => left(i));
    const { context, rows } = memoryTransformContext({ dropped_record: records, document_dropped: others }, {});
    await dropped.run(context);
    expect(rows.dropped).toEqual([...records, ...others.map((row) => ({ ...row, step: "document" }))]);
  });
});
