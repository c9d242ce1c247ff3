import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ParseCache } from "../../src/engine/parse-cache.js";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import { ToyProject } from "./toy-project.js";

const CONTRACT = `dataset: made
table: edge_record
description: Edges.
key: [pre]
fields:
  - { name: pre, type: utf8, description: Cell. }
  - { name: weight, type: float64, description: Weight. }
`;
const PIPELINE = `pipeline: made
dataset: made
schedule: { cron: "0 4 * * 1" }
sources: { cook: { files: "a/*.xlsx", optional: true } }
steps:
  cook: { load: connectome/adjacency-matrix, source: cook, into: edge_record, with: { annotation: cook } }
checks:
  - { none: "select * from edge_record where pre is null" }
`;

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/made.yaml", PIPELINE);
  toy.write("schemas/made/edge_record.yaml", CONTRACT);
});
afterEach(() => toy.remove());

/** Which kinds of text were looked up and found. */
class CountingCache extends ParseCache {
  readonly found: string[] = [];

  override get(kind: "yaml" | "contract" | "pipeline" | "pins", text: string): unknown {
    const value = super.get(kind, text);
    if (value !== undefined) this.found.push(kind);
    return value;
  }
}

async function read() {
  const project = { root: toy.folder, home: `${toy.folder}/home` };
  const cache = new CountingCache(project.home);
  const [pipeline] = await readPipelines(["made"], { project, cache });
  return { pipeline, found: new Set(cache.found) };
}

describe("a pipeline that was read before", () => {
  it("is the same, without a look at its text", async () => {
    const first = await read();
    expect(first.found).toEqual(new Set());
    const second = await read();
    expect(second.found).toEqual(new Set(["pipeline", "contract"]));
    expect(second.pipeline).toEqual(first.pipeline);
  });

  it("is read anew when a contract of it means something else, but not for a word in its description", async () => {
    await read();
    toy.write("schemas/made/edge_record.yaml", CONTRACT.replace("Edges.", "Connections."));
    expect((await read()).found).toContain("pipeline");
    toy.write("schemas/made/edge_record.yaml", CONTRACT.replace("type: float64", "type: float64, nullable: true"));
    const { pipeline } = await read();
    expect(pipeline?.contracts.get("made.edge_record")?.contract.fields[1]?.nullable).toBe(true);
  });

  it("has the faults that its contract has got", async () => {
    await read();
    toy.write("schemas/made/edge_record.yaml", CONTRACT.replace("float64", "float65"));
    await expect(read()).rejects.toMatchObject({ tag: "config/pipeline-invalid" });
    toy.write("schemas/made/edge_record.yaml", CONTRACT);
    toy.write("pipelines/made.yaml", PIPELINE.replace("annotation: cook", "anotation: cook"));
    await expect(read()).rejects.toThrow(/missing key "annotation"/);
  });

  it("is another one under --set", async () => {
    await read();
    const project = { root: toy.folder, home: `${toy.folder}/home` };
    const [changed] = await readPipelines(["made"], { project, set: { "steps.cook.with.annotation": "other" } });
    expect(changed).toMatchObject({ changed: true, steps: [{ parameterTexts: { annotation: '"other"' } }] });
    expect((await read()).pipeline).toMatchObject({ changed: false });
  });
});
