import { beforeAll, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { build } from "../executors/built.js";
import { command, summaryOf } from "../support/cli.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { UnrulyProject } from "../support/unruly-project.js";

const project = new UnrulyProject(temporaryDirectory());
beforeAll(build);

const good = { files: { a: "one\ntwo", b: "three" } };
const sound = { files: { file: "four" } };

function errorsOf(summary: RunSummary): Record<string, string | undefined> {
  return Object.fromEntries(summary.steps.map(({ step, status, error }) => [step, error?.tag ?? status]));
}

it("costs its own unit alone, whatever it does, and the next run goes on from the others", async () => {
  const pipeline = project.pipeline("unruly", {
    good,
    hangs: { files: { file: "!hang" }, resources: "{ time: 3s }" },
    allocates: { files: { file: "!allocate" }, resources: "{ memory: 300MB }" },
    leaves: { files: { file: "!exit 0" } },
    throws: { files: { file: "!throw text" } },
  });
  const outcome = await command([...project.run(pipeline), "--jobs", "2"]);
  const summary = summaryOf(outcome);
  expect(errorsOf(summary)).toEqual({
    good: "ran",
    hangs: "limit/time",
    allocates: "limit/memory",
    leaves: "executor/crashed",
    throws: "module/threw",
    count: "skipped",
  });
  expect(outcome.code).toBe(1);
  expect(summary).toMatchObject({ ok: false, exitCode: 1, generation: null });
  for (const { error } of summary.steps) if (error !== undefined) expect(error.wayOut).toBeTruthy();
  const message = (name: string) => summary.steps.find(({ step }) => step === name)?.error?.message;
  expect(message("hangs")).toMatch(/^hangs .* was killed after 3 s$/);
  expect(message("allocates")).toMatch(/was killed at \d+ MB of 300 MB$/);
  expect(message("leaves")).toMatch(/ended with code 0/);
  expect(message("throws")).toMatch(/unruly\.mjs.*text/);
  expect(outcome.stderr).not.toMatch(/^ {2,}at /m);

  project.pipeline("unruly", { good, hangs: sound, allocates: sound, leaves: sound, throws: sound });
  const next = await command(project.run(pipeline));
  expect(next.code, next.stdout + next.stderr).toBe(0);
  const { steps, generation } = summaryOf(next);
  expect(generation).toBe(1);
  expect(steps.map(({ step, status }) => [step, status])).toEqual([
    ["good", "cached"],
    ["hangs", "ran"],
    ["allocates", "ran"],
    ["leaves", "ran"],
    ["throws", "ran"],
    ["count", "ran"],
  ]);
}, 180_000);
