import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/tables/contract.js";
import { annotation, representativeIds } from "../../../src/transforms/connectome/annotation.js";
import { ANNOTATIONS, annotationEntry } from "../../../src/transforms/connectome/annotation-catalogue.js";
import type { AnnotationEntry } from "../../../src/transforms/connectome/annotation-entry.js";
import { consensusRows } from "../../../src/transforms/connectome/consensus.js";
import { mergeRecords } from "../../../src/transforms/connectome/merge-records.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { edgeRecords, noAliases, type ShortRecord } from "./edge-records.js";

type AnnotationInput = Parameters<typeof consensusRows>[0];

async function annotationsOf(edges: readonly unknown[], parameters: unknown = { annotations: [] }) {
  const { context, rows } = memoryTransformContext({ edge: edges as Row[] }, parameters as { annotations: [] });
  await annotation.run(context);
  return rows.annotation ?? [];
}

async function consensusOf(short: readonly ShortRecord[]) {
  const { edges } = mergeRecords(edgeRecords(short), noAliases);
  const annotations = (await annotationsOf(edges)).filter((row) => row.representative) as unknown as AnnotationInput;
  const rows = [...consensusRows(annotations, edges)];
  const at = (kind: string, pre: string, post: string) =>
    rows.find((row) => row.kind === kind && row.pre === pre && row.post === post);
  return { rows, at };
}

describe("the corrected consensus", () => {
  const short: ShortRecord[] = [
    ["white1986_whole", "AVAL", "AVBL", 4],
    ["openworm", "AVAL", "AVBL", 40],
    ["witvliet2020_7", "AVAL", "AVBL", 2],
    ["witvliet2020_7", "AVAL", "AVDL", 3],
    ["white1986_whole", "AVDL", "AVBL", 1],
    ["cook2019", "AVAL", "AVBL", 10],
    ["cook2019", "CANL", "CANR", 1, "gap"],
  ];

  it("counts each lineage once and never mixes units", async () => {
    const { at } = await consensusOf(short);
    expect(at("chemical", "AVAL", "AVBL")).toEqual({
      pre: "AVAL",
      post: "AVBL",
      kind: "chemical",
      state: "present",
      n_covering: 3,
      n_present: 3,
      mean_count_present: 3,
      mean_count_covering: 3,
      sd_count: Math.SQRT2,
      mean_sections_present: 10,
      mean_sections_covering: 10,
      sd_sections: null,
      by_lineage: [
        { lineage: "cook_compilation", annotation_id: "cook2019", weight: 10, unit: "em_sections" },
        { lineage: "white_compilation", annotation_id: "white1986_whole", weight: 4, unit: "synapse_count" },
        { lineage: "witvliet_7", annotation_id: "witvliet2020_7", weight: 2, unit: "synapse_count" },
      ],
    });
  });

  it("takes absence from who covered both neurons", async () => {
    const { at } = await consensusOf(short);
    expect(at("chemical", "AVAL", "AVDL")).toMatchObject({
      state: "present",
      n_covering: 2,
      n_present: 1,
      mean_count_present: 3,
      mean_count_covering: 1.5,
    });
    expect(at("chemical", "AVDL", "AVAL")).toMatchObject({ state: "absent", n_covering: 2, mean_count_covering: 0 });
    expect(at("chemical", "AVAL", "VC6")).toMatchObject({
      state: "not_covered",
      n_covering: 0,
      mean_count_covering: null,
    });
    expect(at("gap", "CANL", "CANR")).toMatchObject({ state: "present", n_covering: 1, mean_sections_present: 1 });
    expect(at("gap", "AVAL", "AVBL")).toMatchObject({ state: "absent", n_covering: 2 });
  });

  it("has every ordered pair of 302 neurons, gap junctions once", async () => {
    const { rows } = await consensusOf(short);
    expect(rows.length).toBe(302 * 302 + (302 * 303) / 2);
    expect(rows.every((row) => row.kind !== "gap" || (row.pre as string) <= (row.post as string))).toBe(true);
  });

  it("does not depend on the order of annotations and edges", async () => {
    const { edges } = mergeRecords(edgeRecords(short), noAliases);
    const annotations = (await annotationsOf(edges)).filter((row) => row.representative) as unknown as AnnotationInput;
    const expected = [...consensusRows(annotations, edges)].filter((row) => row.state !== "not_covered");
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...annotations], { minLength: annotations.length }),
        fc.shuffledSubarray(edges, { minLength: edges.length }),
        (mixedAnnotations, mixedEdges) => {
          const rows = [...consensusRows(mixedAnnotations, mixedEdges)].filter((row) => row.state !== "not_covered");
          expect(rows).toEqual(expected);
        },
      ),
      { numRuns: 4 },
    );
  }, 60_000);
});

describe("annotation", () => {
  it("describes the annotations that have edges and counts the neurons in them", async () => {
    const { edges } = mergeRecords(
      edgeRecords([
        ["white1986_n2u", "AVAL", "AVBL", 1],
        ["white1986_n2u", "AVAL", "hyp", 1],
        ["openworm", "AVAL", "AVBL", 1],
      ]),
      noAliases,
    );
    const rows = await annotationsOf(edges);
    expect(
      rows.map((row) => [row.annotation_id, row.representative, row.n_neurons, row.unit, row.published_source]),
    ).toEqual([
      ["openworm", true, 2, "synapse_count", "openworm"],
      ["white1986_n2u", false, 2, "synapse_count", "white1986_n2u"],
    ]);
  });

  it("takes a user's own annotation from the parameters, and refuses one that nothing describes", async () => {
    const edges = [{ annotation_id: "mine", pre: "AVAL", post: "AVBL" }];
    await expect(annotationsOf(edges)).rejects.toMatchObject({ tag: "config/unknown-annotation", exitCode: 3 });
    const mine = { ...(annotationEntry("openworm") as AnnotationEntry), annotation_id: "mine", lineage: "my_animal" };
    const parameters = annotation.parameters.parse({ annotations: [mine] });
    expect(await annotationsOf(edges, parameters)).toMatchObject([{ annotation_id: "mine", representative: true }]);
  });

  it("lets another form stand in for a missing main one", () => {
    const entries = (...ids: string[]) => ids.map((id) => annotationEntry(id) as AnnotationEntry);
    expect(representativeIds(entries("white1986_jsh_json"))).toEqual(new Set(["white1986_jsh_json"]));
    expect(representativeIds(entries("white1986_jsh", "white1986_jsh_json"))).toEqual(new Set(["white1986_jsh"]));
    expect(representativeIds(entries("openworm", "white1986_whole_json"))).toEqual(new Set(["white1986_whole_json"]));
    expect(representativeIds(entries("varshney2011", "witvliet2020_1"))).toEqual(new Set());
  });

  it("names no annotation twice", () => {
    const ids = ANNOTATIONS.map((entry) => entry.annotation_id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
