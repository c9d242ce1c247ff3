import { describe, expect, it } from "vitest";
import { decimal, element, escapeXml, group, PathData } from "../../src/plots/svg.js";

describe("an SVG element", () => {
  it("is written with escaped values, short numbers, and without what is undefined", () => {
    expect(element("rect", { x: 1 / 3, y: -0.0001, fill: 'a"<&>', stroke: undefined })).toBe(
      '<rect x="0.33" y="0" fill="a&quot;&lt;&amp;&gt;"/>',
    );
    expect(element("g", {}, "<a/>", "<b/>")).toBe("<g><a/><b/></g>");
    expect(group({}, [])).toBe("");
  });

  it("holds no character that XML forbids", () => {
    expect(escapeXml("a\u0000b\u001b[2J\ud800c\u{1f9e0}\t")).toBe("a\ufffdb\ufffd[2J\ufffdc\u{1f9e0}\t");
  });

  it("has path data in absolute moves", () => {
    const path = new PathData();
    expect(path.isEmpty).toBe(true);
    path.move(0, 1.005).line(2, -3).rectangle(1, 1, 2, 3);
    expect(path.toString()).toBe("M0 1L2 -3M1 1h2v3h-2z");
    expect(decimal(-0)).toBe("0");
  });
});
