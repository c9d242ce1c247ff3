import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valueAt } from "../../../src/formats/arrow/array-view.js";
import { valueReader } from "../../../src/formats/arrow/value-reader.js";
import { buildBatch } from "../../../src/tables/batch-builder.js";
import { arbitraryTable, contractOf } from "../../support/arbitrary-table.js";

describe("valueReader", () => {
  test("gives what valueAt gives, for every type", () => {
    fc.assert(
      fc.property(arbitraryTable(), ({ contract, rows }) => {
        const batch = buildBatch(contract, rows);
        for (const column of batch.data.children) {
          const read = valueReader(column);
          for (let i = 0; i < rows.length; i++) expect(read(i)).toEqual(valueAt(column, i));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("keeps apart texts of one hash, and the text from its prefixes", () => {
    const texts = ["Aa", "BB", "AaAa", "BBBB", "AaBB", "BBAa", "", "A", "é", "x".repeat(40), "x".repeat(41), "Aa"];
    const contract = contractOf([{ name: "text", type: { kind: "utf8" } }]);
    const [column] = buildBatch(
      contract,
      texts.map((text) => ({ text })),
    ).data.children;
    const read = valueReader(column as never);
    expect(texts.map((_text, i) => read(i))).toEqual(texts);
  });

  test("tells more names apart than it keeps", () => {
    const names = Array.from({ length: 5000 }, (_unused, i) => `AVA${(i * 7919) % 5000}`);
    const contract = contractOf([{ name: "text", type: { kind: "utf8" } }]);
    const [column] = buildBatch(
      contract,
      [...names, ...names].map((text) => ({ text })),
    ).data.children;
    const read = valueReader(column as never);
    for (let i = 0; i < 10_000; i++) expect(read(i)).toBe(names[i % 5000]);
  });
});
