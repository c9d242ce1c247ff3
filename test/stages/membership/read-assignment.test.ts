import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAssignments } from "../../../src/stages/membership/read-assignment.js";
import { memorySource } from "../../support/memory-tables.js";

function row(experiment: string, doc: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    experiment_id: experiment,
    doc_id: doc,
    label: 1,
    label_basis: "randomised",
    role: "member",
    trained: true,
    split_seed: 7n,
    exposure: 1,
    duplicates: 1,
    fold: 0,
    cluster_id: doc,
    reason: null,
    ...more,
  };
}

describe("readAssignments", () => {
  it("gives units by experiment", async () => {
    const found = await readAssignments(
      memorySource([
        row("b", "pg2", { label: null, role: "background", fold: null, trained: false, exposure: 0, duplicates: 0 }),
        row("a", "pg9#2", { label: 0, role: "nonmember", fold: 3, cluster_id: "pg9" }),
      ]),
    );
    expect([...found.keys()]).toEqual(["a", "b"]);
    expect(found.get("a")).toMatchObject([{ docId: "pg9#2", label: 0, role: "nonmember", fold: 3, cluster: "pg9" }]);
    expect(found.get("b")).toMatchObject([{ docId: "pg2", label: null, fold: null, trained: false }]);
  });

  it("does not depend on the order of rows", async () => {
    const rows = ["a", "b"].flatMap((e) => ["pg10", "pg2", "pg2#1", "Pg3", "é"].map((doc) => row(e, doc)));
    const expected = [...(await readAssignments(memorySource(rows)))];
    expect(expected[0]?.[1].map((unit) => unit.docId)).toEqual(["Pg3", "pg10", "pg2", "pg2#1", "é"]);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: rows.length }), async (shuffled) => {
        expect([...(await readAssignments(memorySource(shuffled)))]).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("refuses a unit named twice", async () => {
    const twice = [row("a", "pg2"), row("a", "pg1"), row("a", "pg2", { label: 0 })];
    await expect(readAssignments(memorySource(twice))).rejects.toMatchObject({
      tag: "load/assignment-repeated",
      fields: { experiment_id: "a", doc_id: "pg2" },
    });
  });
});
