import { gzipSync } from "node:zlib";
import { Table, tableToIPC, vectorFromArray } from "apache-arrow";
import type { Limits } from "../../src/base/limits.js";
import { readXml } from "../../src/formats/xml/xml-reader.js";
import type { Loader } from "../../src/loaders/loader.js";
import { collection } from "../../src/loaders/membership/collection.js";
import { gutenberg } from "../../src/loaders/membership/gutenberg.js";
import { jats } from "../../src/loaders/membership/jats.js";
import { latex } from "../../src/loaders/membership/latex.js";
import { manifest } from "../../src/loaders/membership/manifest.js";
import { plainText } from "../../src/loaders/membership/plain-text.js";
import { loadFiles } from "../loaders/membership/support/load-below.js";
import { changedJson } from "./structures.js";
import type { FuzzTarget } from "./targets.js";

const SHARE = 0.15;
const texts = (...all: string[]) => all.map((each) => Buffer.from(each));

const BOOK = `\ufeffThe Project Gutenberg EBook of Emma\r\n\r\nTitle: Emma\r\n       A Novel\r\n\r\nAuthor: Jane Austen\r
Release Date: August, 1994 [EBook #158]\r\n[Most recently updated: March 28, 2016]\r\nLanguage: English\r\n
*** START OF THE PROJECT GUTENBERG EBOOK\r\nEMMA ***\r\nBody caf\u00e9\r\n***END OF THE PROJECT GUTENBERG EBOOK EMMA***\r\nEnd`;
const ARTICLE = `<?xml version="1.0"?><!DOCTYPE article PUBLIC "x" "y"><article article-type="a" xml:lang="en"><front>
<article-meta><title-group><article-title>T</article-title></title-group><contrib-group><contrib><name><surname>S
</surname></name></contrib></contrib-group><pub-date pub-type="epub"><day>1</day><month>2</month><year>2003</year>
</pub-date><permissions><license xlink:href="u"><license-p>Creative Commons Attribution</license-p></license>
</permissions></article-meta></front><body><sec><title>A</title><p>x &mdash; <![CDATA[<y>]]> <inline-formula><math><mi>z
</mi></math></inline-formula></p><table-wrap><table/></table-wrap></sec></body><back/></article>`;
const PAPER =
  "\\newcommand{\\a}{b}\\def\\c{\\a d}\n% note\n\\section{S} \\a{} \\c 5\\% % end\n\\input{x}\\bibliography{y}\n";
const ROW = '{"text":"one","meta":{"id":"a","date":"2004-02-03"},"year":1887,"label":1,"authors":["x"]}';
const ENTRY =
  '{"documents":[{"path":"a/b.txt","id":"b","publication_year":1818,"release_date_metadata":"1994-02-01","sha256":null}]}';

/** A loader on one file: a value or a NeurotablesError, rows that obey their contracts, nothing unaccounted for. */
function target<P>(
  loader: Loader<P>,
  options: {
    readonly path: string;
    readonly seeds: FuzzTarget["seeds"];
    readonly parameters?: Record<string, unknown>;
    readonly name?: string;
    readonly structure?: FuzzTarget["structure"];
  },
): FuzzTarget {
  const { path, seeds, parameters = {}, name = loader.name, structure } = options;
  return {
    name,
    seeds,
    share: SHARE,
    read: (bytes: Uint8Array, limits: Limits) => loadFiles(loader, { [path]: bytes }, { parameters, limits }),
    ...(structure === undefined ? {} : { structure }),
  };
}

const COLUMNS = {
  columns: {
    text: "text",
    doc_id: "meta.id",
    date: "meta.date",
    year: "year",
    label: "label",
    authors: "authors",
  },
  keep: ["meta"],
};

/** Readers and loaders of documents. */
export const MEMBERSHIP_TARGETS: readonly FuzzTarget[] = [
  {
    name: "xml",
    seeds: texts(ARTICLE, "<a b='1'/>", "<a><b>&#x41;</b><!-- c --><?p q?></a>"),
    read: (bytes, limits) => [...readXml(Buffer.from(bytes).toString("utf8"), { file: "fuzz", limits })],
  },
  target(gutenberg, {
    path: "membership/pg158.txt",
    seeds: [Buffer.from(BOOK), Buffer.from(BOOK.slice(1), "latin1")],
  }),
  target(plainText, { path: "membership/a_b_1900.txt", seeds: texts("One\r\ntwo", "\ufeffcaf\u00e9") }),
  target(jats, {
    path: "membership/a.xml",
    seeds: texts(ARTICLE),
    parameters: { formulas: "text", dates: ["epub", "ppub"] },
  }),
  target(latex, { path: "membership/a.tex", seeds: texts(PAPER) }),
  target(manifest, {
    path: "membership/SOURCES.json",
    seeds: texts(ENTRY),
    structure: (random) => changedJson(ENTRY, random),
  }),
  target(manifest, {
    name: "membership/manifest-csv",
    path: "membership/list.csv",
    seeds: texts('path,id,title\na/b.txt,b,"x ""y"""\nc.txt,,\n'),
  }),
  target(collection, {
    path: "membership/a.jsonl",
    seeds: [Buffer.from(`${ROW}\n\n${ROW}\n`), gzipSync(`${ROW}\n`)],
    parameters: COLUMNS,
    structure: (random) => Buffer.concat([changedJson(ROW, random), Buffer.from("\n"), changedJson(ROW, random)]),
  }),
  target(collection, {
    name: "membership/collection-arrow",
    path: "membership/a.arrow",
    seeds: () => {
      const table = new Table({ text: vectorFromArray(["one", "two"]), n: vectorFromArray([1, 2]) });
      return [tableToIPC(table, "file"), tableToIPC(table, "stream")];
    },
    parameters: { keep: ["n"] },
  }),
];
