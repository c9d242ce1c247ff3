import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { ToyProject, toyPipeline } from "./toy-project.js";

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/toy.yaml", toyPipeline);
  toy.write("raw/a/one.txt", "x\ny\n# note\n");
  toy.write("raw/a/two.txt", "x\n");
  toy.write("raw/b/three.txt", "z\n");
});
afterEach(() => toy.remove());

const statuses = (summary: RunSummary) => Object.fromEntries(summary.steps.map(({ step, status }) => [step, status]));

describe("run", () => {
  it("makes the tables, then finds everything cached", async () => {
    const first = await toy.run();
    expect(first.steps.map((step) => step.error)).toEqual([undefined, undefined, undefined, undefined]);
    expect(statuses(first)).toEqual({ first: "ran", second: "ran", third: "skipped", count: "ran" });
    expect(first).toMatchObject({ ok: true, exitCode: 0, generation: 1, missing: 1, dropped: 1 });
    const second = await toy.run();
    expect(statuses(second)).toEqual({ first: "cached", second: "cached", third: "skipped", count: "cached" });
    expect(second).toMatchObject({ ok: true, generation: null });
  });
});
