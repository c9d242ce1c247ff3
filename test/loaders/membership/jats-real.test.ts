import { readFileSync } from "node:fs";
import { encode } from "gpt-tokenizer/encoding/r50k_base";
import { describe, expect, it } from "vitest";
import { jats } from "../../../src/loaders/membership/jats.js";
import { realData } from "../../support/real-data.js";
import { loadSources, sourceFile } from "./support/load-below.js";

const data = realData("membership");

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly author: string | null;
  readonly release_date: string;
  readonly publication_year: number;
  readonly path: string;
  readonly license_text?: string;
}

const papers: readonly Listed[] = data.present
  ? JSON.parse(readFileSync(data.path("SOURCES.json"), "utf8")).documents.filter(({ kind }: Listed) => kind === "paper")
  : [];

const load = async ({ path }: Listed, formulas: "drop" | "text") => {
  const trace = await loadSources(jats, [sourceFile(`membership/${path}`, data.path(path))], {
    parameters: { formulas },
  });
  expect(trace.drops).toEqual([]);
  const [record] = trace.rows.document_record ?? [];
  return { record, text: String(trace.rows.text_record?.[0]?.text), header: JSON.parse(String(record?.header)) };
};

describe.skipIf(!data.present)(`the real articles${data.reason}`, () => {
  it("are all there", () => {
    expect(papers).toHaveLength(24);
  });

  it.each(papers)("$id has the epub date, authors, licence and text of its body", async (paper) => {
    const { record, text, header } = await load(paper, "drop");
    const withUrl = record?.license_url !== null;
    expect(record).toMatchObject({
      doc_id: paper.id,
      kind: "paper",
      format: "jats",
      title: paper.title,
      language: "en",
      date: paper.release_date,
      date_precision: "day",
      publication_year: paper.publication_year,
      publication_year_basis: "date",
      license: withUrl ? "CC-BY-4.0" : "CC-BY",
      encoding: "utf-8",
      newline: "lf",
    });
    const [first] = (record?.authors as string[] | undefined) ?? [];
    expect(first?.endsWith(paper.author?.replace(/ (et al\.|and .*)$/, "") ?? first)).toBe(true);
    expect(header).toMatchObject({ article_type: "research-article", doi: `10.1371/${paper.id}` });
    expect(header.license_statement.startsWith(paper.license_text?.slice(0, 150))).toBe(true);
    expect(/<\/?[a-z-]+[ >]|[\r\t\ufeff]|&[a-z]+;| {2}| \n|\n{3}/.exec(text)?.[0]).toBeUndefined();
    expect(text.includes("object-id")).toBe(false);
  });

  it("hold between 4,000 and 18,000 tokens of GPT-2, two of them fewer than 5,000, as measured before", async () => {
    const counts = new Map<string, number>();
    for (const paper of papers) counts.set(paper.id, encode((await load(paper, "drop")).text).length);
    const short = [...counts].filter(([, count]) => count <= 5000).map(([id]) => id);
    expect(short.sort()).toEqual(["journal.pone.0008915", "journal.pone.0119705"]);
    expect([...counts.values()].filter((count) => count > 5000 && count < 6100)).toHaveLength(4);
    expect(Math.max(...counts.values())).toBeLessThan(18_000);
  });

  it("have tables in 15 and formulas with text in some", async () => {
    const headers = [];
    let longer = 0;
    for (const paper of papers) {
      const [without, with_] = [await load(paper, "drop"), await load(paper, "text")];
      headers.push(without.header);
      expect(with_.header.formulas).toBe(without.header.formulas);
      if (with_.text.length > without.text.length) longer += 1;
    }
    expect(headers.filter(({ tables_dropped }) => tables_dropped > 0)).toHaveLength(15);
    expect(headers.filter(({ formulas }) => formulas > 0)).toHaveLength(14);
    expect(longer).toBeGreaterThanOrEqual(8);
  });
});
