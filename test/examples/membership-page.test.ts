import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { GLOBAL_OPTIONS, VERBS } from "../../src/cli/verbs.js";
import { parsePipeline } from "../../src/engine/pipeline-file.js";
import { FORMS } from "../../src/stages/membership/features/feature-options.js";
import { scoreServerParameters } from "../../src/stages/membership/score-server-parameters.js";
import { assignParameters, designParameters } from "../../src/transforms/membership/assign-parameters.js";
import { SEQUENCE_ATTACKS } from "../../src/transforms/membership/attack-names.js";
import { documentsParameters } from "../../src/transforms/membership/documents-parameters.js";
import { repositoryRoot } from "../support/real-data.js";
import { anchors, codeBlocks, filesBelow, linkedAnchors, linkedFiles, pageText } from "./code-blocks.js";

const PAGE = "membership.md";
const text = pageText(PAGE);
const blocks = codeBlocks(PAGE);
const examples = blocks.filter(({ path }) => path.startsWith("examples/"));

/** The cells of every row of a table, without its marks of code. */
function rows(heading: string): string[][] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const end = lines.findIndex((line, i) => i > at && !line.startsWith("|"));
  expect([heading, at]).not.toEqual([heading, -1]);
  return lines.slice(at + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

const first = (heading: string) => rows(heading).map(([cell = ""]) => cell);
const told = (names: Iterable<string>) => [...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(text));

interface PipelineText extends Record<string, unknown> {
  readonly sources: Readonly<Record<string, { readonly files: string }>>;
  readonly steps: object;
}

function pipeline(path: string): PipelineText {
  return parse(readFileSync(join(repositoryRoot, path), "utf8")) as PipelineText;
}

async function faults(content: string): Promise<string[]> {
  const file = join(repositoryRoot, "examples", "membership-server", "page.yaml");
  const { faults: found } = await parsePipeline(content, file, {
    project: { root: repositoryRoot, home: join(repositoryRoot, "nowhere") },
  });
  return found.map(({ line, message }) => `${line}: ${message}`);
}

describe(PAGE, () => {
  it("shows its examples as they are, all of them", () => {
    for (const { path, content } of examples) expect(content).toBe(readFileSync(join(repositoryRoot, path), "utf8"));
    const written = ["examples/membership-scores", "examples/membership-server"].flatMap(filesBelow);
    expect(examples.map(({ path }) => path).sort()).toEqual(written.sort());
  });

  it("leads to pages and headings that are there", () => {
    for (const link of linkedFiles(PAGE)) {
      expect(() => readFileSync(join(repositoryRoot, "docs", link))).not.toThrow();
    }
    for (const { page, anchor } of linkedAnchors(PAGE)) expect(anchors(page || PAGE)).toContain(anchor);
    expect(linkedAnchors(PAGE).length).toBeGreaterThan(10);
  });

  it("gives commands whose verbs and options there are", () => {
    const lines = [...text.matchAll(/^ *((?:npx )?neurotables .*)$/gm)].map(([, line = ""]) => line);
    expect(lines.length).toBeGreaterThan(7);
    for (const line of lines) {
      const [, name = "", rest = ""] = /neurotables (\w+)(.*)$/.exec(line) ?? [];
      const verb = VERBS.find((one) => one.name === name);
      const known = new Set([...GLOBAL_OPTIONS, ...(verb?.options ?? [])].map((option) => `--${option.name}`));
      expect([line, verb === undefined]).toEqual([line, false]);
      for (const [option] of rest.replace(/"[^"]*"/g, "").matchAll(/--[a-z-]+/g)) expect(known).toContain(option);
    }
  });

  it("shows a whole pipeline, and steps, that are valid", async () => {
    const [whole, ...others] = blocks.filter(({ language, path }) => language === "yaml" && path !== "");
    expect(others).toEqual([]);
    expect(await faults(whole?.content ?? "")).toEqual([]);
    const steps = blocks.filter(({ language, path }) => language === "yaml" && path === "");
    expect(steps.length).toBeGreaterThan(4);
    const randomised = pipeline("pipelines/membership-randomised.yaml");
    const served = parse(whole?.content ?? "") as PipelineText;
    for (const { content } of steps) {
      const base = content.includes("onnx") ? served : randomised;
      const merged = {
        ...base,
        sources: { ...base.sources, ...(content.includes("onnx") ? { model: { files: "model.onnx" } } : {}) },
        steps: { ...base.steps, ...(parse(content) as object) },
      };
      expect([content, await faults(stringify(merged))]).toEqual([content, []]);
    }
  });

  it("tells where files are looked up", () => {
    const { sources } = pipeline("pipelines/membership-randomised.yaml");
    const expected = Object.values(sources).map(({ files }) => files.replace("membership/", ""));
    expect(first("path").sort()).toEqual(expected.sort());
    const scores = pipeline("pipelines/membership-scores.yaml").sources;
    expect(scores.scores?.files).toBe("membership/scores/*/*");
    expect(scores.reference?.files).toMatch(/^membership\/reference\//);
  });

  it("names every level, parameter, design, attack and table", () => {
    const shape = documentsParameters.shape;
    expect(first("`strip`").sort()).toEqual([...shape.strip.unwrap().options].sort());
    expect(first("parameter").sort()).toEqual(
      Object.keys(shape)
        .filter((name) => name !== "strip")
        .sort(),
    );
    const designs = designParameters.options;
    expect(first("`design`").sort()).toEqual(designs.map(({ shape: own }) => own.design.value).sort());
    expect(told(designs.flatMap(({ shape: own }) => Object.keys(own)))).toEqual([]);
    expect(told(Object.keys(scoreServerParameters.shape))).toEqual([]);
    const families = SEQUENCE_ATTACKS.map(({ name }) => name.replace(/_\d+$/, "_"));
    expect(families.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
    const tables = filesBelow("schemas/membership").map((path) => path.replace(/^.*\/|\.yaml$/g, ""));
    expect(told(tables)).toEqual([]);
  });

  it("shows experiments that are valid", () => {
    const block = blocks.find(({ content }) => content.startsWith("assign:"));
    const { assign } = parse(block?.content ?? "") as { assign: { with: unknown } };
    expect(assignParameters.safeParse(assign.with).error).toBeUndefined();
  });

  it("tells what each form computes", () => {
    const shown = Object.fromEntries(rows("option").map(([name, ...values]) => [name, values]));
    const camel = { include_count: "includeCount", general_probability: "generalProbability" } as const;
    const option = (name: string) => (camel as Record<string, string>)[name] ?? name;
    const values = (form: keyof typeof FORMS, name: string) =>
      String((FORMS[form] as unknown as Record<string, unknown>)[option(name)]);
    const expected = ["nonfinite", "precision", "include_count", "general_probability", "histogram"];
    expect(Object.keys(shown)).toEqual(expected);
    for (const name of expected) expect(shown[name]).toEqual([values("corrected", name), values("published", name)]);
    expect(Object.keys(FORMS.corrected).sort()).toEqual(expected.map(option).sort());
  });
});
