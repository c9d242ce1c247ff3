import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { parsePipeline } from "../../src/engine/pipeline-file.js";
import {
  equalCheckSchema,
  headSchema,
  loadStepSchema,
  noneCheckSchema,
  sourceSchema,
  stageStepSchema,
  transformStepSchema,
  uniqueCheckSchema,
} from "../../src/engine/pipeline-schema.js";
import { repositoryRoot } from "../support/real-data.js";

const text = readFileSync(join(repositoryRoot, "docs", "pipelines.md"), "utf8");
const blocks = [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  kind: match[1] as string,
  content: match[2] as string,
}));
const [whole = { content: "" }, ...parts] = blocks.filter(({ kind }) => kind === "yaml");

const home = mkdtempSync(join(tmpdir(), "neurotables-pages-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What the reader of pipeline files says, as `line:column error: message; hint`. */
async function faults(content: string): Promise<string[]> {
  const file = join(repositoryRoot, "pipelines", "page.yaml");
  const { faults: found } = await parsePipeline(content, file, { project: { root: repositoryRoot, home } });
  return found.map(({ line, column, message, hint }) =>
    [`${line}:${column} error: ${message}`, ...(hint === undefined ? [] : [hint])].join("; "),
  );
}

interface PipelineText extends Record<string, unknown> {
  readonly sources?: object;
  readonly steps?: object;
}

describe("pipelines.md", () => {
  it("begins with a pipeline that is valid", async () => {
    expect(await faults(whole.content)).toEqual([]);
  });

  it.each(parts)("shows a part of a valid pipeline: $content", async ({ content }) => {
    const [base, part] = [parse(whole.content), parse(content)] as [PipelineText, PipelineText];
    const merged = {
      ...base,
      ...part,
      sources: { ...base.sources, ...part.sources },
      steps: { ...base.steps, ...part.steps },
    };
    expect(await faults(stringify(merged))).toEqual([]);
  });

  it("shows what is said about mistakes", async () => {
    const at = blocks.findIndex(({ kind }) => kind === "yaml invalid");
    expect(await faults(blocks[at]?.content ?? "")).toEqual(blocks[at + 1]?.content.trimEnd().split("\n"));
  });

  it("has the line that editors need, and it leads to the schema", () => {
    const path = /^# yaml-language-server: \$schema=(\S+)$/m.exec(whole.content)?.[1] ?? "";
    const schema = JSON.parse(readFileSync(join(repositoryRoot, "pipelines", path), "utf8")) as object;
    expect(schema).toHaveProperty("properties.steps");
    for (const file of ["celegans-connectome", "quickstart"]) {
      const [first] = readFileSync(join(repositoryRoot, "pipelines", `${file}.yaml`), "utf8").split("\n");
      expect(whole.content.split("\n")[0]).toBe(first);
    }
  });

  it("tells of every key of the grammar", () => {
    const schemas = [
      headSchema,
      sourceSchema,
      loadStepSchema,
      transformStepSchema,
      stageStepSchema,
      equalCheckSchema,
      noneCheckSchema,
      uniqueCheckSchema,
    ];
    const keys = new Set(schemas.flatMap((schema) => Object.keys(schema.shape)));
    const untold = [...keys].filter((key) => !new RegExp(`\`${key}\`|\\b${key}:`).test(text));
    expect(untold).toEqual([]);
  });
});
