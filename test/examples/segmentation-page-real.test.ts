import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { realData, repositoryRoot } from "../support/real-data.js";
import { ExampleProject } from "./built-command.js";
import { codeBlocks } from "./code-blocks.js";

// A run of the pipeline, and a process per query.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const data = realData("fisbe");
const blocks = codeBlocks("segmentation.md");
const queries = blocks.flatMap(({ language, path, content }, index) =>
  language === "sql" && path === "" ? [{ query: content, output: blocks[index + 1]?.content }] : [],
);

describe.skipIf(!data.present)(`queries of segmentation.md over the published example${data.reason}`, () => {
  let project: ExampleProject;
  const home = ["--home", "home"];
  beforeAll(() => {
    project = new ExampleProject("read-blocks");
    const pipeline = join(repositoryRoot, "pipelines", "fisbe.yaml");
    const { code, stderr } = project.run(["run", pipeline, "--sources", data.root, ...home]);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  });
  afterAll(() => project.remove());

  it.each(queries)("$query", ({ query, output }) => {
    const { code, stdout } = project.run(["sql", query, ...home]);
    expect(code).toBe(0);
    expect(stdout).toBe(output);
  });

  it("are as many as the page shows", () => {
    expect(queries.length).toBeGreaterThan(4);
  });
});
