import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, UsageError } from "../../src/base/errors.js";
import { findPipelineFile, listPipelineFiles, parsePipeline, readPipelines } from "../../src/engine/pipeline-file.js";
import { pipelineJsonSchema } from "../../src/engine/pipeline-schema.js";
import { repositoryRoot } from "../support/real-data.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { fixtures } from "./toy-project.js";
import { toyRegistry } from "./toy-registry.js";

const project = { root: fixtures, home: temporaryDirectory() };
const parse = (text: string, set: Record<string, unknown> = {}) =>
  parsePipeline(text, join(fixtures, "broken", "broken.yaml"), { project, registry: toyRegistry, set });

const head = `pipeline: broken
dataset: toy
sources: { first: { files: a.txt } }
`;
const good = `${head}steps:
  first: { load: toy/lines, source: first, into: item_record }
  count: { transform: toy/count, from: item_record, into: item_count }
`;

describe("a broken pipeline file", () => {
  const folder = join(fixtures, "broken");
  const files = readdirSync(folder).sort();

  it("comes in many kinds", () => expect(files.length).toBeGreaterThanOrEqual(40));

  it.each(files)("%s tells where", async (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const expected = [...text.matchAll(/^# expect: (\d+):(\d+) (.*)$/gm)];
    expect(expected.length).toBeGreaterThan(0);
    const { faults, pipeline } = await parsePipeline(text, join(folder, file), { project, registry: toyRegistry });
    expect(pipeline).toBeUndefined();
    const told = faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
    for (const [index, [, line, column, message]] of expected.entries()) {
      expect(told[index]).toContain(`${line}:${column} `);
      expect(told[index]).toContain(message);
    }
    expect(told).toHaveLength(expected.length);
    for (const { frame } of faults) expect(frame).toMatch(/\d+ \| .*\n.*\^/);
  });
});

describe("hints", () => {
  const hintOf = async (text: string) => (await parse(text)).faults[0]?.hint;

  it.each([
    [good.replace("load:", "lodaer:"), 'did you mean "load"?'],
    [good.replace("toy/lines", "toy/lnies"), 'did you mean "toy/lines"?'],
    [good.replace("source: first", "source: frist"), 'did you mean "first"?'],
    [good.replace("from: item_record", "from: item_recrod"), 'did you mean "item_record"?'],
    [good.replace("load: toy/lines", "load: toy/count"), "it is a transform: write `transform:`"],
    [good.replace("load: toy/lines", "load: toy/model"), "it is a stage: write `stage:`"],
    [good.replace("transform: toy/count", "stage: toy/count"), "it is a transform: write `transform:`"],
    [good.replace("into: item_count", "into: item_coumt"), 'did you mean "toy.item_count"?'],
  ])("%#", async (text, hint) => expect(await hintOf(text)).toBe(hint));
});

describe("a good pipeline file", () => {
  it("is read", async () => {
    const { pipeline } = await parse(good);
    expect(pipeline?.steps.map(({ name, kind }) => [name, kind])).toEqual([
      ["first", "load"],
      ["count", "transform"],
    ]);
    expect(pipeline?.steps[0]?.into).toEqual([
      "toy.item_record",
      "toy.source_file",
      "toy.file_count",
      "toy.dropped_record",
    ]);
    expect(pipeline?.steps[0]?.parameterTexts).toEqual({ upper: "false" });
    expect(pipeline?.steps[0]?.limits).toEqual({ memoryBytes: 2e9, seconds: 1800 });
  });

  it("takes comments, other formatting and anchors without a difference", async () => {
    const plain = (await parse(good)).pipeline;
    const other = (
      await parse(`# a comment
dataset: "toy"
pipeline: 'broken'
sources:
  first:
    files: &path a.txt
steps:
  first:
    load: toy/lines   # here too
    source: first
    into: [item_record]
  count:
    into: item_count
    from: [ item_record ]
    transform: toy/count
`)
    ).pipeline;
    expect(other?.steps).toEqual(plain?.steps);
    expect(other?.sources).toEqual(plain?.sources);
  });

  it("takes stages", async () => {
    const { pipeline, faults } = await parse(
      `${good}  model: { stage: toy/model, from: item_count, into: item_total, with: { seed: 7 } }\n`,
    );
    expect(faults).toEqual([]);
    expect(pipeline?.steps[2]).toMatchObject({
      kind: "stage",
      implementation: "toy/model",
      parameterTexts: { seed: "7" },
      from: [{ name: "item_count", table: "toy.item_count", external: false }],
    });
  });

  it("takes resources", async () => {
    const { pipeline } = await parse(
      good.replace("into: item_count", "into: item_count, resources: { memory: 1.5GB, time: 90s }"),
    );
    expect(pipeline?.steps[1]?.limits).toEqual({ memoryBytes: 1.5e9, seconds: 90 });
  });
});

describe("--set", () => {
  it("changes a parameter", async () => {
    const { pipeline } = await parse(good, { "steps.count.with.minimum": 3 });
    expect(pipeline?.steps[1]?.parameterTexts).toEqual({ minimum: "3" });
    expect(pipeline?.changed).toBe(true);
  });

  it.each([
    ["steps.cuont.with.minimum", 3, "there is nothing at this path"],
    ["steps.count.with.minimun", 3, 'unknown key "minimun"'],
    ["steps.count.with.minimum", "three", 'found "three"'],
    ["titel", "x", 'unknown key "titel"'],
    ["pipeline.name", "x", "there is nothing at this path"],
  ])("%s=%s is refused", async (path, value, message) => {
    const { faults } = await parse(good, { [path]: value });
    expect(faults.map((fault) => fault.message).join("\n")).toContain(message);
  });
});

describe("readPipelines", () => {
  it("tells all faults of all files in one error", async () => {
    const broken = ["three-faults", "unknown-loader"].map((name) => join(fixtures, "broken", `${name}.yaml`));
    const error = await readPipelines(broken, { project, registry: toyRegistry }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).exitCode).toBe(3);
    expect((error as ConfigError).diagnostics).toHaveLength(4);
  });

  it("suggests the name of a pipeline that is there", () => {
    const error = (() => {
      try {
        findPipelineFile("celegans-conectome", repositoryRoot);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).wayOut).toContain("celegans-connectome");
  });

  it("finds by its name a pipeline that lies in the project's folder itself", () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, "pumping.yaml"), "");
    expect(findPipelineFile("pumping", root)).toBe(join(root, "pumping.yaml"));
    mkdirSync(join(root, "pipelines"));
    writeFileSync(join(root, "pipelines", "pumping.yaml"), "");
    expect(findPipelineFile("pumping", root)).toBe(join(root, "pipelines", "pumping.yaml"));
  });

  it("finds every pipeline of the package valid", async () => {
    const pipelines = await readPipelines(listPipelineFiles(repositoryRoot).slice(0, 1), {
      project: { ...project, root: repositoryRoot },
    });
    expect(pipelines.length).toBe(1);
  });

  it("refuses a file of more than a million characters", async () => {
    const { faults } = await parse(`${good}# ${"x".repeat(1 << 20)}`);
    expect(faults[0]?.message).toContain("at most");
  });
});

describe("the JSON Schema", () => {
  it("is not stale (node scripts/generate-pipeline-schema.mjs)", () => {
    const stored: unknown = JSON.parse(readFileSync(join(repositoryRoot, "schemas", "pipeline.schema.json"), "utf8"));
    expect(stored).toEqual(JSON.parse(JSON.stringify(pipelineJsonSchema())));
  });
});
