import { gzipSync } from "node:zlib";
import type { Limits } from "../../src/base/limits.js";
import { gunzipBounded } from "../../src/formats/archive/gzip.js";
import { readZip } from "../../src/formats/archive/zip-archive.js";
import { readDelimited } from "../../src/formats/delimited-text/read-delimited.js";
import { detectFormat } from "../../src/formats/detect-format.js";
import { parseJson } from "../../src/formats/json/parse-json.js";
import { readSpreadsheet } from "../../src/formats/spreadsheet/read-spreadsheet.js";
import { buildZip } from "../formats/archive/build-zip.js";
import { MATLAB_TARGETS } from "../formats/matlab/fuzz-targets.js";
import { buildXlsx, workbookParts, writeWorkbook } from "../formats/spreadsheet/build-workbook.js";
import { mutate } from "./mutate.js";
import type { Random } from "./random.js";
import { VOLUME_TARGETS } from "./volume-targets.js";

/** A reader under fuzz. Whatever the bytes: a value or a NeurotablesError, soon and in little memory. */
export interface FuzzTarget {
  readonly name: string;
  /** Tiny valid files. */
  readonly seeds: readonly Uint8Array[] | (() => readonly Uint8Array[] | Promise<readonly Uint8Array[]>);
  readonly read: (bytes: Uint8Array, limits: Limits) => unknown;
  /** Mutations that keep the outer form right, so that they reach what lies within; used for half of the inputs. */
  readonly structure?: (random: Random, seeds: readonly Uint8Array[]) => Uint8Array;
  /** How many of the inputs of a run it takes (default 1: all). */
  readonly share?: number;
}

const file = "fuzz";
const text = (...texts: string[]) => texts.map((each) => Buffer.from(each));
const mutateText = (source: string, random: Random) => Buffer.from(mutate(Buffer.from(source), random));

const CSV = text('pre,post,n\nAVAL,AVAR,3\n"a ""b""",,"x\r\ny"\n', "#a\tb\r\n1\t2\r\n", "a;b\r1;2\r\n", "x\n");
const PLAIN_JSONS = text(
  '{"56":{"label":"AVAL","n":[1,-2.5e3]},"5":null,"a":"\\u00e9\\n"}',
  "[[],{},true,false,0]",
  '"x"',
);
const JSONS = text(
  '{"56":{"label":"AVAL","n":[1,-2.5e3,NaN]},"5":null,"a":"\\u00e9\\n"}',
  "[[],{},true,false,0]",
  '"x"',
);
const ROWS = [
  ["AVAL", 1.5, true, null],
  ["é", -3, "long text of a label", 0],
  [null, 1e300, "", false],
];
const BOF = Buffer.from([0x09, 0x08, 0x10, 0x00, 0x00, 0x06]);
const PARTS = Object.entries(
  workbookParts({
    strings: ["AVAL", "AVAR"],
    rows:
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>x</t></is></c></row>' +
      '<row r="3"><c r="A3"><v>1.5</v></c><c r="B3" t="b"><v>1</v></c><c r="D3" t="e"><v>#N/A</v></c></row>' +
      '<row r="4"><c r="A4" t="str"><f>B1&amp;"r"</f><v>AVARr</v></c><c r="B4"><f>SUM(A3)</f></c></row>',
  }),
);

/** One record of the workbook stream inside an .xls changed, dropped or doubled; the file keeps its length. */
function mutateBiff(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  const out = Buffer.from(random.pick(seeds));
  const start = out.indexOf(BOF);
  if (start < 0) return mutate(out, random);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const records: number[] = [];
    for (let at = start; at + 4 <= out.length && out.readUInt16LE(at) !== 0; at += 4 + out.readUInt16LE(at + 2))
      records.push(at);
    if (records.length === 0) return out;
    const at = random.pick(records);
    const length = out.readUInt16LE(at + 2);
    const body = out.subarray(at + 4, Math.min(out.length, at + 4 + length));
    const changed = random.chance(3) ? random.pick(records) : -1;
    if (changed >= 0) out.copyWithin(at, changed, Math.min(out.length, changed + 4 + length));
    else body.set(Buffer.from(mutate(body, random)).subarray(0, body.length));
    if (random.chance(5))
      out.writeUInt16LE(random.pick([0x06, 0x207, 0xfd, 0xbd, 0x203, 0x204, 0xd6, 0x205, 0x3c, 0x2f]), at);
  }
  return out;
}

/** A package with one part mutated and everything around it right. */
function mutatePackage(random: Random): Uint8Array {
  const chosen = random.below(PARTS.length);
  return buildZip(
    PARTS.map(([name, content], i) => ({
      name,
      content: i === chosen ? mutateText(content, random) : content,
      method: 0,
    })),
  );
}

/** To add a reader: its name, one or more tiny valid files, and a call. */
export const TARGETS: readonly FuzzTarget[] = [
  { name: "detect-format", seeds: CSV, read: (bytes) => detectFormat(bytes) },
  {
    name: "csv",
    seeds: CSV,
    read: (bytes, limits) => readDelimited(bytes, { file, limits, separator: ",", header: "first", comment: "#" }),
  },
  {
    name: "delimited-auto",
    seeds: CSV,
    read: (bytes, limits) =>
      readDelimited(bytes, {
        file,
        limits,
        separator: "auto",
        header: "none",
        ragged: "pad",
        trim: true,
        comment: "#",
      }),
  },
  { name: "json", seeds: PLAIN_JSONS, read: (bytes, limits) => parseJson(bytes, { file, limits }) },
  {
    name: "json-ordered",
    seeds: JSONS,
    read: (bytes, limits) => parseJson(bytes, { file, limits, ordered: true, nonFinite: true, duplicateKeys: "error" }),
  },
  {
    name: "gzip",
    seeds: [gzipSync("neuron,weight\n"), Buffer.concat([gzipSync("a"), gzipSync(Buffer.alloc(5000))])],
    read: (bytes, limits) => gunzipBounded(bytes, { file, limits }),
    structure: (random) => gzipSync(mutateText("neuron,weight\n".repeat(1 + random.below(50)), random)),
  },
  {
    name: "zip",
    seeds: [
      buildZip([
        { name: "a/b.csv", content: "x,y\n1,2\n" },
        { name: "c", content: Buffer.alloc(3000), method: 8 },
      ]),
      buildZip([{ name: "s", content: "stored", method: 0 }], { comment: "note" }),
    ],
    read: readWholeZip,
  },
  {
    name: "xlsx",
    seeds: [buildXlsx(), writeWorkbook({ chemical: ROWS, gap: ROWS }, "xlsx")],
    read: (bytes, limits) => readSpreadsheet(bytes, { file, limits }),
    structure: mutatePackage,
  },
  {
    name: "xls",
    seeds: [writeWorkbook({ chemical: ROWS, gap: ROWS }, "biff8"), writeWorkbook({ chemical: ROWS }, "biff5")],
    read: (bytes, limits) => readSpreadsheet(bytes, { file, limits }),
    structure: mutateBiff,
  },
  ...MATLAB_TARGETS,
  ...VOLUME_TARGETS,
];

async function readWholeZip(bytes: Uint8Array, limits: Limits): Promise<void> {
  const archive = await readZip(bytes, { file, limits });
  try {
    for (const { name } of archive.entries) await archive.read(name);
  } finally {
    await archive.close();
  }
}
