import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NeurotablesError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { jats } from "../../../src/loaders/membership/jats.js";
import { readArticle } from "../../../src/loaders/membership/load-article.js";
import { loadFiles, refusal } from "./support/load-below.js";

const path = "papers/journal.x.1.xml";

const FRONT = `<front>
  <journal-meta><journal-title-group><journal-title>X Biology</journal-title></journal-title-group></journal-meta>
  <article-meta>
    <article-id pub-id-type="pmid">1</article-id><article-id pub-id-type="doi">10.1/x.1</article-id>
    <title-group><article-title>On <italic>C. elegans</italic>
      &amp; friends</article-title></title-group>
    <contrib-group>
      <contrib contrib-type="author"><name><surname>Drummond</surname><given-names>Alexei J</given-names></name></contrib>
      <contrib contrib-type="author"><collab>The Group</collab></contrib>
      <contrib contrib-type="editor"><name><surname>Penny</surname></name></contrib>
    </contrib-group>
    <pub-date pub-type="collection"><month>5</month><year>2006</year></pub-date>
    <pub-date pub-type="epub"><day>14</day><month>3</month><year>2006</year></pub-date>
    LICENSE
  </article-meta></front>`;
const BY = "Distributed under the terms of the Creative Commons Attribution License, which permits use.";

function article(
  body: string,
  { permissions = `<permissions><license><license-p>${BY}</license-p></license></permissions>` } = {},
) {
  return `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD Journal Publishing DTD v3.0 20080202//EN" "http://dtd.nlm.nih.gov/x.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="m" article-type="research-article" xml:lang="EN">
${FRONT.replace("LICENSE", permissions)}
<body>${body}</body>
<back><ref-list><ref>gone</ref></ref-list></back></article>`;
}

const read = (xml: string, formulas: "drop" | "text" = "drop") =>
  readArticle(xml, { file: "a.xml", limits: DEFAULT_LIMITS, formulas, dates: ["epub"] });
const textOf = (body: string, formulas?: "drop" | "text") => read(article(body), formulas).text;

describe("the text of an article", () => {
  it("has paragraphs and headings on lines, a blank one before a section", () => {
    const body = `<sec id="s1"><title>Introduction</title><p>One
      <italic>two</italic>&mdash;three<sup>2</sup> [<xref>1</xref>].</p><p>Four.</p>
      <sec><title>Sub</title><p>Five.</p></sec></sec><sec><title>Methods</title></sec>`;
    expect(textOf(body)).toBe("Introduction\nOne two—three2 [1].\nFour.\n\nSub\nFive.\n\nMethods");
  });

  it("drops tables, back matter, identifiers and comments; keeps captions and lists", () => {
    const body = `<p>A <table-wrap><label>Table 1</label><table><tr><td>1</td></tr></table></table-wrap> b.
      <fig><object-id pub-id-type="doi">10.1/g1</object-id><label>Figure 1</label><caption><title>Cap.</title>
      <p>Long.</p></caption><graphic/></fig><!-- &Thetas; <x> -->
      <list><list-item><label>1.</label><p>one</p></list-item><list-item><p>two</p></list-item></list></p>`;
    expect(textOf(body)).toBe("A b.\nFigure 1 Cap.\nLong.\n1. one\ntwo");
    expect(read(article(body))).toMatchObject({ tables: 1, formulas: 0 });
  });

  const FORMULAS = `<p>If <inline-formula><mml:math><mml:mrow> <mml:mi>x</mml:mi>
      <mml:mo>&le;</mml:mo><mml:mn>2</mml:mn></mml:mrow></mml:math></inline-formula> then
      <disp-formula><label>(1)</label><alternatives><graphic/><mml:math><mml:mi>y</mml:mi></mml:math>
      <tex-math>$$y$$</tex-math></alternatives></disp-formula>and
      <inline-formula><tex-math>\\documentclass{x}\\begin{document}$z$\\end{document}</tex-math></inline-formula>
      <disp-formula><graphic/></disp-formula>.</p>`;

  it("leaves formulas out or takes their text, of alternatives one", () => {
    expect(textOf(FORMULAS)).toBe("If then and .");
    expect(textOf(FORMULAS, "text")).toBe("If x≤2 then (1) y and $z$ .");
    expect(read(article(FORMULAS)).formulas).toBe(4);
    expect(read(article(FORMULAS), "text").formulas).toBe(4);
  });

  it("is that of the article alone, not of its sub-articles", () => {
    const sub = "<sub-article><front-stub/><body><p>Reply.</p></body></sub-article></article>";
    expect(read(article("<p>Text.</p>").replace("</article>", sub)).text).toBe("Text.");
  });

  it("keeps the words of paragraphs in order, whatever is nested around them", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const inline = fc.constantFrom("italic", "bold", "xref", "named-content", "ext-link");
    const run = fc.tuple(word, inline, fc.boolean()).map(([text, tag, wrapped]) => ({
      text,
      xml: wrapped ? `<${tag}>${text}</${tag}>` : text,
    }));
    fc.assert(
      fc.property(fc.array(fc.array(run, { minLength: 1 }), { minLength: 1 }), (paragraphs) => {
        const body = paragraphs.map((runs) => `<p>${runs.map(({ xml }) => xml).join("\n ")}</p>`).join("");
        expect(textOf(`<sec>${body}</sec>`)).toBe(
          paragraphs.map((runs) => runs.map(({ text }) => text).join(" ")).join("\n"),
        );
      }),
    );
  });

  it("is refused with a tag where the XML is cut or a piece of it is gone", () => {
    const xml = article("<sec><title>T</title><p>One &mdash; <italic>two</italic>.</p></sec>");
    fc.assert(
      fc.property(fc.nat(xml.length), fc.nat(40), (at, length) => {
        try {
          read(xml.slice(0, at) + xml.slice(at + length));
        } catch (error) {
          expect(error).toBeInstanceOf(NeurotablesError);
        }
      }),
    );
  });
});

describe("loading articles", () => {
  it("carries metadata and text", async () => {
    const trace = await loadFiles(jats, { [path]: article("<p>Text.</p>") });
    expect(trace.drops).toEqual([]);
    expect(trace.rows.document_record).toMatchObject([
      {
        doc_id: "journal.x.1",
        kind: "paper",
        format: "jats",
        title: "On C. elegans & friends",
        authors: ["Alexei J Drummond", "The Group"],
        language: "en",
        license: "CC-BY",
        license_url: null,
        date: "2006-03-14",
        date_precision: "day",
        publication_year: 2006,
        publication_year_basis: "date",
        declared_encoding: "utf-8",
        encoding: "utf-8",
      },
    ]);
    expect(JSON.parse(String(trace.rows.document_record?.[0]?.header))).toEqual({
      article_type: "research-article",
      doi: "10.1/x.1",
      formulas: 0,
      formulas_kept: false,
      journal: "X Biology",
      license_statement: BY,
      tables_dropped: 0,
    });
    expect(trace.rows.text_record).toEqual([{ doc_id: "journal.x.1", text: "Text." }]);
  });

  const licenceOf = (permissions: string) => {
    const { license, licenseUrl } = read(
      article("<p>x</p>", { permissions: `<permissions>${permissions}</permissions>` }),
    ).front;
    return [license, licenseUrl];
  };

  it.each([
    [
      '<license xlink:href="http://creativecommons.org/licenses/by/4.0/"><license-p>x</license-p></license>',
      "CC-BY-4.0",
    ],
    ['<license xlink:href="https://creativecommons.org/licenses/by-nc-nd/3.0/"/>', "CC-BY-NC-ND-3.0"],
    ['<license xlink:href="https://creativecommons.org/publicdomain/zero/1.0/"/>', "CC0-1.0"],
    ["<license><license_ref>http://creativecommons.org/licenses/by-sa/4.0/</license_ref></license>", "CC-BY-SA-4.0"],
    ["<license><license-p>the Creative Commons Attribution-NonCommercial License</license-p></license>", "CC-BY-NC"],
    [
      "<license><license-p>Creative Commons Attribution Non Commercial No Derivatives</license-p></license>",
      "CC-BY-NC-ND",
    ],
    [
      "<license><license-p>made available under the Creative Commons CC0 public domain</license-p></license>",
      "CC0-1.0",
    ],
    ["<license><license-p>All rights reserved.</license-p></license>", "All rights reserved."],
    ["", null],
  ])("reads the licence %s", (permissions, expected) => {
    expect(licenceOf(permissions)[0]).toBe(expected);
  });

  it("takes the dates that are asked for, in their order", async () => {
    const parameters = { dates: ["ppub", "collection"] };
    const trace = await loadFiles(jats, { [path]: article("<p>x</p>") }, { parameters });
    expect(trace.rows.document_record).toMatchObject([{ date: "2006-05-01", date_precision: "month" }]);
    const none = await loadFiles(jats, { [path]: article("<p>x</p>") }, { parameters: { dates: ["ppub"] } });
    expect(none.rows.document_record).toMatchObject([{ date: null, publication_year: null }]);
    expect(none.drops).toMatchObject([{ reason: "no_release_date", scope: "value", count: 0 }]);
    const newer = article("<p>x</p>").replace('pub-type="epub"', 'date-type="pub" publication-format="electronic"');
    expect(read(newer).front.date?.date).toBe("2006-03-14");
  });

  it("refuses what is no article, or has no text, or an unknown entity", async () => {
    const tag = async (xml: string | Uint8Array) => (await refusal(jats, { [path]: xml })).tag;
    expect(await tag("<html/>")).toBe("load/not-jats");
    expect(await tag("<article/>")).toBe("load/not-jats");
    expect(await tag(article("<p>x</p>").replace(/<body>.*<\/body>/s, ""))).toBe("load/no-body");
    expect(await tag(article("<p> </p>"))).toBe("load/empty-document");
    expect(await tag("")).toBe("load/empty-document");
    expect(await tag("not XML")).toBe("format/xml-syntax");
    expect(await tag(Buffer.from(article("<p>é</p>"), "latin1"))).toBe("load/undecodable");
    const unknown = await refusal(jats, { [path]: article("<p>x\n&nosuch;</p>") });
    expect(unknown).toMatchObject({ tag: "format/xml-entity", fields: { file: path } });
    expect(unknown.message).toContain("&nosuch;");
    const latin = article("<p>é</p>").replace("utf-8", "ISO-8859-1");
    const { rows } = await loadFiles(jats, { [path]: Buffer.from(latin, "latin1") });
    expect(rows.text_record).toMatchObject([{ text: "é" }]);
  });
});
