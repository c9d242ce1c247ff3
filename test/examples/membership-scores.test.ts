import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { randomNumbers } from "../../src/compute/statistics/random-numbers.js";
import { repositoryRoot } from "../support/real-data.js";
import { ExampleProject } from "./built-command.js";
import { codeBlocks, pageText } from "./code-blocks.js";

// Each test starts several processes.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const PIPELINE = join(repositoryRoot, "pipelines", "membership-scores.yaml");
const TEXT = pageText("membership.md");
const lines = codeBlocks("membership.md").filter(({ language }) => language === "jsonl");
const shown = Object.fromEntries(
  lines.map(({ path, content }) => [
    path,
    content
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Columns),
  ]),
);

type Columns = Record<string, unknown>;

const VOCABULARY = 30;
const MEAN = Array.from({ length: VOCABULARY }, () => 1 / VOCABULARY);

/** Files of 12 documents of 40 tokens with the columns that the page shows; members are more probable. */
function scoreFiles(): Record<string, Columns[]> {
  const random = randomNumbers(3);
  const [scores, tokens, labels, means]: Columns[][] = [[], [], [], []] as never;
  for (let i = 0; i < 12; i++) {
    const doc_id = `paper-${i}`;
    const input_ids = Array.from({ length: 40 }, () => Math.floor(random() * VOCABULARY));
    tokens?.push({ doc_id, input_ids });
    const text = input_ids.map((id) => "abcdefghijklmnopqrstuvwxyzäöüß"[id]).join(" ");
    labels?.push({ doc_id, label: i % 2, fold: i >> 2, cluster_id: doc_id, text });
    means?.push({ doc_id, p: MEAN });
    for (let pos = 1; pos < 40; pos++) {
      const logprob = -1 - random() * (i % 2 === 1 ? 4 : 5);
      const moments = { mu: -2 - random(), m2: 12 + random(), mu_uniform: -5, sd_uniform: 2 };
      scores?.push({
        doc_id,
        pos,
        window: 0,
        logprob,
        max_logprob: -0.5,
        rank: 1 + Math.floor(random() * 9),
        ...moments,
      });
    }
  }
  return { token_score: scores, token: tokens, assignment: labels, document_mean_probability: means } as never;
}

let project: ExampleProject;
beforeAll(() => {
  project = new ExampleProject("membership-scores");
});
afterAll(() => project.remove());

/** Writes the files as JSON lines, without some columns. */
function writeFolder(name: string, without: readonly string[]): void {
  for (const [table, all] of Object.entries(scoreFiles())) {
    if (table === "document_mean_probability" && without.includes("p")) continue;
    const rows = all.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !without.includes(key))));
    const file = join(project.folder, "raw", "membership", "scores", name, `${table}.jsonl`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }
}

/** Runs the pipeline over all folders; attacks that are measured, by folder. */
function attacksOfFolders(): Map<string, Set<string>> {
  const sets = [
    "scores.with.prefix_documents=true",
    "gate.with.permutations=19",
    "classify.with.random_forest.trees=10",
  ];
  const options = sets.flatMap((value) => ["--set", `steps.${value}`]);
  const run = project.run(["run", PIPELINE, "--sources", "raw", ...options, "--promote"]);
  expect([run.code, run.code === 0 ? "" : run.stderr]).toEqual([0, ""]);
  const query = "SELECT DISTINCT experiment_id, attack FROM membership.metric";
  const { stdout } = project.run(["sql", query, "--json"]);
  const found = new Map<string, Set<string>>();
  for (const row of JSON.parse(stdout) as { experiment_id: string; attack: string }[]) {
    const attacks = found.get(row.experiment_id) ?? new Set();
    found.set(row.experiment_id, attacks.add(row.attack.replace(/^tau\//, "").replace(/\/.*$/, "")));
  }
  return found;
}

describe("token scores that somebody else made", () => {
  it("have the columns that the page shows", () => {
    const files = scoreFiles();
    for (const [path, rows] of Object.entries(shown)) {
      for (const row of rows) {
        expect(Object.keys(files[path.replace(".jsonl", "")]?.[0] ?? {})).toEqual(
          expect.arrayContaining(Object.keys(row)),
        );
      }
    }
    expect(Object.keys(shown)).toEqual(["token_score.jsonl", "token.jsonl", "assignment.jsonl"]);
  });

  it("go through every attack, but those that need what they do not have", () => {
    const table = /\| without \| you lose \|\n\|[-|]+\n((?:\|.*\n)+)/.exec(TEXT)?.[1] ?? "";
    const told = table
      .trim()
      .split("\n")
      .map((line) => line.split("|").map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)))
      .map(([, columns = [], attacks = []]) => ({ columns, attacks, folder: `without-${columns.join("-")}` }));
    expect(told.length).toBeGreaterThan(6);
    writeFolder("whole", []);
    for (const { columns, folder } of told) writeFolder(folder, columns);
    const measured = attacksOfFolders();
    const whole = measured.get("whole") ?? new Set();
    for (const { attacks } of told) for (const attack of attacks) expect(whole).toContain(attack);
    for (const { folder, attacks } of told) {
      const missing = [...whole].filter((attack) => !measured.get(folder)?.has(attack));
      const names = missing.map((attack) => attack.replace(/^(minkpp|minkpp_sok)_\d+$/, "$1_20"));
      expect([folder, [...new Set(names)].sort()]).toEqual([folder, [...attacks].sort()]);
    }
  });

  it("are written by a program that Python can read", ({ skip }) => {
    const compile = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    const { status, error } = spawnSync("python3", ["-c", compile, "write_scores.py"], { cwd: project.folder });
    if (error !== undefined) skip("there is no python3");
    expect(status).toBe(0);
  });
});
