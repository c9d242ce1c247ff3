import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadError } from "../../../src/base/errors.js";
import { cleanLatex, latexArgument } from "../../../src/loaders/membership/clean-latex.js";
import { latex } from "../../../src/loaders/membership/latex.js";
import { loadFiles, refusal } from "./support/load-below.js";

const clean = (text: string) => cleanLatex(text, "a.tex")?.text;

const PAPER = String.raw`\documentclass{article}
\newcommand{\R}{\mathbb{R}}
\newcommand*{\model}[0]{Deep \R{}
Model}
\newcommand{\vect}[1]{\mathbf{#1}}
\def\half{0.5}
\title{On \\ Things}
\begin{document}
\begin{abstract} gone \end{abstract}
% a comment line
\section*{Introduction}
We use 50\% of \model{} in $\R^n$, % to the end
\vect{x} and \half, but \Real stays.
  % another comment line
\input{part2}
\bibliography{refs}
\section{After} gone
\end{document}
`;

describe("cleaning LaTeX", () => {
  it("drops preamble, comments and bibliography and expands macros without arguments", () => {
    expect(clean(PAPER)).toBe(
      String.raw`\section*{Introduction}
We use 50\% of Deep \mathbb{R}{}
Model{} in $\mathbb{R}^n$, 
\vect{x} and 0.5, but \Real stays.
\input{part2}`,
    );
    expect(cleanLatex(PAPER, "a.tex")).toMatchObject({ macros: 3, inputs: ["part2"] });
    expect(latexArgument(PAPER, "title")).toBe("On Things");
    expect(latexArgument("% \\title{no}\n\\title[short]{A {B} C}", "title")).toBe("A {B} C");
    expect(latexArgument("\\title{never closed", "title")).toBeNull();
  });

  it.each([
    ["\\begin{thebibliography}{9}"],
    ["\\begin{references}"],
    ["\\bibliography{a}"],
    ["\\appendix"],
    ["\\printbibliography"],
  ])("ends at %s", (tail) => {
    expect(clean(`\\section{A} text ${tail} more`)).toBe("\\section{A} text");
  });

  it("keeps an escaped percent sign and the end of a line", () => {
    expect(clean("\\section{A}\n5\\% \\\\% gone\nb")).toBe("\\section{A}\n5\\% \\\\\nb");
  });

  it("finds no section in macros, parts and comments", () => {
    expect(clean("\\newcommand{\\a}{b}")).toBeUndefined();
    expect(clean("% \\section{A}\ntext")).toBeUndefined();
    expect(clean("\\sectional{A}")).toBeUndefined();
  });

  it("does not follow macros that name themselves, nor a bomb", () => {
    expect(clean("\\def\\a{\\b}\\def\\b{\\a!}\\section{A} \\a")).toBe("\\section{A} \\a!");
    const names = [..."abcdefghijklmno"].map((letter) => `\\x${letter}`);
    const bomb = names.map((name, i) => `\\def${name}{${(names[i + 1] ?? "boom").repeat(12)}}`).join("\n");
    expect(() => clean(`${bomb}\n\\section{A} \\xa`)).toThrow(LoadError);
  });

  it("leaves a definition in the body a definition", () => {
    expect(clean("\\section{A} \\def\\a{x} \\a \\renewcommand{\\a}{x}")).toBe(
      "\\section{A} \\def\\a{x} x \\renewcommand{\\a}{x}",
    );
  });

  it("keeps text without markup as it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z .,\n{}$]{0,60}$/), (text) => {
        expect(clean(`preamble \\section{A}${text}`)).toBe(`\\section{A}${text}`.trim());
      }),
    );
  });

  it("ends for any text, in bounds", () => {
    const piece = fc.oneof(
      fc.constantFrom("\\def\\a{", "\\newcommand{\\b}", "{", "}", "\\a", "\\b", "%", "\n", "\\section{", "\\", "[1]"),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        expect((clean(text) ?? "").length).toBeLessThanOrEqual(text.length * 17 + 1_000_000);
      }),
    );
  });
});

describe("loading LaTeX", () => {
  it("carries the cleaned text, and notes files that are not read", async () => {
    const parameters = { pattern: "^(?<year>[0-9]{2})(?<month>[0-9]{2})[.][0-9]{4,5}" };
    const trace = await loadFiles(latex, { "arxiv/2303.00001.tex": PAPER }, { parameters });
    expect(trace.rows.document_record).toMatchObject([
      {
        doc_id: "2303.00001",
        kind: "paper",
        format: "latex",
        title: "On Things",
        date: "2023-03-01",
        date_precision: "month",
        publication_year: 2023,
        newline: "lf",
      },
    ]);
    expect(trace.rows.text_record?.[0]?.text).toMatch(/^\\section\*\{Introduction\}/);
    expect(trace.drops).toMatchObject([{ scope: "value", reason: "not_read", detail: "part2", count: 0 }]);
  });

  it("refuses a file without a section, and bytes that are no text", async () => {
    expect((await refusal(latex, { "macros.tex": "\\newcommand{\\a}{b}" })).tag).toBe("load/no-section");
    expect((await refusal(latex, { "a.tex": "\\section{A}\0" })).tag).toBe("load/undecodable");
    expect((await refusal(latex, { "a.tex": " " })).tag).toBe("load/empty-document");
  });
});
