import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { readSpreadsheet } from "../../../src/formats/spreadsheet/read-spreadsheet.js";
import { buildZip } from "../archive/build-zip.js";
import { buildXlsx, workbookParts, writeWorkbook } from "./build-workbook.js";

const read = (bytes: Uint8Array, options: { limits?: Partial<Limits>; sheets?: readonly string[] } = {}) =>
  readSpreadsheet(bytes, {
    file: "SI 5.xlsx",
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    ...(options.sheets === undefined ? {} : { sheets: options.sheets }),
  });

const BOOKS = ["xlsx", "biff8", "biff5"] as const;

describe("readSpreadsheet", () => {
  it.each(BOOKS)("reads what a %s workbook holds", async (bookType) => {
    const book = await read(
      writeWorkbook(
        {
          "hermaphrodite chemical": [
            [null, null, "AVAL"],
            [null, "AVAR", 3, -1.5, true, false],
          ],
          empty: [],
        },
        bookType,
      ),
    );
    expect(book.sheetNames).toEqual(["hermaphrodite chemical", "empty"]);
    const sheet = book.sheet("hermaphrodite chemical");
    expect([sheet.rowCount, sheet.columnCount, sheet.filledCount]).toEqual([2, 6, 6]);
    expect(sheet.row(0)).toEqual([null, null, "AVAL", null, null, null]);
    expect(sheet.row(1)).toEqual([null, "AVAR", 3, -1.5, true, false]);
    expect([sheet.cell(9, 9), sheet.cell(-1, 0), sheet.cell(0, 0)]).toEqual([null, null, null]);
    expect([...sheet.cells()].slice(0, 2)).toEqual([
      { row: 0, column: 2, value: "AVAL" },
      { row: 1, column: 1, value: "AVAR" },
    ]);
    expect(book.sheet("empty").rowCount).toBe(0);
  });

  it.each(BOOKS)("gives back any values through %s", async (bookType) => {
    const text = fc
      .string({ unit: bookType === "biff5" ? "grapheme-ascii" : "grapheme", minLength: 1, maxLength: 40 })
      .filter((each) => !/[\p{Cc}\p{Cs}\ufffe\uffff]|_x/u.test(each) && each.trim() === each);
    // The library writes the smallest and largest numbers wrongly into .xls; that it reads them right is a test below.
    const number = fc.double({ min: -1e290, max: 1e290, noNaN: true }).filter((each) => Math.abs(each) > 1e-290);
    const value = fc.oneof(text, number, fc.integer(), fc.boolean(), fc.constant(null));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(value, { maxLength: 6 }), { maxLength: 6 }), async (rows) => {
        const sheet = (await read(writeWorkbook({ gap: rows }, bookType))).sheet("gap");
        for (const [r, row] of rows.entries()) {
          for (const [c, each] of row.entries()) expect(sheet.cell(r, c)).toBe(Object.is(each, -0) ? 0 : each);
        }
        expect(sheet.filledCount).toBe(rows.flat().filter((each) => each !== null).length);
      }),
      { numRuns: 60 },
    );
  });

  it("does not believe the stated dimension", async () => {
    const sheet = (await read(buildXlsx())).sheet("chemical");
    expect([sheet.rowCount, sheet.columnCount]).toEqual([1, 2]);
    expect(sheet.row(0)).toEqual(["AVAL", 1.5]);
  });

  it("gives stored results of formulas, texts of errors, and no cell for a formula without result", async () => {
    const rows =
      '<row r="2"><c r="A2"><f>SUM(B1:B9)</f><v>4</v></c><c r="B2" t="str"><f>A1</f><v>é&amp;</v></c>' +
      '<c r="C2"><f>A1</f></c><c r="D2" t="e"><v>#N/A</v></c><c r="E2" t="inlineStr"><is><t>in</t></is></c></row>';
    const sheet = (await read(buildXlsx({ rows }))).sheet("chemical");
    expect(sheet.row(1)).toEqual([4, "é&", null, "#N/A", "in"]);
  });

  it("reads rich text, prefixed names and rows without addresses", async () => {
    const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const replace = {
      "xl/worksheets/sheet1.xml": `<x:worksheet xmlns:x="${main}"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
      "xl/sharedStrings.xml": `<sst xmlns="${main}"><si><r><rPr><b/></rPr><t>AV</t></r><r><t>AL</t></r></si></sst>`,
    };
    expect((await read(buildXlsx({ replace }))).sheet("chemical").row(0)).toEqual(["AVAL", 2]);
  });

  it("takes text as XML and workbooks mean it", async () => {
    const texts: [string, string][] = [
      ["a &lt; b &amp;amp; c", "a < b &amp; c"],
      ["&#x1F9E0;&#233;", "\u{1f9e0}\u00e9"],
      ["<![CDATA[a < b]]> &amp; c", "a < b & c"],
      ["AV<!-- AL -->AR", "AVAR"],
      ["line_x000D_\nnext, _x005F_x0041_", "line\nnext, _x0041_"],
      ["", ""],
    ];
    const cells = texts.map((_text, i) => `<c t="s"><v>${i}</v></c>`).join("");
    const inline = texts.map(([xml]) => `<c t="inlineStr"><is><t>${xml}</t></is></c>`).join("");
    const results = texts.map(([xml]) => `<c t="str"><v>${xml}</v></c>`).join("");
    const strings = texts.map(([xml]) => xml);
    const rows = [cells, inline, results].map((each) => `<row>${each}</row>`).join("");
    const sheet = (await read(buildXlsx({ rows, strings }))).sheet("chemical");
    for (const row of [0, 1, 2]) expect(sheet.row(row)).toEqual(texts.map(([, text]) => text));
  });

  it("leaves out how a text is read aloud, and cells in a comment", async () => {
    const rows =
      '<row r="1"><!-- <c r="A1"><v>9</v></c> --><c r="B1" t="inlineStr"><is><r><t>AV</t></r><r><t>AL</t></r>' +
      '<rPh sb="0" eb="1"><t>a v a l</t></rPh></is></c></row>';
    expect((await read(buildXlsx({ rows }))).sheet("chemical").row(0)).toEqual([null, "AVAL"]);
  });

  it.each([
    ["1900-01-01", 1],
    ["1900-02-28", 59],
    ["1900-03-01", 61],
    ["2020-07-01T12:00:00", 44013.5],
    ["2020-07-01T06:00:00.000Z", 44013.25],
    ["18:00", 0.75],
  ])("gives the date %s as the serial number %d", async (date, serial) => {
    const rows = `<row r="1"><c r="A1" t="d"><v>${date}</v></c></row>`;
    expect((await read(buildXlsx({ rows }))).sheet("chemical").cell(0, 0)).toBe(serial);
  });

  it("reads only the sheets asked for, and says so of others", async () => {
    const book = await read(writeWorkbook({ a: [[1]], b: [[2]] }, "xlsx"), { sheets: ["b"] });
    expect(book.sheetNames).toEqual(["a", "b"]);
    expect(book.sheet("b").cell(0, 0)).toBe(2);
    expect(() => book.sheet("a")).toThrowError('SI 5.xlsx: sheet "a" exists but was not asked for');
  });

  it("takes __proto__ as a sheet name like any other", async () => {
    const book = await read(writeWorkbook({ __proto__x: [[1]] }, "xlsx"));
    expect(book.sheet("__proto__x").cell(0, 0)).toBe(1);
    const parts = workbookParts();
    const workbook = parts["xl/workbook.xml"]?.replace('"chemical"', '"__proto__"');
    const odd = await read(buildXlsx({ replace: { "xl/workbook.xml": workbook } }));
    expect(odd.sheet("__proto__").cell(0, 0)).toBe("AVAL");
  });
});

const xls = writeWorkbook(
  {
    chemical: [
      ["AVAL", 1],
      ["AVAR", 2],
    ],
    gap: [["x"]],
  },
  "biff8",
);

/** An .xls with one 32-bit word changed. */
function patched(offset: number, value: number): Buffer {
  const bytes = Buffer.from(xls);
  bytes.writeUInt32LE(value >>> 0, offset);
  return bytes;
}

/** An .xls whose workbook stream is changed; its length stays. */
function withStream(change: (stream: Buffer) => void): Buffer {
  const bytes = Buffer.from(xls);
  change(bytes.subarray(bytes.indexOf(Buffer.from([0x09, 0x08, 0x10, 0x00, 0x00, 0x06]))));
  return bytes;
}

describe("numbers in an .xls", () => {
  const values = writeWorkbook({ chemical: [[1.5]] }, "biff8");
  const at = values.indexOf(Buffer.from(new Float64Array([1.5]).buffer));

  it("are every float64 there is, save those that are no number", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double(), async (number) => {
        const bytes = Buffer.from(values);
        bytes.writeDoubleLE(number, at);
        if (Number.isFinite(number)) expect((await read(bytes)).sheet("chemical").cell(0, 0)).toBe(number);
        else
          await expect(read(bytes)).rejects.toThrowError(
            expect.objectContaining({ tag: "format/spreadsheet-invalid" }),
          );
      }),
    );
  });
});

/** Offset of the first record of a type in a workbook stream. */
function recordAt(stream: Buffer, type: number): number {
  let at = 0;
  while (stream.readUInt16LE(at) !== type) at += 4 + stream.readUInt16LE(at + 2);
  return at;
}

const rowsOf = (rows: string) => buildXlsx({ rows });
const sheetXml = (xml: string) => buildXlsx({ replace: { "xl/worksheets/sheet1.xml": xml } });
const whole = writeWorkbook({ chemical: [["AVAL", 1]] }, "xlsx");
const latin1Xml = Buffer.from(workbookParts()["xl/sharedStrings.xml"]?.replace("AVAL", "\xe9") ?? "", "latin1");
const far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>';

describe("readSpreadsheet refuses", () => {
  it.each<[string, string, Uint8Array, Partial<Limits>]>([
    ["an empty file", "empty", Buffer.alloc(0), {}],
    ["text named .xlsx", "not-a-spreadsheet", Buffer.from("pre,post\nAVAL,AVAR\n"), {}],
    ["a web page named .xlsx", "not-a-spreadsheet", Buffer.from("<html><table><tr><td>1</td></tr></table></html>"), {}],
    ["XML of 2003", "not-a-spreadsheet", Buffer.from('<?xml version="1.0"?><Workbook/>'), {}],
    ["a zip of something else", "not-a-spreadsheet", buildZip([{ name: "trace.csv", content: "1" }]), {}],
    [
      "a package of something else",
      "not-a-spreadsheet",
      buildXlsx({ replace: { "_rels/.rels": "<Relationships/>" } }),
      {},
    ],
    [
      "a compound file of something else",
      "not-a-spreadsheet",
      Buffer.from(xls.toString("latin1").replace("W\0o\0r\0k\0b", "Q\0o\0r\0k\0b"), "latin1"),
      {},
    ],
    [
      "a binary workbook",
      "not-a-spreadsheet",
      buildXlsx({
        replace: { "_rels/.rels": workbookParts()["_rels/.rels"]?.replace("workbook.xml", "workbook.bin") },
      }),
      {},
    ],
    ["a missing part", "spreadsheet-invalid", buildXlsx({ replace: { "xl/worksheets/sheet1.xml": undefined } }), {}],
    ["a missing shared string", "spreadsheet-invalid", buildXlsx({ strings: [] }), {}],
    ["a sheet that is never closed", "spreadsheet-invalid", sheetXml("<worksheet><sheetData><row><c><v>1</v></c>"), {}],
    ["a row that is never closed", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A1"><v>1</v></c>'), {}],
    ["another document as a sheet", "spreadsheet-invalid", sheetXml("<chartsheet/>"), {}],
    [
      "a document type",
      "spreadsheet-invalid",
      sheetXml('<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'),
      {},
    ],
    ["rows that go back", "spreadsheet-invalid", rowsOf('<row r="2"/><row r="1"/>'), {}],
    [
      "a cell twice",
      "spreadsheet-invalid",
      rowsOf('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
      {},
    ],
    ["a cell in another row", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A2"><v>1</v></c></row>'), {}],
    ["a column beyond XFD", "spreadsheet-invalid", rowsOf('<row r="1"><c r="XFE1"><v>1</v></c></row>'), {}],
    ["a number that is none", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A1"><v>12abc</v></c></row>'), {}],
    ["a number beyond float64", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A1"><v>1e999</v></c></row>'), {}],
    ["a type of cell that is none", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A1" t="q"><v>1</v></c></row>'), {}],
    ["a number in hexadecimal", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A1"><v>0x10</v></c></row>'), {}],
    ["a cell outside of rows", "spreadsheet-invalid", rowsOf('<c><v>1</v></c><row r="1"/>'), {}],
    [
      "elements inside a text",
      "spreadsheet-invalid",
      rowsOf('<row r="1"><c r="A1" t="str"><v>A<b/>VAL</v></c></row>'),
      {},
    ],
    ["elements inside a shared string", "spreadsheet-invalid", buildXlsx({ strings: ["A<b/>VAL"] }), {}],
    ["a day that is none", "spreadsheet-invalid", rowsOf('<row r="1"><c r="A1" t="d"><v>2020-02-30</v></c></row>'), {}],
    [
      "XML that is not UTF-8",
      "not-utf8",
      buildZip(
        Object.entries(workbookParts()).map(([name, content]) => ({
          name,
          content: name.includes("shared") ? latin1Xml : content,
        })),
      ),
      {},
    ],
    ["an area of 17 thousand million cells", "too-many-cells", rowsOf(far), {}],
    ["too many cells", "too-many-cells", buildXlsx(), { cells: 1 }],
    ["too many bytes", "too-large", buildXlsx(), { bytes: 100 }],
    ["a bomb", "compression-ratio", buildXlsx({ rows: " ".repeat(1_000_000) }), { ratio: 50 }],
    [
      "a path that escapes",
      "unsafe-path",
      buildZip([
        { name: "[Content_Types].xml", content: "" },
        { name: "../x", content: "" },
      ]),
      {},
    ],
    ["too many cells in .xls", "too-many-cells", xls, { cells: 2 }],
    ["a wrong sector size", "spreadsheet-invalid", patched(28, 0x000cfffe), {}],
    ["more allocation sectors than there are", "truncated", patched(44, 0x7fffffff), {}],
    ["an allocation table outside the file", "truncated", patched(76, 0x00ffffff), {}],
    ["a directory outside the file", "truncated", patched(48, 0x00ffffff), {}],
    ["a directory that runs in a circle", "spreadsheet-invalid", circle(), {}],
    [
      "a password (.xls)",
      "encrypted",
      withStream((stream) => void stream.writeUInt16LE(0x2f, recordAt(stream, 0x42))),
      {},
    ],
    [
      "a record longer than the stream",
      "truncated",
      withStream((stream) => void stream.writeUInt16LE(0xffff, recordAt(stream, 0xfc) + 2)),
      {},
    ],
    [
      "a sheet that begins elsewhere",
      "spreadsheet-invalid",
      withStream((stream) => void stream.writeUInt32LE(1, recordAt(stream, 0x85) + 4)),
      {},
    ],
    [
      "BIFF of another version",
      "spreadsheet-invalid",
      withStream((stream) => void stream.writeUInt16LE(0x0300, 4)),
      {},
    ],
    [
      "a string that is not there (.xls)",
      "spreadsheet-invalid",
      withStream(
        (stream) =>
          void stream.writeUInt32LE(
            99,
            recordAt(stream.subarray(recordAt(stream, 0x0a) + 4), 0xfd) + recordAt(stream, 0x0a) + 4 + 10,
          ),
      ),
      {},
    ],
  ])("%s", async (_name, tag, bytes, limits) => {
    await expect(read(bytes, { limits })).rejects.toThrowError(
      expect.objectContaining({ tag: `format/${tag}`, message: expect.stringMatching(/^SI 5\.xlsx: /) }),
    );
  });

  it.each([
    ["xlsx", whole],
    ["xls", xls],
  ])("an %s cut off anywhere, unless nothing but padding is lost", async (kind, bytes) => {
    const values = async (from: Uint8Array) => {
      const book = await read(from);
      return book.sheetNames.map((name) => [...book.sheet(name).cells()]);
    };
    const expected = await values(bytes);
    let complete = 0;
    for (let length = 0; length < bytes.length; length += 61) {
      try {
        expect(await values(bytes.subarray(0, length)), `${length} bytes`).toEqual(expected);
        complete += 1;
      } catch (error) {
        const tag = expect.stringMatching(/^format\/(empty|not-a-spreadsheet|truncated|lying-size)$/);
        expect(error, `${length} bytes`).toMatchObject({ tag });
      }
    }
    expect(complete).toBeLessThan(kind === "xlsx" ? 1 : bytes.length / 61 / 2);
  });

  it("a sheet that is not there, naming those that are", async () => {
    const message =
      'SI 5.xlsx: no sheet "hermaphrodite chemcal"; did you mean "hermaphrodite chemical"? the sheets are "legend", "hermaphrodite chemical"';
    const bytes = writeWorkbook({ legend: [[1]], "hermaphrodite chemical": [[1]] }, "xlsx");
    const wanted = { sheets: ["hermaphrodite chemcal"] };
    await expect(read(bytes, wanted)).rejects.toThrowError(
      expect.objectContaining({
        tag: "format/missing-sheet",
        message,
        fields: expect.objectContaining({ sheets: ["legend", "hermaphrodite chemical"] }),
      }),
    );
    const book = await read(bytes);
    expect(() => book.sheet("hermaphrodite chemcal")).toThrowError(message);
  });

  it("an encrypted .xlsx, which is a compound file", async () => {
    const name = Buffer.from("Workbook".split("").join("\0"), "latin1");
    const bytes = Buffer.from(xls);
    const at = bytes.indexOf(name);
    Buffer.from("EncryptedPackage\0", "utf16le").copy(bytes, at);
    bytes.writeUInt16LE(34, at + 64);
    await expect(read(bytes)).rejects.toThrowError(expect.objectContaining({ tag: "format/encrypted" }));
  });
});

/** The directory's sector is followed by itself. */
function circle(): Buffer {
  const bytes = Buffer.from(xls);
  const directory = bytes.readUInt32LE(48);
  const table = (bytes.readUInt32LE(76) + 1) * 512;
  bytes.writeUInt32LE(directory, table + 4 * directory);
  return bytes;
}
