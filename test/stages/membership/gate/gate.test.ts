import { describe, expect, it } from "vitest";
import { gate } from "../../../../src/stages/membership/gate.js";
import { assignmentRow, runMembershipStage } from "../support/run-membership-stage.js";

const NAMES = Array.from({ length: 20 }, (_, i) => `d${String(i).padStart(2, "0")}`);

function tables(tokenised: readonly string[]) {
  return {
    experiment: [{ experiment_id: "coin" }],
    assignment: NAMES.map((doc_id, i) => assignmentRow({ doc_id, label: (i & 1) as 0 | 1, fold: (i >> 1) % 5 })),
    excerpt: [],
    token: tokenised.map((doc_id, i) => ({
      doc_id,
      tokenizer_id: "t",
      n_tokens: 6,
      input_ids: Array.from({ length: 6 }, (_, k) => (i * k) % 7),
      char_start: [],
    })),
  };
}

describe("the gate over tables", () => {
  it("takes tokens in any order where there is no text, and says what it could not look at", async () => {
    const { rows } = await runMembershipStage(gate, tables(NAMES), { permutations: 19 });
    const again = await runMembershipStage(gate, tables(NAMES), { permutations: 19 });
    expect(again.rows).toEqual(rows);
    const status = new Map(rows.gate?.map((row) => [row.gate, row.status]));
    expect([status.get("date_regex"), status.get("typography")]).toEqual(["not_run", "not_run"]);
    expect(status.get("all")).not.toBe("not_run");
    const turned = tables(NAMES);
    const reversed = await runMembershipStage(
      gate,
      { ...turned, token: [...turned.token].reverse() },
      { permutations: 19 },
    );
    expect(reversed.rows).toEqual(rows);
  });

  it("names a compared unit that has no tokens", async () => {
    const run = runMembershipStage(gate, tables(NAMES.filter((name) => name !== "d07")), { permutations: 19 });
    await expect(run).rejects.toMatchObject({ tag: "load/unit-without-tokens", fields: { doc_id: "d07" } });
  });
});
