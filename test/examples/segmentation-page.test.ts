import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { GLOBAL_OPTIONS, VERBS } from "../../src/cli/verbs.js";
import { baselineParameters } from "../../src/stages/segmentation/baseline-parameters.js";
import {
  COLOUR_CLUSTERING_DEFAULTS,
  COLOUR_CLUSTERING_PUBLISHED,
} from "../../src/stages/segmentation/baselines/colour-clustering-parameters.js";
import { repositoryRoot } from "../support/real-data.js";
import { anchors, codeBlocks, filesBelow, linkedAnchors, linkedFiles, pageText } from "./code-blocks.js";

const PAGE = "segmentation.md";
const text = pageText(PAGE);
const blocks = codeBlocks(PAGE);

/** The cells of every row of a table that begins with a code word. */
function rows(heading: RegExp): string[][] {
  const table = new RegExp(`${heading.source}.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`).exec(text)?.[1] ?? "";
  return table
    .trim()
    .split("\n")
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

describe(PAGE, () => {
  it("shows its examples as they are, all of them", () => {
    const shown = blocks.filter(({ path }) => path !== "");
    for (const { path, content } of shown) expect(content).toBe(readFileSync(join(repositoryRoot, path), "utf8"));
    expect(shown.map(({ path }) => path).sort()).toEqual(filesBelow("examples/read-blocks").sort());
  });

  it("leads to pages and headings that are there", () => {
    for (const link of linkedFiles(PAGE)) {
      expect(() => readFileSync(join(repositoryRoot, "docs", link))).not.toThrow();
    }
    for (const { page, anchor } of linkedAnchors(PAGE)) expect(anchors(page || PAGE)).toContain(anchor);
    expect(linkedAnchors(PAGE).length).toBeGreaterThan(10);
  });

  it("gives commands whose verbs and options there are", () => {
    const lines = blocks.flatMap(({ language, content }) => (language === "sh" ? content.trim().split("\n") : []));
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      const [, name = "", rest = ""] = /^(?:npx )?neurotables (\w+)(.*)$/.exec(line) ?? [];
      const verb = VERBS.find((one) => one.name === name);
      const known = new Set([...GLOBAL_OPTIONS, ...(verb?.options ?? [])].map((option) => `--${option.name}`));
      expect([line, verb === undefined]).toEqual([line, false]);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(known).toContain(option);
    }
    const evaluate = VERBS.find(({ name }) => name === "evaluate");
    const options = new Set(evaluate?.options.map((option) => `--${option.name}`));
    const told = rows(/\| option \| \|/).flatMap(([cell = ""]) => cell.match(/--[a-z-]+/g) ?? []);
    for (const option of told.filter((one) => one !== "--json")) expect(options).toContain(option);
    expect(told.length).toBeGreaterThan(9);
  });

  it("tells every parameter of the baselines with its defaults", () => {
    const told = rows(/\| parameter \| default/);
    const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const defaults = COLOUR_CLUSTERING_DEFAULTS as unknown as Record<string, unknown>;
    const published = COLOUR_CLUSTERING_PUBLISHED as unknown as Record<string, unknown>;
    for (const [name = "", ours, theirs] of told) {
      expect([name, ours]).toEqual([name, plain(defaults[camel(name)])]);
      expect([name, theirs || ours]).toEqual([name, plain(published[camel(name)])]);
    }
    const methods = baselineParameters.shape.methods.unwrap().shape;
    const { compat: _compat, ...settable } = methods.colour_clustering.unwrap().shape;
    expect(told.map(([name]) => name).sort()).toEqual(Object.keys(settable).sort());
    const upTo = told.findIndex(([name]) => name === "remove_small");
    expect(
      told
        .slice(0, upTo + 1)
        .map(([name]) => name)
        .sort(),
    ).toEqual(Object.keys(methods.connected_components.unwrap().shape).sort());
  });

  it("shows a step whose parameters are valid", () => {
    const step = parse(blocks.find(({ language }) => language === "yaml")?.content ?? "") as {
      steps: { baselines: { with: unknown } };
    };
    expect(baselineParameters.safeParse(step.steps.baselines.with).success).toBe(true);
  });

  it("tells of each known defect once", () => {
    const told = [...text.matchAll(/^\| (M\d+) \|/gm)].map((match) => match[1]);
    expect(told).toEqual(["M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8", "M9"]);
  });
});

function plain(value: unknown): string {
  return value === 1e-6 ? "0.000001" : String(value);
}
