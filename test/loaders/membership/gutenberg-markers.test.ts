import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMarkers } from "../../../src/loaders/membership/gutenberg-markers.js";

function body(text: string): string {
  const { start, end } = findMarkers(text);
  return text.slice(start?.to ?? 0, end?.from ?? text.length);
}

const STYLES = [
  (word: string) => `*** ${word} OF THIS PROJECT GUTENBERG EBOOK EMMA ***`,
  (word: string) => `*** ${word} OF THE PROJECT GUTENBERG EBOOK, EMMA ***`,
  (word: string) => `***${word} OF THE PROJECT GUTENBERG EBOOK EMMA***`,
  (word: string) => `*** ${word} OF THE PROJECT GUTENBERG EBOOK THE ADVENTURES OF A\nGENTLEMAN AND HIS\nDRAKE ***`,
];

describe("markers of Project Gutenberg", () => {
  it.each(STYLES)("are found in every style, wrapped ones whole", (style) => {
    const text = `Title: Emma\n\n${style("START")}\n\nBody\nof it.\n\n${style("END")}\n\nLicence\n`;
    expect(body(text)).toBe("\nBody\nof it.\n\n");
    const { start } = findMarkers(text);
    expect(text.slice(start?.from, start?.to)).toBe(`${style("START")}\n`);
  });

  it("are none of the decoys", () => {
    const decoys = [
      "*** START: FULL LICENSE ***",
      "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN EBOOKS**START***",
      "***** This file should be named 8676-8.txt *****",
      "*** END: FULL LICENSE ***",
      "say *** START OF THE PROJECT GUTENBERG EBOOK ***",
    ];
    expect(findMarkers(decoys.join("\n"))).toEqual({});
    const [start, end] = [STYLES[0]?.("START"), STYLES[2]?.("END")];
    expect(body(`${start}\nBody\n${end}\n${decoys.join("\n")}\n${end}\n`)).toBe("Body\n");
  });

  it("take the first END behind the first START", () => {
    const [start, end] = [STYLES[0]?.("START"), STYLES[0]?.("END")];
    expect(body(`${end}\n${start}\nOne\n${start}\nTwo\n${end}\nThree\n${end}\n`)).toBe(`One\n${start}\nTwo\n`);
  });

  it("fall back on the end of the small print for a header without START line", () => {
    const print = "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*";
    expect(body(`Header\n${print}\nBody\n`)).toBe("Body\n");
    expect(body(`Header\n${print}\n${STYLES[0]?.("START")}\nBody\n`)).toBe("Body\n");
  });

  it("end with their first line where they are never closed", () => {
    expect(body("*** START OF THE PROJECT GUTENBERG EBOOK EMMA\n\nBody ***\n")).toBe("\nBody ***\n");
    expect(body("*** START OF THE PROJECT GUTENBERG EBOOK\na\nb\nc ***\n")).toBe("a\nb\nc ***\n");
  });

  it("do not swallow what stands behind the closing asterisks, nor a marker in the next line", () => {
    expect(body("*** START OF THE PROJECT GUTENBERG EBOOK EMMA *** Body")).toBe(" Body");
    expect(body("*** START OF THE PROJECT GUTENBERG EBOOK EMMA\n*** END OF THE PROJECT GUTENBERG EBOOK EMMA ***")).toBe(
      "",
    );
  });

  it("bound any body that holds no marker", () => {
    const line = fc.stringMatching(/^[A-Za-z*. ]{0,30}$/).filter((each) => !/GUTENBERG|SMALL PRINT/.test(each));
    const style = fc.constantFrom(...STYLES);
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.array(line), style, style, (before, lines, after, one, two) => {
        const inside = lines.map((each) => `${each}\n`).join("");
        const text = `${before.join("\n")}\n${one("START")}\n${inside}${two("END")}\n${after.join("\n")}`;
        expect(body(text)).toBe(inside);
      }),
    );
  });
});
