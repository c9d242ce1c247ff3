import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { columnIndex } from "../../../src/formats/delimited-text/delimited-table.js";
import { type DelimitedOptions, readDelimited } from "../../../src/formats/delimited-text/read-delimited.js";

const read = (source: string | Uint8Array, options: Partial<DelimitedOptions> = {}) =>
  readDelimited(Buffer.from(source as string), {
    file: "edges.csv",
    limits: DEFAULT_LIMITS,
    separator: ",",
    header: "first",
    ...options,
  });

const plain = (source: string, options: Partial<DelimitedOptions> = {}) =>
  read(source, options).records.map(({ line, fields }) => [line, ...fields]);

describe("readDelimited", () => {
  it("reads quoted fields, doubled quotes and line ends within them; lines are physical", () => {
    const table = read('pre,note\r\nAVAL,"says ""x"", and\r\nmore"\r\n\r\nAVAR,\r\n');
    expect(table.columns).toEqual(["pre", "note"]);
    expect(table.headerLine).toBe(1);
    expect(table.records).toEqual([
      { line: 2, fields: ["AVAL", 'says "x", and\r\nmore'] },
      { line: 5, fields: ["AVAR", ""] },
    ]);
  });

  it.each([["\n"], ["\r\n"], ["\r"]])("counts lines that end with %j", (end) => {
    expect(plain(["a,b", "1,2", "", "3,4"].join(end))).toEqual([
      [2, "1", "2"],
      [4, "3", "4"],
    ]);
  });

  it("removes a byte order mark and trims padded fields on request", () => {
    const table = read("\ufeffSource,Target\nI1L , I2L           \n", { trim: true });
    expect(table.columns).toEqual(["Source", "Target"]);
    expect(table.records[0]?.fields).toEqual(["I1L", "I2L"]);
    expect(plain("a,b\nI1L , I2L\n")).toEqual([[2, "I1L ", " I2L"]]);
  });

  it("takes a header from a comment line", () => {
    const table = read("#source neuron, target neuron\nRIML,ALML\n#end\n", { header: "comment", comment: "#" });
    expect(table.columns).toEqual(["source neuron", "target neuron"]);
    expect(table.records).toEqual([{ line: 2, fields: ["RIML", "ALML"] }]);
    expect(table.comments.map(({ line }) => line)).toEqual([1, 3]);
  });

  it("finds a header below a title, the title being the preamble", () => {
    const source = "List of all neurotransmitters,,\n,,\nClass,Neuron,Transmitter\nMC,MCL,ACh\n";
    const table = read(source, { header: { containing: ["Class", "Neuron"] } });
    expect(table.headerLine).toBe(3);
    expect(table.preamble.map(({ line }) => line)).toEqual([1, 2]);
    expect(table.records).toEqual([{ line: 4, fields: ["MC", "MCL", "ACh"] }]);
  });

  it.each([
    ["a,b;c,d", ","],
    ["a\tb\tc,d", "\t"],
    ["#x,y,z\na;b;c", ";"],
    ['"a,b,c,d"|e|f', "|"],
    ["alone", ","],
  ])("finds the separator of %j", (line, separator) => {
    expect(read(line, { separator: "auto", header: "none", comment: "#" }).separator).toBe(separator);
  });

  it("splits at any of several separators, and at runs of blanks", () => {
    expect(plain("ADAL\tADFL,1\n", { separator: ["\t", ","], header: "none" })).toEqual([[1, "ADAL", "ADFL", "1"]]);
    expect(plain("  1.0e+00   2 \t3 \n", { separator: "whitespace", header: "none" })).toEqual([
      [1, "1.0e+00", "2", "3"],
    ]);
  });

  it("keeps a line of separators as a record of empty fields", () => {
    expect(plain("a\tb\n\t\n   \n1\t2\n", { separator: "\t" })).toEqual([
      [2, "", ""],
      [4, "1", "2"],
    ]);
  });

  it("takes quotes literally where there are none, and within bare fields", () => {
    expect(plain('a,b\n"x,y"\n', { quote: null })).toEqual([[2, '"x', 'y"']]);
    expect(plain('a,b\n5" pipe,y\n')).toEqual([[2, '5" pipe', "y"]]);
  });

  it("pads short records and cuts empty surplus on request", () => {
    expect(plain("a,b\n1\n1,2,,\n", { ragged: "pad" })).toEqual([
      [2, "1", ""],
      [3, "1", "2"],
    ]);
    expect(plain("a,b\n1\n1,2,3\n", { ragged: "keep" })).toEqual([
      [2, "1"],
      [3, "1", "2", "3"],
    ]);
  });

  it("allows blank column names more than once", () => expect(read("a,,\n1,2,3\n").columns).toEqual(["a", "", ""]));

  it("gives back any records that are written by the rules", () => {
    const field = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom('"', ",", "\n", "\r\n", "#", " ", ""));
    const records = fc.array(fc.array(field, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(records, fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, end, last) => {
        fc.pre(rows.every((row) => row.every((each) => !each.includes("\0"))));
        const text = rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join(end);
        const table = read(last ? text + end : text, { header: "none" });
        expect(table.records.map(({ fields }) => fields)).toEqual(rows);
      }),
    );
  });

  it("gives back any bare fields, each record with its own line", () => {
    const rows = fc.array(fc.array(fc.stringMatching(/^[A-Za-z0-9 ?._-]*$/), { minLength: 2, maxLength: 4 }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(",", "\t", ";"),
        fc.constantFrom("\n", "\r\n", "\r"),
        (lines, separator, end) => {
          const text = lines.map((row) => row.join(separator)).join(end);
          const table = read(text, { separator, header: "none", ragged: "keep" });
          expect(table.records).toEqual(lines.map((fields, i) => ({ line: i + 1, fields })));
        },
      ),
    );
  });
});

describe("readDelimited refuses", () => {
  it.each<[string, string, string | Uint8Array, Partial<DelimitedOptions>, string]>([
    ["an empty file", "empty", "", {}, "edges.csv: the file is empty"],
    ["only blank lines", "empty", "\n \n", {}, "edges.csv: only blank lines"],
    ["a ragged row", "ragged-row", "a,b\n1,2\n1,2,3\n", {}, "edges.csv:3: 3 fields, expected 2"],
    [
      "a ragged row without header",
      "ragged-row",
      "1,2\n\n1\n",
      { header: "none" },
      "edges.csv:3: 1 fields, expected 2",
    ],
    ["surplus that is not empty", "ragged-row", "a\n1,x\n", { ragged: "pad" }, "edges.csv:2: 2 fields, expected 1"],
    [
      "a missing column",
      "missing-column",
      "pre,post,weigth\n",
      { required: ["pre", "weight"] },
      'edges.csv: no column "weight" in line 1; did you mean "weigth"? the columns are "pre", "post", "weigth"',
    ],
    [
      "a doubled column",
      "duplicate-column",
      "a,b,a\n",
      {},
      'edges.csv: column "a" occurs twice in line 1 (fields 1 and 3)',
    ],
    ["no header", "missing-header", "# only\n", { comment: "#" }, "edges.csv: no line holds column names"],
    [
      "no comment header",
      "missing-header",
      "a,b\n#x\n",
      { header: "comment", comment: "#" },
      "edges.csv: no comment line above the first record",
    ],
    [
      "no such header",
      "missing-header",
      "a,b\n",
      { header: { containing: ["c"] } },
      "edges.csv: no line has the names c",
    ],
    ["an open quote", "quote", 'a,b\n1,"x\n2,3\n', {}, "edges.csv:2: a quoted field is never closed"],
    ["text behind a quote", "quote", 'a,b\n"x\ny"z,1\n', {}, 'edges.csv:3: "z" after a closing quote'],
    ["a zero byte", "not-text", "a,b\n1,\0\n", {}, "edges.csv: a zero byte at character 6: this is not delimited text"],
    ["a gzip file", "not-text", gzipSync("a,b"), {}, "edges.csv: this is a gzip file, not delimited text"],
    ["a web page", "not-text", "<!DOCTYPE html>\n<p>404", {}, "edges.csv: this is an HTML page, not delimited text"],
    [
      "Latin-1",
      "not-utf8",
      Buffer.from("a,b\nx,\xe9\n", "latin1"),
      {},
      "edges.csv: byte 0xe9 at offset 6 (line 2) is not UTF-8",
    ],
    [
      "too many records",
      "too-many-records",
      "a\n1\n2\n",
      { limits: { ...DEFAULT_LIMITS, entries: 2 } },
      "edges.csv:4: more than 2 records",
    ],
    [
      "too many fields",
      "too-many-cells",
      "a,b\n1,2\n",
      { limits: { ...DEFAULT_LIMITS, cells: 3 } },
      "edges.csv:3: more than 3 fields",
    ],
    [
      "too many fields in a line",
      "too-many-cells",
      ",".repeat(5000),
      { limits: { ...DEFAULT_LIMITS, cells: 3 } },
      "edges.csv:2: more than 3 fields",
    ],
    [
      "too many bytes",
      "too-large",
      "a,b\n1,2\n",
      { limits: { ...DEFAULT_LIMITS, bytes: 4 } },
      "edges.csv: 8 bytes of text, at most 4 are read",
    ],
  ])("%s", (_name, tag, source, options, message) => {
    expect(() => read(source, options)).toThrowError(expect.objectContaining({ tag: `format/${tag}`, message }));
  });

  it("a quoted file cut off anywhere, or reads what is whole", () => {
    const text = 'pre,note\nAVAL,"a ""b"", c"\nAVAR,"d\ne"\n';
    for (let length = 0; length < text.length; length++) {
      try {
        for (const { fields } of read(text.slice(0, length)).records) expect(fields).toHaveLength(2);
      } catch (error) {
        expect(error).toMatchObject({ tag: expect.stringMatching(/^format\/(empty|quote|ragged-row)$/) });
      }
    }
  });
});

describe("columnIndex", () => {
  it("finds a column and names the nearest to one that is missing", () => {
    const table = read("pre,post\n");
    expect(columnIndex(table, "post")).toBe(1);
    expect(() => columnIndex(table, "Post ")).toThrowError('did you mean "post"?');
  });
});
