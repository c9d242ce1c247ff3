import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { realData, repositoryRoot } from "../support/real-data.js";
import { ExampleProject } from "./built-command.js";
import { queriesOf } from "./membership-queries.js";

// A run of the pipeline.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const data = realData("membership");

describe.skipIf(!data.present)(`the query of membership.md over books and novels${data.reason}`, () => {
  let project: ExampleProject;
  beforeAll(() => {
    project = new ExampleProject("membership-scores");
    const pipeline = join(repositoryRoot, "pipelines", "membership-temporal.yaml");
    const { code, stderr } = project.run(["run", pipeline, "--sources", data.root]);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  });
  afterAll(() => project.remove());

  const queries = queriesOf("real");
  it.each(queries)("$query", ({ query, output }) => {
    const { code, stdout } = project.run(["sql", query]);
    expect(code).toBe(0);
    expect(stdout).toBe(output);
  });

  it("is there", () => {
    expect(queries.length).toBe(1);
  });
});
