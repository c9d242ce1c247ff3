import { describe, expect, it } from "vitest";
import { chooseRank } from "../../../src/stages/ntf/rank-choice.js";

const rule = { corcondia: 80, stability: 0.95 };

describe("chooseRank", () => {
  it("takes the largest rank that passes both limits", () => {
    const ranks = [
      { rank: 1, corcondia: 100, stability: 1 },
      { rank: 2, corcondia: 80, stability: 0.95 },
      { rank: 3, corcondia: 79.9, stability: 1 },
      { rank: 4, corcondia: 99, stability: 0.949 },
    ];
    expect(chooseRank(ranks, rule)).toEqual({ rank: 2, choice: "rule" });
  });

  it("asks for no stability where there is one start", () => {
    expect(chooseRank([{ rank: 3, corcondia: 90, stability: null }], rule)).toEqual({ rank: 3, choice: "rule" });
  });

  it("marks the most stable rank where none passes", () => {
    const ranks = [
      { rank: 2, corcondia: -5, stability: 0.7 },
      { rank: 4, corcondia: -5, stability: 0.9 },
      { rank: 3, corcondia: 10, stability: 0.9 },
    ];
    expect(chooseRank(ranks, rule)).toEqual({ rank: 3, choice: "none_passes" });
  });
});
