import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { ExampleProject } from "./built-command.js";

// Each test starts several processes.
vi.setConfig({ testTimeout: 120_000 });

let project: ExampleProject;
beforeAll(() => {
  project = new ExampleProject("my-loader");
});
afterAll(() => project.remove());

const text = (path: string) => readFileSync(join(project.folder, path), "utf8");
const sheet = "raw/pumping/2024-03-05.tsv";

/** Runs the example again after a change of one of its files, which is then undone. */
function runWith(path: string, change: (content: string) => string): { code: number | null; summary: RunSummary } {
  const before = text(path);
  writeFileSync(join(project.folder, path), change(before));
  try {
    const { code, stdout } = project.run(["run", "pumping.yaml", "--sources", "raw", "--json"]);
    return { code, summary: JSON.parse(stdout) as RunSummary };
  } finally {
    writeFileSync(join(project.folder, path), before);
  }
}

const statuses = ({ steps }: RunSummary) => Object.fromEntries(steps.map(({ step, status }) => [step, status]));

describe("a user's own loader", () => {
  it("does what its page shows", () => {
    const [run = "", ...queries] = text("commands.sh").trim().split("\n");
    expect(project.shell(run)).toMatchObject({ code: 0 });
    const outputs = queries.map((query) => project.shell(query));
    expect(outputs.map(({ code }) => code)).toEqual(queries.map(() => 0));
    expect(outputs.map(({ stdout }) => stdout).join("\n")).toBe(text("result.txt"));
  });

  it("runs again when the module or the sheet changes, and only then", () => {
    const same = runWith("pumping.yaml", (content) => `# a comment\n${content}`);
    expect(statuses(same.summary)).toEqual({ counts: "cached", rate: "cached" });
    const module = runWith("pumping-counts.mjs", (content) => content.replace("Correct the", "Look at the"));
    expect(statuses(module.summary)).toEqual({ counts: "ran", rate: "cached" });
    const data = runWith(sheet, (content) => content.replace("\t83", "\t84"));
    expect(statuses(data.summary)).toEqual({ counts: "ran", rate: "ran" });
  });

  it.each([
    [
      "a count that is a word",
      "\t83",
      "\tmany",
      "load/value",
      /row 3: pumps should be a whole number or -, not "many"/,
    ],
    ["a column of another name", "\tpumps", "\tcount", "format/missing-column", /no column "pumps".*"count"/],
  ])("refuses %s and names the place", (_what, from, to, tag, message) => {
    const { code, summary } = runWith(sheet, (content) => content.replace(from, to));
    expect(code).toBe(1);
    const { error } = summary.steps.find(({ step }) => step === "counts") as RunSummary["steps"][number];
    expect(error).toMatchObject({ tag, message: expect.stringMatching(message), exitCode: 1 });
    expect(error?.message).toContain("pumping/2024-03-05.tsv");
    expect(error).not.toHaveProperty("stack");
    expect(project.run(["sql", "SELECT count(*) FROM pumping.rate", "--format", "csv"]).stdout).toMatch(/\b2\b/);
  });

  it("cannot forget to account for a record", () => {
    const { code, summary } = runWith("pumping-counts.mjs", (content) => content.replace(/^ +drop\(.*$/m, ""));
    expect(code).toBe(1);
    expect(summary.steps[0]?.error).toMatchObject({
      tag: "load/unaccounted",
      message: "pumping/2024-03-05.tsv: 6 records read, but 5 carried and 0 dropped (5)",
    });
  });

  it("cannot write what its contract forbids", () => {
    const { code, summary } = runWith("pumping-counts.mjs", (content) => content.replace("Number(count)", "-1"));
    expect(code).toBe(1);
    expect(summary.steps[0]?.error).toMatchObject({ tag: expect.stringMatching(/^contract\//) });
    expect(summary.steps[0]?.error?.message).toMatch(/count_record.*pumps.*-1/);
  });
});
