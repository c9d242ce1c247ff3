import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { Store } from "../../src/store/store.js";
import { build } from "../executors/built.js";
import { command, summaryOf } from "../support/cli.js";
import { endurance, report } from "../support/endurance.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { UnrulyProject } from "../support/unruly-project.js";

const folder = temporaryDirectory();
const PROCESSES = 4;
const ROUNDS = Math.min(endurance.rounds(1), 10);
const FILES = ["a", "b", "c", "d", "e"];
beforeAll(build);

const texts = (word: string) => ({
  texts: { files: Object.fromEntries(FILES.map((file) => [file, `!sleep 100\n${word} ${file}`])) },
});

async function runAtOnce(project: UnrulyProject, pipelines: readonly string[]): Promise<RunSummary[]> {
  const outcomes = await Promise.all(pipelines.map((pipeline) => command([...project.run(pipeline), "--jobs", "2"])));
  for (const outcome of outcomes) expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
  return outcomes.map(summaryOf);
}

function ranUnits(summaries: readonly RunSummary[]): Record<string, number> {
  const ran: Record<string, number> = {};
  for (const { steps } of summaries) {
    for (const { pipeline, step, partitions } of steps) {
      const name = `${pipeline} ${step}`;
      ran[name] = (ran[name] ?? 0) + partitions.ran;
    }
  }
  return ran;
}

async function expectQuiet(home: string): Promise<Store> {
  const store = await Store.open({ home });
  expect(readdirSync(store.paths.locks)).toEqual([]);
  expect(readdirSync(store.paths.temporary)).toEqual([]);
  const verified = await command(["verify", "--home", home, "--json"]);
  expect(verified.code, verified.stdout).toBe(0);
  return store;
}

afterAll(() => report({ "rounds of runs at once": 2 * ROUNDS }));

describe(`${PROCESSES} runs at once on one home`, () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => i))(
    "of one pipeline share the work: no unit runs twice (round %i)",
    async (round) => {
      const project = new UnrulyProject(join(folder, `same-${round}`));
      const pipeline = project.pipeline("same", texts("x"));
      const summaries = await runAtOnce(
        project,
        Array.from({ length: PROCESSES }, () => pipeline),
      );
      expect(ranUnits(summaries)).toEqual({ "same texts": FILES.length, "same count": 1 });
      for (const file of FILES) expect(project.timesBegun("same", "texts", file)).toBe(1);
      const store = await expectQuiet(project.home);
      // Who came second found nothing to change.
      expect(store.generationNumbers()).toEqual([1]);
      expect(summaries.filter(({ generation }) => generation !== null)).toHaveLength(1);
    },
    180_000,
  );

  it.each(Array.from({ length: ROUNDS }, (_, i) => i))(
    "of different pipelines lose no commit, twice over (round %i)",
    async (round) => {
      const project = new UnrulyProject(join(folder, `different-${round}`));
      const names = ["one", "two", "three"];
      const pipelines = names.map((name) => project.pipeline(name, texts(name)));
      const twice = [...pipelines, ...pipelines];
      const summaries = await runAtOnce(project, endurance.long ? twice : [...pipelines, pipelines[0] as string]);
      for (const [name, count] of Object.entries(ranUnits(summaries))) {
        expect([name, count]).toEqual([name, name.endsWith("texts") ? FILES.length : 1]);
      }
      const store = await expectQuiet(project.home);
      const { generation, snapshots } = store.currentGeneration();
      expect(generation).toBe(names.length);
      for (const name of names) {
        expect(snapshots[`${name}.item_record`]?.rows).toBe(2 * FILES.length);
        expect(snapshots[`${name}.item_count`]).toBeDefined();
      }
    },
    180_000,
  );
});
