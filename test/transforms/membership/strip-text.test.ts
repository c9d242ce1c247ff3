import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codePoints } from "../../../src/transforms/membership/code-points.js";
import { STRIP_LEVELS, stripRule } from "../../../src/transforms/membership/strip-rules.js";
import { stripText } from "../../../src/transforms/membership/strip-text.js";

const filler = Array.from({ length: 400 }, (_, i) => `It was sentence number ${i} of the story.`).join("\n");

const book = (head: string, tail = "", body = filler) =>
  "Title: A Book\nProduced by: Nobody\n\n*** START OF THE PROJECT GUTENBERG EBOOK A\nBOOK ***\n\n\n" +
  `${head}\n\n\n\nA BOOK\n\n${body}\n\n${tail}\n\n*** END OF THE PROJECT GUTENBERG EBOOK A BOOK ***\nLicence\n` +
  "*** END: FULL LICENSE ***\n";

const credits = (head: string, tail = "", body = filler) =>
  stripText(book(head, tail, body), "credits", "gutenberg").text;

describe("strip levels", () => {
  it("none changes nothing", () => {
    const text = book("Produced by A", "End of Project Gutenberg's A Book");
    expect(stripText(text, "none", "gutenberg")).toEqual({ text, stripped: 0 });
  });

  it("markers keeps what stands between them, over a title that wraps", () => {
    const text = book("Produced by A");
    const found = stripText(text, "markers", "gutenberg");
    expect(found.text).toBe(`Produced by A\n\n\n\nA BOOK\n\n${filler}`);
    expect(found.stripped).toBe(text.length - found.text.length);
  });

  it.each([
    ["Produced by Sharon Partridge and Martin Ward. HTML version\nby Al Haines."],
    ["E-text transcribed by Steve Menyhert, proof-read by Meredith Ricker and\nJohn Hamm, M.D."],
    ["E-text prepared by Lionel Sear"],
    ["This etext was produced by Jared Fuller."],
    ["Transcribed from the 1908 Longmans, Green, and Co. edition by David\nPrice, email ccx074@pglaf.org"],
    [
      "Produced by David Edwards and the Online Distributed\nProofreading Team at http://www.pgdp.net (This file was\nproduced from images available at The Internet Archive)",
    ],
    [
      "Produced by Charles Bowen from page scans provided by Google Books\n\nPage scan source:\n    https://books.google.com/books?id=x",
    ],
    ["[Note: 'A Book' was originally published in 1877. This etext was\ntranscribed from an edition of 1911.]"],
    ["[The text is take from the first American appearance of this book.]"],
    ["Transcriber\u2019s Note: Italic text is denoted by _underscores_."],
    ["  Transcriber's Note\n  Italic text displayed as: _italic_"],
    [
      "Transcriber\u2019s Note: Some words were omitted:\n\n\u201cSydney! Sydney!\u201d Mildred said.\n\nThat other edition also gave the name.",
    ],
    ["[Transcriber\u2019s Note:\n\nTwo paragraphs [and brackets].]"],
  ])("credits takes out %j at the head", (head) => {
    expect(credits(head)).toBe(`A BOOK\n\n${filler}`);
  });

  it.each([
    ["End of the Project Gutenberg EBook of A Book, by\nSomebody"],
    ["End of The Project Gutenberg Etext of A Book, by Somebody"],
    ["End of Project Gutenberg's A Book, by Somebody"],
    ["TRANSCRIBER\u2019S NOTES\n\n\n 1. Silently corrected errors.\n\n\n\nEnd of the Project Gutenberg EBook of A"],
    ["------------------------\n\n            TRANSCRIBER\u2019S NOTES\n\n 1. One.\n\n\n\n 2. Two."],
    ["     [Transcriber's Note: No Chapter X. heading in original text.]"],
    [
      "    *       *       *       *       *\n\n[Transcriber\u2019s note\u2014the following changes:\n\nPage 23\u2014it to if]",
    ],
  ])("credits takes out %j at the tail", (tail) => {
    expect(credits("", tail)).toBe(`A BOOK\n\n${filler}`);
  });

  it("credits takes out advertisements behind the end, and nothing else behind it", () => {
    const ads =
      "THE END.\n\n\nNEW NOVELS. Price ten cents.\n\n  1--Hawkeye Harry.\n  2--Dead Shot.\n\nBEADLE, Publishers.";
    expect(credits("", ads)).toBe(`A BOOK\n\n${filler}\n\nTHE END.`);
    const notes = `THE END.\n\n\nNOTES\n\n${"A note on the second chapter, of some length and of no worth at all. ".repeat(20)}`;
    expect(credits("", notes)).toBe(`A BOOK\n\n${filler}\n\n${notes.trimEnd()}`);
  });

  it("leaves such words alone in the middle of a text", () => {
    const middle = `${filler}\n\n${filler}\n\nProduced by magic, the note of the transcriber lay there.\n\nTranscriber's Note\n\n${filler}\n\n${filler}`;
    expect(credits("", "", middle)).toBe(`A BOOK\n\n${middle}`);
  });

  it("of a paragraph that is the whole text it takes the line alone", () => {
    const long = `Produced by A. Volunteer\n${filler}`;
    expect(stripText(long, "credits", "collection").text).toBe(filler);
  });

  it("typography folds quotes, dashes, blanks and takes out illustrations and underscores", () => {
    const text =
      "  _Yes_, \u201cshe\u2019s here\u201d\u2014and\u2026 1914\u20131918 --- far\n\n\n\n[Illustration: A [small] picture\n\nof him]\n\n\u2018No\u2019\u00a0  no.";
    expect(stripText(text, "typography", "plain").text).toBe(
      "Yes, \"she's here\"--and... 1914-1918 -- far\n\n'No' no.",
    );
  });

  it("touches the letters, not the lines, of markup formats", () => {
    const text = "Produced by a cell.\n\nThe \u201cInternet Archive\u201d.";
    expect(stripText(text, "credits", "jats").text).toBe(text);
    expect(stripText(text, "typography", "latex").text).toBe('Produced by a cell.\n\nThe "Internet Archive".');
  });

  it("says which marker is missing, where there must be one", () => {
    expect(stripText("no marker", "markers", "gutenberg").missing).toBe("start");
    const start = "*** START OF THE PROJECT GUTENBERG EBOOK A ***\nbody";
    expect(stripText(start, "credits", "gutenberg").missing).toBe("end");
    expect(stripText(start, "markers", "collection").text).toBe("body");
    expect(stripText("no marker", "markers", "plain")).toEqual({ text: "no marker", stripped: 0 });
  });

  it("each level takes out no less than the one before, and counts it", () => {
    const piece = fc.constantFrom(
      "Produced by X",
      "THE END",
      "[Illustration]",
      "\n\n",
      "\n\n\n\n",
      "word",
      "\u{1f600}",
      "\u201cq\u201d",
      "Transcriber's Note: a",
      "End of Project Gutenberg's Y",
      "[unclosed",
      "_i_",
      "\n",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        let before = 0;
        for (const level of STRIP_LEVELS) {
          const { text: left, stripped } = stripText(text, level, "plain");
          if (level === "typography") continue; // what is folded is not counted
          expect(stripped).toBeGreaterThanOrEqual(before);
          expect(codePoints(left) + stripped).toBe(codePoints(text));
          before = stripped;
        }
      }),
    );
  });

  it("a rule names its level and changes with the level", () => {
    const rules = [...STRIP_LEVELS, "markers_published" as const].map(stripRule);
    expect(new Set(rules.map((rule) => rule.split("@")[1])).size).toBe(5);
    expect(stripRule("credits")).toMatch(/^credits@[0-9a-f]{12}$/);
  });

  it("takes time in proportion to hostile texts", () => {
    for (const unit of ["\n", " ", "[", "[illustration ", "* * *\n", "THE END\n", "-", "\n \n"]) {
      const text = unit.repeat(200_000 / unit.length);
      expect(stripText(text, "typography", "plain").stripped).toBeLessThanOrEqual(200_000);
    }
  });
});
