import type { SampleFile } from "../sample-sources.js";
import { seededRandom } from "../seeded-random.js";
import { syntheticProse } from "./synthetic-prose.js";

export interface SampleDocumentCounts {
  /** Books of the older and of the newer kind each. */
  readonly gutenberg: number;
  readonly novels: number;
  readonly papers: number;
}

export const SAMPLE_DOCUMENTS: SampleDocumentCounts = { gutenberg: 12, novels: 8, papers: 4 };

const MONTHS = "January February March April May June July August September October November December".split(" ");
const utf8 = new TextEncoder();

/**
 * Invented documents in the forms of the real ones, with their traps: Project Gutenberg books of two ages (older: straight
 * quotes, Latin-1 without a byte order mark, `Produced by` in the body; newer: curly quotes, a byte order mark,
 * transcriber's notes, wrapped START lines), dated novels, JATS papers, and the manifest that holds what files do not say.
 * No sentence is anybody's. Paths and bytes depend on `seed` and `counts` alone.
 */
export function sampleDocumentFiles(seed: number, counts: SampleDocumentCounts = SAMPLE_DOCUMENTS): SampleFile[] {
  const random = seededRandom(seed).fork("documents");
  const files: SampleFile[] = [];
  const manifest: object[] = [];
  const prose = (name: string, characters: number, curly: boolean) =>
    syntheticProse({ seed, name, characters, style: { curly } });
  for (const newer of [false, true]) {
    for (let i = 0; i < counts.gutenberg; i++) {
      const number = (newer ? 60_000 : 1_000) + 7 * i;
      const year = 1850 + random.integer(60);
      const released = newer
        ? { year: 2019 + random.integer(4), month: 3 + random.integer(9), day: 1 + random.integer(28) }
        : { year: 1994 + random.integer(12), month: 1 + random.integer(12), day: 1 + random.integer(28) };
      const title = `The ${newer ? "Later" : "Earlier"} History of House ${i + 1}`;
      const name = `pg${number}`;
      const text = gutenbergText({
        number,
        title,
        author: `Author ${i % 5}`,
        released,
        newer,
        body: prose(name, 52_000, newer),
      });
      files.push({ path: `membership/gutenberg/${name}.txt`, bytes: newer ? withMark(text) : latin1(text) });
      manifest.push({
        kind: "book",
        id: name,
        title,
        author: `Author ${i % 5}`,
        publication_year: year,
        publication_year_source: "invented",
        release_date_metadata: isoDate(released),
        license: "Public domain in the USA.",
        lang: "en",
        path: `gutenberg/${name}.txt`,
      });
    }
  }
  for (let i = 0; i < counts.novels; i++) {
    const year = 1855 + random.integer(50);
    const name = `cs-author${i % 4}_novel${i}_${year}`;
    files.push({ path: `membership/novels/${name}.txt`, bytes: withMark(crlf(prose(name, 52_000, false))) });
    manifest.push({
      kind: "book",
      id: name,
      title: `Novel ${i}`,
      author: `Author${i % 4}`,
      publication_year: year,
      publication_year_source: "file name",
      license: "public domain text",
      lang: "en",
      path: `novels/${name}.txt`,
    });
  }
  for (let i = 0; i < counts.papers; i++) {
    const name = `journal.sample.${String(i).padStart(7, "0")}`;
    const released = { year: 2006 + i, month: 1 + random.integer(12), day: 1 + random.integer(28) };
    files.push({
      path: `membership/papers/${name}.xml`,
      bytes: utf8.encode(jatsText(name, released, prose(name, 26_000, true))),
    });
    manifest.push({
      kind: "paper",
      id: name,
      title: `An invented paper ${i}`,
      author: "Sample et al.",
      publication_year: released.year,
      publication_year_source: "JATS pub-date epub",
      license: "CC BY",
      lang: "en",
      path: `papers/${name}.xml`,
    });
  }
  const text = `${JSON.stringify({ schema: "membership-sources/1", what: "Invented documents.", documents: manifest }, null, 1)}\n`;
  files.push({ path: "membership/SOURCES.json", bytes: utf8.encode(text) });
  return files;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function isoDate({ year, month, day }: Day): string {
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function gutenbergText(book: {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly released: Day;
  readonly newer: boolean;
  readonly body: string;
}): string {
  const { number, title, author, released, newer, body } = book;
  const date = `${MONTHS[released.month - 1]} ${released.day}, ${released.year}`;
  const upper = title.toUpperCase();
  const wrap = newer && number % 2 === 0 ? `${upper.slice(0, 14)}\n${upper.slice(14)}` : upper;
  const header = [
    `The Project Gutenberg EBook of ${title}, by ${author}`,
    "",
    `Title: ${title}`,
    "",
    `Author: ${author}`,
    "",
    `Release Date: ${date} [EBook #${number}]`,
    "",
    "Language: English",
    "",
    ...(newer ? [] : ["Character set encoding: ISO-8859-1", ""]),
    `*** START OF ${newer ? "THE" : "THIS"} PROJECT GUTENBERG EBOOK ${wrap} ***`,
  ];
  const credits = newer
    ? [
        "",
        "Produced by A. Volunteer and the Online Distributed",
        "Proofreading Team (from images of The Internet Archive)",
        "",
        "[Illustration: Frontispiece]",
        "",
        "Transcriber’s note: obvious errors have been corrected.",
        "",
      ]
    : ["", "Produced by An Older Volunteer", ""];
  const footer = [
    "",
    ...(newer ? [] : [`End of the Project Gutenberg EBook of ${title}, by ${author}`, ""]),
    `*** END OF ${newer ? "THE" : "THIS"} PROJECT GUTENBERG EBOOK ${wrap} ***`,
    "",
    `***** This file should be named ${number}.txt *****`,
    "",
    "*** START: FULL LICENSE ***",
    "",
    "Here an invented licence would stand.",
    "",
  ];
  return crlf([...header, ...credits, title.toUpperCase(), "", body, ...footer].join("\n"));
}

function jatsText(name: string, released: Day, body: string): string {
  const paragraphs = body
    .split("\n\n")
    .map((text) => `<p>${text.replaceAll("\n", " ").replaceAll("—", "&mdash;")}</p>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD Journal Publishing DTD v3.0 20080202//EN" "journalpublishing3.dtd">
<article article-type="research-article" xml:lang="en">
<front><article-meta><article-id pub-id-type="publisher-id">${name}</article-id>
<title-group><article-title>An invented paper</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Sample</surname><given-names>Ann</given-names></name></contrib></contrib-group>
<pub-date pub-type="collection"><year>${released.year}</year></pub-date>
<pub-date pub-type="epub"><day>${released.day}</day><month>${released.month}</month><year>${released.year}</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/" xmlns:xlink="http://www.w3.org/1999/xlink"><license-p>This is an open-access article distributed under the terms of the Creative Commons Attribution License.</license-p></license></permissions>
</article-meta></front>
<body><sec><title>Results</title>
${paragraphs.join("\n")}
<table-wrap><table><tr><td>A table that is no text</td></tr></table></table-wrap></sec></body>
<back><ref-list><ref><mixed-citation>A reference that is no text</mixed-citation></ref></ref-list></back>
</article>
`;
}

const crlf = (text: string) => text.replaceAll("\n", "\r\n");
const withMark = (text: string) => utf8.encode(`\ufeff${text}`);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
