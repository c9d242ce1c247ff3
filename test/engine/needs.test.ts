import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import { countItems, fixtures, lineLoader, ToyProject } from "./toy-project.js";

const recordings = `pipeline: recordings
title: Items
dataset: toy
sources:
  first: { files: "a/*.txt", optional: true }
steps:
  first: { load: ${lineLoader}, source: first, into: item_record }
  count: { transform: ${countItems}, from: item_record, into: item_count }
`;
const totals = `pipeline: totals
title: Totals
dataset: other
needs: [recordings]
steps:
  total: { transform: ./total.mjs, from: toy.item_count, into: item_total }
`;
const module = `export default {
  name: "total", description: "Counts.", inputs: ["toy.item_count"], outputs: ["item_total"],
  async run({ input, sink }) { sink("item_total").write([{ text: "rows", occurrences: input("toy.item_count").rowCount }]); },
};
`;

let toy: ToyProject;
beforeEach(async () => {
  toy = new ToyProject();
  const { readFileSync } = await import("node:fs");
  const contract = readFileSync(join(fixtures, "schemas/toy/item_total.yaml"), "utf8");
  toy.write("schemas/other/item_total.yaml", contract.replace("dataset: toy", "dataset: other"));
  toy.write("pipelines/recordings.yaml", recordings);
  toy.write("pipelines/totals.yaml", totals);
  toy.write("pipelines/total.mjs", module);
  toy.write("raw/a/one.txt", "x\ny\n");
});
afterEach(() => toy.remove());

const statuses = (summary: Awaited<ReturnType<ToyProject["run"]>>) =>
  summary.steps.map(({ pipeline, step, status }) => `${pipeline} ${step} ${status}`);

describe("needs", () => {
  it("brings the pipelines it names up to date first, from one command", async () => {
    expect(statuses(await toy.run({ pipelines: ["totals"] }))).toEqual([
      "recordings first ran",
      "recordings count ran",
      "totals total ran",
    ]);
    toy.write("raw/a/two.txt", "z\n");
    expect(statuses(await toy.run({ pipelines: ["totals"] }))).toContain("totals total ran");
    expect(statuses(await toy.run({ pipelines: ["totals"] }))).toEqual([
      "recordings first cached",
      "recordings count cached",
      "totals total cached",
    ]);
  });

  it("reads the current tables where no source of a needed pipeline is here", async () => {
    await toy.run({ pipelines: ["totals"] });
    const empty = join(toy.folder, "schemas");
    const summary = await toy.run({ pipelines: ["totals"], sources: [empty] });
    expect(statuses(summary)).toEqual(["totals total cached"]);
    expect(summary.warnings.join("\n")).toContain("recordings, which totals needs, has no source here");
  });

  it("fails without sources where there are no tables either", async () => {
    const empty = join(toy.folder, "schemas");
    await expect(toy.run({ pipelines: ["totals"], sources: [empty] })).rejects.toMatchObject({
      tag: "usage/no-source",
    });
  });

  it("names a pipeline that there is not, with its place", async () => {
    toy.write("pipelines/totals.yaml", totals.replace("[recordings]", "[recording, totals]"));
    const read = readPipelines(["totals"], { project: await toy.project(), needs: true });
    await expect(read).rejects.toMatchObject({
      diagnostics: [
        { line: 4, message: 'there is no pipeline "recording"', hint: expect.stringContaining("recordings") },
        { line: 4, message: "a pipeline cannot need itself" },
      ],
    });
  });

  it("does not go round in circles", async () => {
    toy.write("pipelines/recordings.yaml", recordings.replace("dataset: toy\n", "dataset: toy\nneeds: [totals]\n"));
    const pipelines = await readPipelines(["totals"], { project: await toy.project(), needs: true });
    expect(pipelines.map(({ name }) => name).sort()).toEqual(["recordings", "totals"]);
    expect(statuses(await toy.run({ pipelines: ["totals"] }))).toContain("totals total ran");
  });
});
