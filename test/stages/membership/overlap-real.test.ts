import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stripText } from "../../../src/transforms/membership/strip-text.js";
import { realData } from "../../support/real-data.js";
import { runOverlap } from "./support/overlap-run.js";

const data = realData("membership");

function texts(folder: "gutenberg" | "novels"): [string, string][] {
  return readdirSync(data.path(folder)).map((name) => {
    const bytes = readFileSync(data.path(folder, name));
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      text = new TextDecoder("windows-1252").decode(bytes);
    }
    const format = folder === "gutenberg" ? "gutenberg" : "plain";
    return [name.replace(/\.txt$/, ""), stripText(text.replaceAll("\r\n", "\n"), "markers", format).text];
  });
}

describe.skipIf(!data.present)(`overlap of real books${data.reason}`, () => {
  const books = data.present ? [...texts("gutenberg"), ...texts("novels")] : [];
  // Made with Python: sets of re.findall("[a-z']+", text.lower()) in runs of 13.
  it("finds the same book twice and the advertisements of a publisher, and nothing else", async () => {
    const { pairs, clusters } = await runOverlap(books);
    const found = pairs.map((row) => [row.doc_a, row.doc_b, Number(row.shared), Number(row.n_a), Number(row.n_b)]);
    expect(found.sort()).toEqual([
      ["cs-haggard_she_1887", "pg3155", 112887, 113190, 113305],
      ["pg61514", "pg66708", 2322, 56311, 52454],
      ["pg61514", "pg66718", 147, 56311, 65684],
      ["pg66708", "pg66718", 183, 52454, 65684],
    ]);
    expect(pairs.filter((row) => row.clustered).map((row) => row.doc_a)).toEqual(["cs-haggard_she_1887"]);
    expect(clusters.filter((row) => row.n_documents > 1)).toEqual([
      { doc_id: "cs-haggard_she_1887", cluster_id: "cs-haggard_she_1887", n_documents: 2 },
      { doc_id: "pg3155", cluster_id: "cs-haggard_she_1887", n_documents: 2 },
    ]);
  });

  it("finds them in a sample of one in 64", async () => {
    const { pairs } = await runOverlap(books, { sampling: 64, report: 0.02 });
    const found = Object.fromEntries(pairs.map((row) => [`${row.doc_a} ${row.doc_b}`, row.containment]));
    expect(Object.keys(found).sort()).toEqual(["cs-haggard_she_1887 pg3155", "pg61514 pg66708"]);
    expect(found["cs-haggard_she_1887 pg3155"]).toBeGreaterThan(0.98);
    expect(found["pg61514 pg66708"]).toBeGreaterThan(0.02);
    expect(found["pg61514 pg66708"]).toBeLessThan(0.08);
  });
});
