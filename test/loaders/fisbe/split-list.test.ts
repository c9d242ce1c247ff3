import { describe, expect, it } from "vitest";
import { listedName, parseSampleName, sampleOfPath } from "../../../src/loaders/fisbe/sample-name.js";
import { parseSplitList } from "../../../src/loaders/fisbe/split-list.js";

const list = `(1) samples for FlyLight completely:

train:

A-20180101_1_B2
JRC_SS05008-20160318_24_B2

val:
test:
C-20180101_1_B2
(2) samples for FlyLight partly:
train:
D-20180101_1_B2\r
`;

describe("the list of samples per split", () => {
  it("is read with blank lines anywhere", () => {
    expect(parseSplitList(list, "list.txt")).toEqual([
      { sample: "A-20180101_1_B2", labelSet: "completely", split: "train", line: 5 },
      { sample: "JRC_SS05008-20160318_24_B2", labelSet: "completely", split: "train", line: 6 },
      { sample: "C-20180101_1_B2", labelSet: "completely", split: "test", line: 10 },
      { sample: "D-20180101_1_B2", labelSet: "partly", split: "train", line: 13 },
    ]);
  });

  it.each([
    ["A-20180101_1_B2\n", "list.txt, line 1: A-20180101_1_B2 stands under no split"],
    ["train:\nA\n", 'list.txt, line 1: "train:" stands before the first section'],
    ["(1) samples for FlyLight completely:\nA\n", "list.txt, line 2: A stands under no split"],
    ["(1) samples for FlyLight completely:\ntrain:\nA\ntest:\nA\n", "list.txt, line 5: A is listed before, in line 3"],
    [
      "(1) samples for FlyLight mostly:\n",
      'list.txt, line 1: "(1) samples for FlyLight mostly:" is neither a heading nor a name',
    ],
    ["(1) samples for FlyLight partly:\ntrain:\n\n", "list.txt, line 1: it names no sample"],
  ])("%#: refused with the line", (text, message) => {
    expect(() => parseSplitList(text, "list.txt")).toThrow(message);
  });
});

describe("names of samples", () => {
  it("have a line that may hold underscores", () => {
    expect(parseSampleName("JRC_SS05008-20160318_24_B2")).toEqual({
      line: "JRC_SS05008",
      date: "2016-03-18",
      group: 24,
      position: "B2",
    });
    expect(parseSampleName("R14A02-20180905_65_A6_crop")).toBeUndefined();
    expect(listedName("R14A02-20180905_65_A6_crop")).toBe("R14A02-20180905_65_A6");
  });

  it("are base names up to the first dot", () => {
    expect(sampleOfPath("fisbe/x/R14A02-20180905_65_A6.zarr.zip")).toBe("R14A02-20180905_65_A6");
    expect(sampleOfPath("plain")).toBe("plain");
  });
});
