import type { Breakage, BrokenSource, SampleMirror } from "./broken-source.js";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

interface NemaNodeRecord {
  pre: string;
  post: string;
  typ: unknown;
  syn: unknown;
}

/** The JSON and delimited text files. */
export function brokenTexts(mirror: SampleMirror): BrokenSource[] {
  const text = (part: string) => decode(mirror.file(part).bytes);
  return [
    ...mirror.broken("witvliet_2020_7.json", "witvliet2020_7", brokenJson(mirror.file("witvliet_2020_7.json").bytes)),
    ...mirror.broken("cook_jarrell_2019_h.json", "cook2019_wormwideweb", [
      {
        name: "weight that is NaN",
        bytes: encode(text("cook_jarrell_2019_h.json").replace(/"syn":\[\d+\]/, '"syn":[NaN]')),
        outcome: "dropped/blank_weight",
        says: ["index 0"],
      },
    ]),
    ...mirror.broken("white_1986_whole.csv", "white1986_whole", brokenEdgeList(text("white_1986_whole.csv"))),
    ...mirror.broken("synapse_list.csv", "synapse_list", [
      {
        name: "synapse of an animal that nobody knows",
        bytes: encode(text("synapse_list.csv").replace("\nDataset1,", "\nDataset9,")),
        outcome: "load/value",
        says: ["row 2: dataset should be one of Dataset1", '"Dataset9"'],
      },
    ]),
    ...mirror.broken("neuron_positions", "positions", [
      {
        name: "fewer positions than names",
        bytes: encode(text("neuron_positions").replace(/\n[^\n]*\n$/, "\n")),
        outcome: "load/record-shape",
        says: ["303 names, but 302 positions follow"],
      },
      {
        name: "position with two coordinates",
        bytes: encode(text("neuron_positions").replace(/\t\S+\n$/, "\n")),
        outcome: "load/record-shape",
        says: ["row 304: x, y and z are expected, there are 2 fields"],
      },
    ]),
    ...mirror.broken("monoamines", "monoamines", [
      {
        name: "list without its header",
        bytes: encode(text("monoamines").replace(/^#[^\n]*\n/, "")),
        outcome: "format/missing-header",
        says: ["no comment line"],
      },
    ]),
    ...mirror.broken("replacement.csv", "aliases", [
      {
        name: "text in UTF-16",
        bytes: new Uint8Array(Buffer.from(`\ufeff${text("replacement.csv")}`, "utf16le")),
        outcome: "format/utf-16",
        says: ["UTF-16"],
      },
    ]),
    ...mirror.broken("ganglia.json", "ganglia", [
      {
        name: "group that is no list",
        bytes: encode('{"lateral ganglion": {"ADAL": 1}}'),
        outcome: "load/record-shape",
        says: ["key lateral ganglion", "an array of cell names"],
      },
    ]),
    ...mirror.broken("connectome_neurons.csv", "wormwideweb_neurons", [
      {
        name: "quote that never ends",
        bytes: encode(text("connectome_neurons.csv").replace(/\r\n(\w+),/, '\r\n"$1,')),
        outcome: "format/quote",
        says: ["connectome_neurons\\.csv:2"],
      },
    ]),
  ];
}

function brokenJson(whole: Uint8Array): Breakage[] {
  const records = JSON.parse(decode(whole)) as NemaNodeRecord[];
  const changed = (index: number, change: Partial<NemaNodeRecord>) =>
    encode(JSON.stringify(records.map((record, at) => (at === index ? { ...record, ...change } : record))));
  return [
    {
      name: "JSON cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/json-syntax",
      says: ["witvliet_2020_7\\.json:\\d+:\\d+"],
    },
    {
      name: "JSON without its last bracket",
      bytes: encode(decode(whole).trimEnd().slice(0, -1)),
      outcome: "format/json-syntax",
      says: ["witvliet_2020_7\\.json:\\d+:\\d+"],
    },
    {
      name: "JSON nested a hundred thousand deep",
      bytes: encode("[".repeat(100_000) + "]".repeat(100_000)),
      outcome: "format/too-deep",
      says: ["nested more than 64 deep"],
    },
    {
      name: "record whose typ is text",
      bytes: changed(3, { typ: "chemical" }),
      outcome: "load/record-shape",
      says: ["index 3, typ: a whole number is expected"],
    },
    {
      name: "record whose syn is a number",
      bytes: changed(2, { syn: 4 }),
      outcome: "load/record-shape",
      says: ["index 2, syn: an array is expected"],
    },
    {
      name: "record of a typ that nobody knows",
      bytes: changed(1, { typ: 7 }),
      outcome: "dropped/unknown_type",
      says: ["index 1", "typ 7"],
    },
    {
      name: "record without synapses",
      bytes: changed(0, { syn: [] }),
      outcome: "dropped/zero_weight",
      says: ["index 0"],
    },
  ];
}

function brokenEdgeList(text: string): Breakage[] {
  const lines = text.split("\n");
  const changed = (line: number, content: string) =>
    encode(lines.map((row, index) => (index === line - 1 ? content : row)).join("\n"));
  const invalid = encode(text);
  invalid[text.indexOf("\n") + 2] = 0xff;
  return [
    {
      name: "column with another heading",
      bytes: changed(1, "pre\tpost\tkind\tsynapses"),
      outcome: "format/missing-column",
      says: ['"type"', '"kind"'],
    },
    {
      name: "line with a field too few",
      bytes: changed(3, "AVAL\tAVAR\tchemical"),
      outcome: "format/ragged-row",
      says: ["white_1986_whole\\.csv:3"],
    },
    { name: "text that is not UTF-8", bytes: invalid, outcome: "format/not-utf8", says: ["UTF-8"] },
    {
      name: "header and nothing else",
      bytes: encode(`${lines[0]}\n`),
      outcome: "load/no-records",
      says: ["it has none"],
    },
    {
      name: "weights that are words",
      bytes: encode(text.replace(/\t\d+(?=\n|$)/g, "\tmany")),
      outcome: "load/no-records",
      says: ["row 2: unparsable"],
    },
    {
      name: "weight of infinity",
      bytes: changed(2, "AVAL\tAVAR\tchemical\tinf"),
      outcome: "dropped/unparsable",
      says: ["row 2", "AVAL -> AVAR: inf"],
    },
  ];
}
