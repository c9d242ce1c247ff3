import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ExampleProject } from "./built-command.js";
import { queriesOf } from "./membership-queries.js";

// A run of the pipeline, and a process per query.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

let project: ExampleProject;
const home = join("my-project", ".neurotables");

beforeAll(() => {
  project = new ExampleProject("membership-scores");
  run("init", "my-project");
  const pipeline = join("my-project", "pipelines", "membership-randomised.yaml");
  run("run", pipeline, "--sources", join("my-project", "sources"), "--home", home);
});
afterAll(() => project.remove());

function run(...words: readonly string[]): string {
  const { code, stdout, stderr } = project.run(words);
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout;
}

describe("queries of membership.md over invented documents", () => {
  const queries = queriesOf("");

  it.each(queries)("$query", ({ query, output }) => {
    expect(run("sql", query, "--home", home)).toBe(output);
  });

  it("are as many as the page shows", () => {
    expect(queries.length).toBeGreaterThan(6);
  });
});
