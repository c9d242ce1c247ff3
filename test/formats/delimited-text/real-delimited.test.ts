import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { type DelimitedOptions, readDelimited } from "../../../src/formats/delimited-text/read-delimited.js";
import { realData } from "../../support/real-data.js";

const data = realData();

function read(path: string, options: Partial<DelimitedOptions> = {}) {
  const bytes = readFileSync(data.path(...path.split("/")));
  return readDelimited(bytes, { file: path, limits: DEFAULT_LIMITS, separator: ",", header: "first", ...options });
}

describe.skipIf(!data.present)(`real delimited text${data.reason}`, () => {
  it.each<[string, number, Partial<DelimitedOptions>]>([
    ["OpenWorm/herm_full_edgelist.csv", 4681 + 2698, { trim: true, required: ["Source", "Target", "Weight", "Type"] }],
    ["White1986/aconnectome_white_1986_whole.csv", 2961, { separator: ["\t", ","] }],
    ["White1986/aconnectome_white_1986_A.csv", 1899, { separator: "auto" }],
    ["Witvliet2020/aconnectome_witvliet_2020_7.csv", 2500, { separator: "\t" }],
    ["Witvliet2020/synapse_list.csv", 32_105, {}],
    ["annotations/esconnectome_monoamines_Bentley_2016.csv", 2626, { header: "comment", comment: "#" }],
    ["annotations/esconnectome_neuropeptides_Bentley_2016.csv", 8931, { header: "comment", comment: "#" }],
    ["Randi2023/leifer_funconn_wildtype_2022-04-01.tsv", 90_000, { separator: "\t", header: "none" }],
    ["WormWideWeb/atanas_kim_2023.csv", 68, { required: ["checksum", "uid", "t_range"] }],
  ])("%s has %i records", (path, records, options) => expect(read(path, options).records).toHaveLength(records));

  it("WormWideWeb/connectome_neurons_replacement.csv begins with a byte order mark", () => {
    expect(read("WormWideWeb/connectome_neurons_replacement.csv").columns[0]).toBe("original");
  });

  it("annotations/neurotransmitters.csv has its header in line 3", () => {
    const table = read("annotations/neurotransmitters.csv", {
      header: { containing: ["Class", "Neuron"] },
      ragged: "pad",
    });
    expect([table.headerLine, table.preamble.length]).toEqual([3, 2]);
  });

  it("annotations/anatlas_neuron_positions.txt: 303 names in a comment, 303 rows of x y z", () => {
    const options = { separator: "whitespace", header: "none", comment: "#" } as const;
    const table = read("annotations/anatlas_neuron_positions.txt", options);
    expect(table.comments[0]?.text.trim().split(/\s+/)).toHaveLength(303);
    expect(table.records).toHaveLength(303);
    expect(table.records.every(({ fields }) => fields.length === 3)).toBe(true);
  });
});
