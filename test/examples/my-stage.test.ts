import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { repositoryRoot } from "../support/real-data.js";
import { ExampleProject } from "./built-command.js";

// Each test starts several processes, and makes volumes.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let project: ExampleProject;
beforeAll(() => {
  project = new ExampleProject("my-stage");
});
afterAll(() => project.remove());

const text = (path: string) => readFileSync(join(project.folder, path), "utf8");

/** Runs the example again after a change of one of its files, which is then undone. */
function runWith(path: string, change: (content: string) => string): { code: number | null; summary: RunSummary } {
  const before = text(path);
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(project.folder, path), after);
  try {
    const { code, stdout } = project.run(["run", "bright-pieces.yaml", "--sources", "volumes/sources", "--json"]);
    return { code, summary: JSON.parse(stdout) as RunSummary };
  } finally {
    writeFileSync(join(project.folder, path), before);
  }
}

const statuses = ({ steps }: RunSummary) => Object.fromEntries(steps.map(({ step, status }) => [step, status]));

describe("a user's own stage", () => {
  it("does what its page shows", () => {
    const lines = text("commands.sh").trim().split("\n");
    const outputs = lines.map((line) => project.shell(line));
    expect(outputs.map(({ code, stderr }) => [code, code === 0 ? "" : stderr])).toEqual(lines.map(() => [0, ""]));
    const queries = outputs.filter((_, index) => lines[index]?.startsWith("npx neurotables sql"));
    expect(queries.map(({ stdout }) => stdout).join("\n")).toBe(text("result.txt"));
  });

  it("runs again, alone, when its module or a parameter changes, and then what follows", () => {
    const same = runWith("bright-pieces.yaml", (content) => `# a comment\n${content}`);
    expect(statuses(same.summary)).toEqual({
      splits: "cached",
      volumes: "cached",
      pieces: "cached",
      score: "cached",
      metric: "cached",
    });
    const module = runWith("bright-pieces.mjs", (content) => `${content}// another byte\n`);
    expect(statuses(module.summary)).toMatchObject({ volumes: "cached", pieces: "ran", score: "cached" });
    const parameter = runWith("bright-pieces.yaml", (content) => content.replace("threshold: 150", "threshold: 300"));
    expect(statuses(parameter.summary)).toMatchObject({ volumes: "cached", pieces: "ran", score: "ran" });
  });

  it("keeps its evidence in the log", () => {
    const { code, summary } = runWith("bright-pieces.mjs", (content) =>
      content.replace("evidence({", "evidence({ tried: 7, "),
    );
    expect(code).toBe(0);
    const log = text(join(".neurotables", "logs", summary.run as string, "bright-pieces.pieces.log"));
    expect(log).toContain("evidence: tried = 7");
  });

  it("is refused before anything runs with a parameter that it does not know, or of the wrong kind", () => {
    const unknown = project.run(["run", "bright-pieces.yaml", "--set", "steps.pieces.with.treshold=2"]);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toMatch(/treshold.*did you mean "threshold"/s);
    const wrong = project.run(["run", "bright-pieces.yaml", "--set", "steps.pieces.with.threshold=-1"]);
    expect(wrong.code).toBe(3);
  });

  it("reads blocks that can be read outside too, from a stream of rows", () => {
    cpSync(join(repositoryRoot, "examples", "read-blocks"), project.folder, { recursive: true });
    symlinkSync(
      join(repositoryRoot, "node_modules", "apache-arrow"),
      join(project.folder, "node_modules", "apache-arrow"),
    );
    const sample = "VT000002-20180304_65_E1";
    const query = text("blocks.sql").replace(/sample_id = '[^']*'/, `sample_id = '${sample}'`);
    expect(project.run(["sql", query, "--format", "arrow", "--out", "blocks.arrow"]).code).toBe(0);
    const sums = `SELECT raw_sum FROM fisbe.volume_record WHERE sample_id = '${sample}'`;
    const total = BigInt(project.run(["sql", sums, "--format", "csv"]).stdout.trim().split("\n").at(-1) as string);
    const rows = readFileSync(join(project.folder, "blocks.arrow"));
    const totalOf = (program: string, script: string) => {
      const { status, stdout, stderr } = spawnSync(program, [script], { cwd: project.folder, input: rows });
      expect([status, String(stderr)]).toEqual([0, ""]);
      return String(stdout)
        .trim()
        .split("\n")
        .reduce((sum, line) => sum + BigInt(line), 0n);
    };
    expect(total).toBeGreaterThan(0n);
    expect(totalOf(process.execPath, "blocks.mjs")).toBe(total);
    const python = spawnSync("python3", ["-c", "import numpy, pyarrow"]).status === 0;
    if (python) expect(totalOf("python3", "blocks.py")).toBe(total);
  });

  it("fits the types of the package", () => {
    const compiler = join(repositoryRoot, "node_modules", "typescript", "bin", "tsc");
    const strict = "--strict --noImplicitAny false --skipLibCheck --noEmit".split(" ");
    const options = [...strict, "--allowJs", "--checkJs", "--module", "nodenext", "--target", "es2022", "--types", ""];
    const faults = (file: string) =>
      spawnSync(process.execPath, [compiler, ...options, file], { cwd: project.folder, encoding: "utf8" }).stdout;
    expect(faults("bright-pieces.mjs")).toBe("");
    const wrong = text("bright-pieces.mjs").replace('outputs: ["prediction", "chunk"]', 'outputs: "prediction"');
    writeFileSync(join(project.folder, "wrong.mjs"), wrong);
    expect(faults("wrong.mjs")).toMatch(/is not assignable to type .readonly string/);
  });
});
