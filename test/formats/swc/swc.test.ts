import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { branchPoints, cableLength, endPoints, roots } from "../../../src/formats/swc/morphology.js";
import { parseSwc } from "../../../src/formats/swc/parse-swc.js";
import { mutations } from "../image/mutations.js";

const parse = (text: string) => parseSwc(text, { file: "neuron.swc" });

const small = `# a neuron
#units: none

3 3 0 4 0 0.5 1
 1 1 0.0 0 0 1.5 -1
2 3 3 0 0 nan 1\r
4 2\t3 0 12 1e-1 2
9 0 7 7 7 0 -1`;

describe("SWC files", () => {
  it("are nodes in the order of the file, with parents before or behind", () => {
    const swc = parse(small);
    expect(swc.comments).toEqual(["a neuron", "units: none"]);
    expect([...swc.id]).toEqual([3, 1, 2, 4, 9]);
    expect([...swc.type]).toEqual([3, 1, 3, 2, 0]);
    expect([...swc.parent]).toEqual([1, -1, 1, 2, -1]);
    expect([...swc.parentIndex]).toEqual([1, -1, 1, 2, -1]);
    expect([...swc.radius]).toEqual([0.5, 1.5, Number.NaN, 0.1, 0]);
  });

  it("have cable, roots, branch and end points", () => {
    const swc = parse(small);
    expect(cableLength(swc)).toBe(4 + 3 + 12);
    expect(roots(swc)).toEqual([1, 4]);
    expect(branchPoints(swc)).toEqual([1]);
    expect(endPoints(swc)).toEqual([0, 3, 4]);
  });

  it("may be empty", () => {
    expect(parse("# nothing\n")).toMatchObject({ count: 0, comments: ["nothing"] });
  });

  it("of any forest in any order come back as they were", () => {
    const aForest = fc
      .array(
        fc.record({
          up: fc.nat(),
          at: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }),
        }),
        { maxLength: 40 },
      )
      .chain((nodes) =>
        fc.tuple(fc.constant(nodes), fc.shuffledSubarray([...nodes.keys()], { minLength: nodes.length })),
      );
    fc.assert(
      fc.property(aForest, ([nodes, order]) => {
        // Node i hangs on an earlier one or is a root; the lines are shuffled.
        const parentOf = (i: number) => ((nodes[i]?.up ?? 0) % (i + 1)) - 1;
        const line = (i: number) => `${i + 5} 0 ${nodes[i]?.at.join(" ")} 1 ${parentOf(i) < 0 ? -1 : parentOf(i) + 5}`;
        const swc = parse(order.map(line).join("\n"));
        expect([...swc.id]).toEqual(order.map((i) => i + 5));
        expect([...swc.parentIndex].map((index) => (index < 0 ? -1 : order[index]))).toEqual(order.map(parentOf));
        expect([...swc.z].map(String)).toEqual(order.map((i) => String(nodes[i]?.at[2])));
        expect(roots(swc)).toHaveLength(order.filter((i) => parentOf(i) < 0).length);
      }),
    );
  });
});

describe("hostile SWC files", () => {
  it.each([
    ["an id that is there already", "1 0 0 0 0 1 -1\n1 0 0 0 0 1 -1", 2, /line 1/],
    ["a parent that does not exist", "1 0 0 0 0 1 7", 1, /node 7, which does not exist/],
    ["a node on itself", "1 0 0 0 0 1 -1\n2 0 0 0 0 1 2", 2, /circle/],
    ["a circle", "1 0 0 0 0 1 -1\n2 0 0 0 0 1 4\n3 0 0 0 0 1 2\n4 0 0 0 0 1 3", 2, /circle/],
    ["too few columns", "# x\n1 0 0 0 0 1", 2, /here are 6/],
    ["words for numbers", "1 0 zero 0 0 1 -1", 1, /x is "zero"/],
    ["infinite coordinates", "1 0 1e999 0 0 1 -1", 1, /x is "1e999"/],
    ["coordinates that are none", "1 0 nan 0 0 1 -1", 1, /x is "nan"/],
    ["a broken id", "1.5 0 0 0 0 1 -1", 1, /id is "1.5"/],
    ["an endless id", "99999999999 0 0 0 0 1 -1", 1, /id is/],
    ["a parent of -2", "1 0 0 0 0 1 -2", 1, /parent is/],
  ])("with %s are refused", (_what, text, line, message) => {
    let error: unknown;
    try {
      parse(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      tag: "format/swc-invalid",
      fields: { file: "neuron.swc", line },
      message: expect.stringMatching(message),
    });
  });

  it("with more lines than allowed are refused", () => {
    const limits = { ...DEFAULT_LIMITS, entries: 2 };
    const text = "# a\n1 0 0 0 0 1 -1\n2 0 0 0 0 1 1";
    expect(() => parseSwc(text, { file: "f", limits })).toThrow(
      expect.objectContaining({ tag: "format/too-many-entries" }),
    );
  });

  it("when damaged end in a FormatError or are read", () => {
    let refused = 0;
    for (const bytes of mutations(Buffer.from(small), 5, 200)) {
      try {
        expect(parse(Buffer.from(bytes).toString("latin1")).count).toBeLessThan(20);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});
