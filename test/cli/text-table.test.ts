import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ageText, byteText, countText, durationText, pluralText } from "../../src/cli/quantities.js";
import { layoutTable, textTable } from "../../src/cli/text-table.js";
import { cutText, padText, textWidth, visibleText } from "../../src/cli/text-width.js";

describe("the width of a text", () => {
  it.each([
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["線虫", 4],
    ["🪱", 2],
    ["👩‍🔬", 2],
    ["\u001b[31mred\u001b[39m", 3],
    ["", 0],
  ])("%j is %i", (text, width) => expect(textWidth(text)).toBe(width));

  it("is kept by cutting and padding, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }).map(visibleText), fc.integer({ min: 1, max: 30 }), (text, width) => {
        const cut = cutText(text, width);
        expect(textWidth(cut)).toBeLessThanOrEqual(width);
        expect(textWidth(padText(cut, width, "right"))).toBe(width);
        if (textWidth(text) <= width) expect(cut).toBe(text);
      }),
    );
  });
});

describe("text from data", () => {
  it("cannot control a terminal", () => {
    expect(visibleText("a\u001b[2Jb\nc\td\re\u0007\u009b\u202e")).toBe("a\\u001b[2Jb\\nc\\td\\re\\u0007\\u009b\\u202e");
  });
});

describe("a table", () => {
  const columns = [
    { name: "name", align: "left" as const },
    { name: "n", align: "right" as const },
    { name: "note", align: "left" as const },
  ];

  it("is aligned", () => {
    expect(
      textTable(columns, [
        ["線虫", "1", "x"],
        ["b", "1,000", ""],
      ]),
    ).toBe("name      n  note\n線虫      1  x\nb     1,000\n");
  });

  it("leaves a column whole that says so, and cuts the others", () => {
    const whole = columns.map((column) => (column.name === "name" ? { ...column, whole: true } : column));
    const rows = [["a".repeat(30), "1", "b".repeat(20)]];
    expect(layoutTable(whole, rows, 45)).toEqual({ widths: [30, 1, 10], cut: ["note"], hidden: [] });
    expect(layoutTable(whole, rows, 36)).toEqual({ widths: [30, 1], cut: [], hidden: ["note"] });
  });

  it("is cut at its widest columns to fit, and hides what cannot fit", () => {
    const rows = [["a".repeat(40), "1", "b".repeat(20)]];
    const layout = layoutTable(columns, rows, 40);
    expect(layout).toEqual({ widths: [17, 1, 18], cut: ["name", "note"], hidden: [] });
    expect(
      textTable(columns, rows, { available: 40 })
        .split("\n")
        .every((line) => line.length <= 40),
    ).toBe(true);
    expect(layoutTable(columns, rows, 10).hidden).toEqual(["note"]);
  });

  it("never passes the width, for any cells", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: 3, maxLength: 3 })),
        fc.integer({ min: 20, max: 80 }),
        (rows, available) => {
          for (const line of textTable(columns, rows, { available }).split("\n"))
            expect(textWidth(line)).toBeLessThanOrEqual(available);
        },
      ),
    );
  });
});

describe("quantities", () => {
  it("are written for people", () => {
    expect([0, 999, 1000, 1234567].map(countText)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect([0, 999, 1000, 99_950, 1.5e9].map(byteText)).toEqual(["0 B", "999 B", "1.00 kB", "100 kB", "1.50 GB"]);
    expect([0.004, 9.99, 12.34, 125, 7384].map(durationText)).toEqual([
      "0.00 s",
      "9.99 s",
      "12.3 s",
      "2 min 05 s",
      "2 h 03 min",
    ]);
    expect([5, 90, 7200, 90_000, 1e6].map(ageText)).toEqual([
      "now",
      "1 min ago",
      "2 h ago",
      "1 day ago",
      "11 days ago",
    ]);
    expect([pluralText(1, "row"), pluralText(1200, "row"), pluralText(2, "process")]).toEqual([
      "1 row",
      "1,200 rows",
      "2 processes",
    ]);
  });
});
