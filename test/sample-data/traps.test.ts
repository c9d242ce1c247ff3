import { read, utils } from "@e965/xlsx";
import { describe, expect, it } from "vitest";
import { sampleFiles } from "../../src/sample-data/sample-sources.js";

// The traps of specification 2.5, found in the bytes themselves or by the spreadsheet library: never by our own readers.
// Those of recordings (NaN literals and integer-like keys in JSON, labels longer than the trace) are not in wiring data.

type Cell = string | number | null;
interface NemaNodeRecord {
  readonly pre: string;
  readonly post: string;
  readonly typ: number;
  readonly syn: number[];
}

const files = await sampleFiles(1);
const bytesOf = (part: string) => Buffer.from(files.find(({ path }) => path.includes(part))?.bytes ?? []);
const textOf = (part: string) => bytesOf(part).toString("utf8");
const linesOf = (part: string) => textOf(part).trimEnd().split(/\r?\n/);
const recordsOf = (part: string) => JSON.parse(textOf(part)) as NemaNodeRecord[];

function sheets(part: string): Record<string, Cell[][]> {
  const book = read(bytesOf(part), { type: "buffer" });
  const rows = (name: string) =>
    utils.sheet_to_json<Cell[]>(book.Sheets[name] as object, { header: 1, defval: null, blankrows: true });
  return Object.fromEntries(book.SheetNames.map((name) => [name, rows(name)]));
}

/** Types and classes of all elements of a MATLAB 5 file, found by following its tags. */
function elements5(bytes: Buffer): { types: number[]; classes: number[] } {
  const found = { types: [] as number[], classes: [] as number[] };
  const walk = (from: number, to: number) => {
    for (let at = from; at + 8 <= to; ) {
      const word = bytes.readUInt32LE(at);
      const small = word >>> 16 !== 0;
      const [type, length] = small ? [word & 0xffff, 0] : [word, bytes.readUInt32LE(at + 4)];
      found.types.push(type);
      if (type === 14) {
        found.classes.push(bytes.readUInt8(at + 16));
        walk(at + 8, at + 8 + length);
      }
      at += 8 + Math.ceil(length / 8) * 8;
    }
  };
  walk(128, bytes.length);
  return found;
}

const PADDED = /^(AS|DA|DB|DD|VA|VB|VC|VD)0[1-9]$/;
const UNPADDED = /^(AS|DA|DB|DD|VA|VB|VC|VD)[1-9]$/;

describe("MATLAB", () => {
  it("5: little-endian, with sparse, cell, char and double matrices", () => {
    const bytes = bytesOf("ConnOrdered");
    expect(bytes.toString("latin1", 0, 10)).toBe("MATLAB 5.0");
    expect(bytes.toString("latin1", 126, 128)).toBe("IM");
    const { types, classes } = elements5(bytes);
    expect(new Set(classes)).toEqual(new Set([6, 5, 1, 4]));
    expect(classes.filter((name) => name === 5)).toHaveLength(2);
    expect(new Set(types)).not.toContain(15);
    expect(types.filter((type) => type === 14)).toHaveLength(classes.length);
  });

  it("7.3: HDF5 behind 512 bytes, cells as references, names in 16-bit units", () => {
    for (const part of ["Neuro279_Syn", "Order279"]) {
      const bytes = bytesOf(part);
      expect(bytes.toString("latin1", 0, 10)).toBe("MATLAB 7.3");
      expect(bytes.toString("latin1", 512, 520)).toBe("\x89HDF\r\n\x1a\n");
      expect(bytes.includes("MATLAB_class")).toBe(true);
    }
    expect(bytesOf("Order279").includes("#refs#")).toBe(true);
    expect(bytesOf("Order279").includes(Buffer.from("AVAL", "utf16le"))).toBe(true);
  });

  it("and HDF5 without a user block for the atlas", () => {
    expect(bytesOf("aconnectome_default.h5").toString("latin1", 0, 8)).toBe("\x89HDF\r\n\x1a\n");
  });
});

describe("spreadsheets", () => {
  it("are BIFF in a compound file where they are called .xls", () => {
    for (const part of ["NeuronConnect.xls", "CElegansNeuronTables.xls"]) {
      expect(bytesOf(part).subarray(0, 8).toString("hex")).toBe("d0cf11e0a1b11ae1");
    }
  });

  it("keep matrices away from the corner, among section titles and labels that are repeated", () => {
    const { "hermaphrodite chemical": rows = [] } = sheets("Cook2019");
    expect(rows[0]?.[3]).toBe("PHARYNX");
    expect((rows[1] ?? []).every((cell) => cell === null)).toBe(true);
    const labels = rows[2]?.slice(3).filter((cell) => cell !== null) ?? [];
    expect(labels.length).toBeGreaterThan(300);
    expect(labels.every((label) => typeof label === "string")).toBe(true);
    expect(rows[3]?.[0]).toBe("PHARYNX");
    const after = 3 + labels.length;
    const repeated = rows.at(-1)?.slice(3, after).map(String) ?? [];
    expect(rows.at(-1)?.slice(0, 3)).toEqual([null, null, null]);
    expect(repeated.map((label) => label.toUpperCase())).toEqual(labels.map((label) => String(label).toUpperCase()));
    expect(repeated.filter((label, index) => label !== labels[index])).toHaveLength(1);
    expect(rows[2]?.[after] ?? null).toBe(null);
    expect(rows[3]?.[after]).toBe(rows[3]?.[2]);
  });

  it("have rows that are postsynaptic in the count matrices, with zeros written", () => {
    const { Dataset7: rows = [] } = sheets("synapse_count_matrices");
    const counts = new Map<string, number>();
    for (const row of rows.slice(4)) {
      rows[2]?.forEach((pre, at) => {
        if (at >= 3 && Number(row[at]) > 0) counts.set(`${pre} ${row[2]}`, Number(row[at]));
      });
    }
    const stated = new Map<string, number>();
    for (const { pre, post, typ, syn } of recordsOf("witvliet_2020_7.json")) {
      if (typ === 0) stated.set(`${pre} ${post}`, (stated.get(`${pre} ${post}`) ?? 0) + syn.length);
    }
    expect(counts).toEqual(stated);
    expect(rows[2]?.[2]).toBe("");
    expect(rows.slice(4).some((row) => row[3] === 0)).toBe(true);
  });

  it("list NeuronConnect from sender and receiver, two names once in lower case", () => {
    const { "NeuronConnect.csv": rows = [] } = sheets("NeuronConnect.xls");
    const of = (...types: string[]) => rows.filter((row) => types.includes(String(row[2])));
    const pairs = (list: Cell[][], order: readonly [number, number]) =>
      list.map((row) => [row[order[0]], row[order[1]], row[3]].join(" ").toUpperCase()).sort();
    expect(pairs(of("S", "Sp"), [0, 1])).toEqual(pairs(of("R", "Rp"), [1, 0]));
    expect(new Set(rows.slice(1).map((row) => row[2]))).toEqual(new Set(["S", "Sp", "R", "Rp", "EJ", "NMJ"]));
    const names = rows.slice(1).flatMap((row) => [String(row[0]), String(row[1])]);
    expect(names.filter((name) => name !== name.toUpperCase()).sort()).toEqual(["avfl", "avfr"]);
  });

  it("list some gap junctions of OpenWorm once, and five with two numbers", () => {
    const { Connectome: rows = [] } = sheets("CElegansNeuronTables.xls");
    const gaps = new Map(rows.filter((row) => row[2] === "GapJunction").map((row) => [`${row[0]} ${row[1]}`, row[3]]));
    const back = (pair: string) => gaps.get(pair.split(" ").reverse().join(" "));
    const differing = [...gaps].filter(([pair, weight]) => back(pair) !== undefined && back(pair) !== weight);
    const once = [...gaps.keys()].filter((pair) => back(pair) === undefined);
    expect(differing).toHaveLength(10);
    expect(once.length).toBeGreaterThan(3);
  });
});

describe("texts", () => {
  it("are tab-separated though they are called .csv", () => {
    for (const part of ["white_1986_whole.csv", "white_1986_A.csv", "aconnectome_witvliet_2020_7.csv"]) {
      expect(linesOf(part)[0]).toBe("pre\tpost\ttype\tsynapses");
      expect(linesOf(part).every((line) => line.split("\t").length === 4 && !line.includes(","))).toBe(true);
    }
  });

  it("have fields padded with blanks", () => {
    const [first = ""] = linesOf("herm_full_edgelist").slice(1);
    expect(first).toMatch(/^\w+ , \w+ +,\d+,/);
  });

  it("have headers behind #", () => {
    expect(linesOf("monoamines")[0]).toBe("#source neuron, target neuron, transmitter, receptor");
    const [names = "", ...positions] = linesOf("neuron_positions");
    const list = names.slice(1).split(" ");
    expect(names.startsWith("#")).toBe(true);
    expect(list).toHaveLength(303);
    expect(positions).toHaveLength(303);
    expect(list.filter((name, index) => list.indexOf(name) !== index)).toEqual(["PVCL"]);
    expect(list).toEqual(expect.arrayContaining(["CANL", "CANR"]));
  });

  it("have a byte-order mark and CR LF", () => {
    expect(bytesOf("replacement.csv").subarray(0, 3).toString("hex")).toBe("efbbbf");
    for (const part of ["replacement.csv", "connectome_neurons.csv", "class_split"]) {
      expect(textOf(part).match(/\n/g)?.length).toBe(textOf(part).match(/\r\n/g)?.length);
    }
  });

  it("have titles, blank columns, mixed spellings, doubtful names and a summary block", () => {
    const lines = linesOf("neurotransmitters");
    expect(lines.slice(0, 3)).toEqual([
      "List of all neurotransmitters,,,,",
      ",,,,",
      "Class,Neuron,Neurotransmitter,Cotramsmitter,Comments",
    ]);
    const values = new Set(lines.slice(3).map((line) => line.split(",")[2]));
    expect([...values]).toEqual(expect.arrayContaining(["ACh", "Ach"]));
    expect(lines.filter((line) => /,DB(1\/3|3\/1),/.test(line))).toHaveLength(2);
    expect(lines.lastIndexOf(",,,,")).toBeGreaterThan(lines.length - 5);
    expect(lines.filter((line) => line.startsWith(",") && line !== ",,,,").length).toBeGreaterThan(50);
    expect(linesOf("neuron_type")[0]?.endsWith(",")).toBe(true);
  });

  it("leave the sections of Dataset7 empty", () => {
    const rows = linesOf("synapse_list.csv")
      .slice(1)
      .map((line) => line.split(","));
    expect(rows.filter((row) => row[4] === "" && row[0] !== "Dataset7")).toEqual([]);
    expect(rows.filter((row) => row[4] !== "" && row[0] === "Dataset7")).toEqual([]);
    expect(rows.some((row) => row[0] === "Dataset7")).toBe(true);
    expect(new Set(rows.map((row) => row[6]))).toEqual(new Set(["yes", "no", "unknown"]));
  });
});

describe("NemaNode JSON", () => {
  it("repeats ten records of JSE and has three values of 2 in N2U", () => {
    const keys = recordsOf("white_1986_jse.json").map(({ pre, post, typ }) => `${pre} ${post} ${typ}`);
    expect(keys.length - new Set(keys).size).toBeGreaterThan(0);
    expect(keys.length - new Set(keys).size).toBeLessThanOrEqual(10);
    const values = recordsOf("white_1986_n2u.json").flatMap(({ syn }) => syn);
    expect(values.filter((value) => value !== 1)).toEqual([2, 2, 2]);
  });

  it("lists gap junctions both ways", () => {
    const gaps = recordsOf("white_1986_whole.json").filter(({ typ }) => typ === 2);
    const pairs = new Set(gaps.map(({ pre, post }) => `${pre} ${post}`));
    expect(gaps.every(({ pre, post }) => pairs.has(`${post} ${pre}`))).toBe(true);
  });

  it("gives one weight per record in the WormWideWeb form", () => {
    const records = recordsOf("cook_jarrell_2019_h.json");
    expect(records.every(({ syn }) => syn.length === 1)).toBe(true);
    expect(records.some(({ syn }) => (syn[0] as number) > 1)).toBe(true);
  });

  it("gives signed strengths of typ 4 for functional pairs", () => {
    const records = recordsOf("randi_funconn");
    expect(new Set(records.map(({ typ }) => typ))).toEqual(new Set([4]));
    expect(records.some(({ syn }) => (syn[0] as number) < 0)).toBe(true);
    expect(records.some(({ pre, post }) => pre === post)).toBe(false);
  });
});

describe("names", () => {
  const names = {
    Cook: sheets("Cook2019")["hermaphrodite chemical"]?.map((row) => String(row[2])) ?? [],
    NeuronConnect: sheets("NeuronConnect.xls")["NeuronConnect.csv"]?.map((row) => String(row[0])) ?? [],
    WormWideWeb: recordsOf("cook_jarrell_2019_h.json").map(({ pre }) => pre),
    Varshney: [
      ...bytesOf("ConnOrdered")
        .toString("utf16le")
        .matchAll(/[A-Z]{2}0\d/g),
    ].map(([name]) => name),
    Uzel: [
      ...bytesOf("Order279")
        .toString("utf16le")
        .matchAll(/[A-Z]{2}0\d/g),
    ].map(([name]) => name),
    White: linesOf("white_1986_whole.csv").map((line) => line.split("\t")[0] as string),
    Witvliet: recordsOf("witvliet_2020_7.json").map(({ pre }) => pre),
    OpenWorm: sheets("CElegansNeuronTables.xls").Connectome?.map((row) => String(row[0])) ?? [],
  };
  const count = (list: readonly string[], pattern: RegExp) => list.filter((name) => pattern.test(name)).length;

  it.each(["Cook", "NeuronConnect", "WormWideWeb", "Varshney", "Uzel"] as const)("are zero-padded in %s", (source) => {
    expect(count(names[source], PADDED)).toBeGreaterThan(0);
    expect(count(names[source], UNPADDED)).toBe(0);
  });

  it.each(["White", "OpenWorm"] as const)("are not padded in %s", (source) => {
    expect(count(names[source], UNPADDED)).toBeGreaterThan(0);
    expect(count(names[source], PADDED)).toBe(0);
  });

  it("are not padded in Witvliet, which has muscles and glia too", () => {
    expect(count(names.Witvliet, PADDED)).toBe(0);
    const targets = recordsOf("witvliet_2020_7.json").map(({ post }) => post);
    expect(targets.filter((name) => /^(BWM-|GLR|CEPsh)/.test(name)).length).toBeGreaterThan(0);
  });
});
