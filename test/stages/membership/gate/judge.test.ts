import { describe, expect, it } from "vitest";
import { type Judgement, judge, judgeAll } from "../../../../src/stages/membership/gate/judge.js";

/** A null around one half whose 95 % quantile is about 0.5 + 0.9 `width`. */
const spread = (width: number) => Float64Array.from({ length: 201 }, (_, i) => 0.5 + (width * (i - 100)) / 100);

function together(nullValues: Record<string, Float64Array>, values: Record<string, number>) {
  const judged = new Map<string, Judgement>();
  for (const [name, own] of Object.entries(nullValues)) judged.set(name, judge(values[name] ?? 0.5, own));
  return judgeAll(judged, nullValues);
}

describe("all baselines together", () => {
  it("have power where one of them has, but not from one that is the same under every permutation", () => {
    const wide = spread(0.3);
    expect(together({ length: wide, tfidf_nb: spread(0.05) }, {})).toMatchObject({
      underpowered: false,
      status: "pass",
    });
    expect(together({ length: wide, typography: wide }, {})).toMatchObject({ underpowered: true, status: "warn" });
    const constant = new Float64Array(201).fill(0.5);
    expect(together({ length: wide, date_regex: constant }, {})).toMatchObject({ underpowered: true, status: "warn" });
    expect(together({ date_regex: constant }, {})).toMatchObject({ underpowered: true, status: "warn", p: 1 });
  });

  it("fail where one of them is beyond every permutation", () => {
    const found = together({ length: spread(0.3), date_regex: new Float64Array(201).fill(0.5) }, { length: 0.9 });
    expect(found).toMatchObject({ largest: "length", status: "fail", value: 0.9 });
    expect(found.p).toBeCloseTo(1 / 202, 12);
  });
});
