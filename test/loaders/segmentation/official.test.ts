import { describe, expect, it } from "vitest";
import type { FormatError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { readOfficialSummary } from "../../../src/loaders/segmentation/official-summary.js";
import { readOfficialToml } from "../../../src/loaders/segmentation/official-toml.js";

const limits = DEFAULT_LIMITS;
const HEADER = "sample;general Num GT;general avg_TP_05_cldice;confusion_matrix avFscore;th_0_5 AP_TP;th_0_5 fscore";

function summary(lines: readonly string[], lineEnd = "\n") {
  return readOfficialSummary(Buffer.from(lines.map((line) => line + lineEnd).join("")), { file: "s.csv", limits });
}

function tagOf(act: () => unknown): { tag: string; message: string } {
  try {
    act();
  } catch (error) {
    return { tag: (error as FormatError).tag, message: (error as Error).message };
  }
  throw new Error("it was accepted");
}

describe("the summary CSV of the published tool", () => {
  const lines = [
    HEADER,
    "a;3.0;0.8;0.5;2.0;0.4",
    "b;1;nan;0.0;0.0;0.0",
    "mean;2.0;nan;0.25;1.0;0.2",
    "avg_inst;4;0.8;0.1;2;0.3",
  ];

  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])("with %s: images apart from aggregates, nan as null", (_name, lineEnd) => {
    const { images, aggregates } = summary(lines, lineEnd);
    expect(images).toEqual([
      {
        sample: "a",
        score: {
          general: { "Num GT": 3, avg_TP_05_cldice: 0.8 },
          confusion_matrix: { avFscore: 0.5, th_0_5: { AP_TP: 2, fscore: 0.4 } },
        },
      },
      {
        sample: "b",
        score: {
          general: { "Num GT": 1, avg_TP_05_cldice: null },
          confusion_matrix: { avFscore: 0, th_0_5: { AP_TP: 0, fscore: 0 } },
        },
      },
    ]);
    expect(Object.keys(aggregates)).toEqual(["mean", "avg_inst"]);
    expect(aggregates.avg_inst?.general["Num GT"]).toBe(4);
  });

  it.each([
    [[HEADER, "a;3.0;0.8;0.5;2.0;0.4", "a;3.0;0.8;0.5;2.0;0.4"], "format/duplicate-sample", "s.csv:3"],
    [[HEADER, ";3.0;0.8;0.5;2.0;0.4"], "format/duplicate-sample", "without a sample"],
    [[HEADER, "a;three;0.8;0.5;2.0;0.4"], "format/score-number", 's.csv:2: general Num GT is "three"'],
    [[HEADER, "a;;0.8;0.5;2.0;0.4"], "format/score-number", "general Num GT"],
    [[HEADER, "a;3.0"], "format/ragged-row", "s.csv:2"],
    [["name;general FS", "a;1"], "format/missing-column", 'no column "sample"'],
    [["sample;FS", "a;1"], "format/score-keys", 'column "FS"'],
  ])("refuses %j", (broken, tag, message) => {
    const fault = tagOf(() => summary(broken));
    expect(fault.tag).toBe(tag);
    expect(fault.message).toContain(message);
  });

  it("is not fooled by names of JavaScript", () => {
    summary(["sample;__proto__ polluted;general __proto__", "a;1;2"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("the TOML of the published tool", () => {
  const toml = (text: string) => readOfficialToml(Buffer.from(text), { file: "r.toml", limits });

  it("holds numbers plain and as quoted texts, also in lists", () => {
    expect(
      toml(
        '[general]\n"Num GT" = 7\nTP_05_cldice = [ "0.99020946", 0.5,]\nnone = "nan"\n[confusion_matrix]\navAP = "0.125"\n[confusion_matrix.th_0_1]\nAP_TP = 3\nfscore = "1e-05"\n',
      ),
    ).toEqual({
      general: { "Num GT": 7, TP_05_cldice: [0.99020946, 0.5], none: null },
      confusion_matrix: { avAP: 0.125, th_0_1: { AP_TP: 3, fscore: 0.00001 } },
    });
  });

  it.each([
    ["[general]\nx = 1", "format/score-keys", "[confusion_matrix]"],
    ["[general]\nx = true\n[confusion_matrix]", "format/score-number", "general x is true"],
    ['[general]\nx = "1 2"\n[confusion_matrix]', "format/score-number", 'general x is "1 2"'],
    ['[general]\nx = ["nan"]\n[confusion_matrix]', "format/score-number", "nan in a list"],
    ["[general]\nx = [[1]]\n[confusion_matrix]", "format/score-number", "general x is a list"],
    ["[general]\nx = inf\n[confusion_matrix]", "format/score-number", "general x is Infinity"],
  ])("refuses %j", (text, tag, message) => {
    const fault = tagOf(() => toml(text));
    expect(fault.tag).toBe(tag);
    expect(fault.message).toContain(message);
  });
});
