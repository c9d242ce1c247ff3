import { existsSync, readFileSync } from "node:fs";
import { read, utils } from "@e965/xlsx";
import { describe, expect, it } from "vitest";
import { openHdf5 } from "../../src/formats/hdf5/open-hdf5.js";
import { readMatlab } from "../../src/formats/matlab/read-matlab.js";
import { sampleFiles } from "../../src/sample-data/sample-sources.js";
import { realData } from "../support/real-data.js";

const data = realData();
const samples = await sampleFiles(1);

/** Files that exist both ways, of one kind. */
const both = (pattern: RegExp) =>
  samples
    .map(({ path, bytes }) => ({ path: path.replace("celegans/", ""), sample: Buffer.from(bytes) }))
    .filter(({ path }) => pattern.test(path) && data.present && existsSync(data.path(path)))
    .map((file) => ({ ...file, real: readFileSync(data.path(file.path)) }));

/** Sheets in order, with what stands in the rows above the data: texts as they are, labels of cells as `label`. */
function workbookShape(bytes: Buffer, path: string) {
  const book = read(bytes, { type: "buffer" });
  const lists = /\.xls$/.test(path);
  return book.SheetNames.map((name) => {
    const rows = utils.sheet_to_json<(string | number | null)[]>(book.Sheets[name] as object, {
      header: 1,
      defval: null,
      blankrows: true,
    });
    if (lists) return { name, header: rows[0], types: rows[1]?.map((cell) => typeof cell) };
    if (name.startsWith("TITLE")) return { name, rows: rows.length };
    const corner = rows.slice(0, 5).map((row) => row.slice(0, 2));
    const labels = [rows[2]?.[3], rows[4]?.[2]].map((cell) => typeof cell);
    return { name, corner, labels };
  });
}

/** How a text file is written. */
function textShape(bytes: Buffer) {
  const text = bytes.toString("utf8");
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const separators = ["\t", ","].filter((mark) => lines.slice(1, 50).some((line) => line.includes(mark)));
  return {
    mark: text.startsWith("\ufeff"),
    carriageReturn: text.includes("\r\n"),
    comment: text.startsWith("#"),
    header: /^#?[A-Za-z ]+([,\t][A-Za-z_ ():]*)+$/.test(lines[0] ?? "") ? lines[0] : "",
    separators,
    endsWithLineEnd: text.endsWith("\n"),
  };
}

function jsonShape(bytes: Buffer) {
  const root = JSON.parse(bytes.toString("utf8")) as unknown;
  const kindOf = (value: unknown) => (Array.isArray(value) ? "list" : typeof value);
  if (!Array.isArray(root)) {
    return { root: "object", keySets: [], kinds: [...new Set(Object.values(root as object).map(kindOf))] };
  }
  const records = root.filter((item) => typeof item === "object") as Record<string, unknown>[];
  const kinds = records.flatMap((record) => Object.entries(record).map(([key, value]) => `${key}: ${kindOf(value)}`));
  return {
    root: records.length > 0 ? "list of objects" : `list of ${typeof root[0]}`,
    keySets: [...new Set(records.map((record) => Object.keys(record).sort().join(" ")))].sort(),
    kinds: [...new Set(kinds)].sort(),
  };
}

describe.skipIf(!data.present)(`sample files have the structure of the published ones${data.reason}`, () => {
  it("compares files of every kind", () => {
    expect(both(/\.xlsx?$/)).toHaveLength(4);
    expect(both(/\.json$/).length).toBeGreaterThan(8);
    expect(both(/\.(csv|tsv|txt)$/).length).toBeGreaterThan(12);
    expect(both(/\.(mat|h5)$/)).toHaveLength(4);
  });

  it.each(both(/\.xlsx?$/))("$path: sheets and header rows", ({ path, sample, real }) => {
    expect(workbookShape(sample, path)).toEqual(workbookShape(real, path));
  });

  it.each(both(/\.(csv|tsv|txt)$/))("$path: header, separators, marks and line ends", ({ sample, real }) => {
    expect(textShape(sample)).toEqual(textShape(real));
  });

  it.each(both(/\.json$/))("$path: keys and kinds of values", ({ sample, real }) => {
    const [own, published] = [jsonShape(sample), jsonShape(real)];
    expect(own.root).toBe(published.root);
    for (const keys of own.keySets) expect(published.keySets).toContain(keys);
    for (const kind of own.kinds) expect(published.kinds).toContain(kind);
  });

  it.each(both(/\.mat$/))("$path: variables and their classes", async ({ path, sample, real }) => {
    const shape = async (bytes: Buffer) => {
      const file = await readMatlab(bytes, { file: path });
      const variables = file.variables.map(({ name, class: of, dims }) => ({
        name,
        of,
        axes: dims.map((size) => (size === 1 || size === 3 ? size : "many")),
      }));
      file.close();
      return { version: file.version, variables };
    };
    expect(await shape(sample)).toEqual(await shape(real));
  });

  it.each(both(/\.h5$/))("$path: datasets, types and shapes", async ({ path, sample, real }) => {
    const shape = async (bytes: Buffer) => {
      const file = await openHdf5(bytes, { file: path });
      const datasets = file.children().map((entry) => {
        const { type, shape: dims } = file.dataset(entry.path);
        return { path: entry.path, type, dims };
      });
      file.close();
      return datasets;
    };
    expect(await shape(sample)).toEqual(await shape(real));
  });
});
