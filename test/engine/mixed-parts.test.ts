import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { recomputeTableHash } from "../../src/engine/recompute-table-hash.js";
import type { Finding } from "../../src/store/types.js";
import { fixtures, ToyProject } from "./toy-project.js";

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write(
    "pipelines/toy.yaml",
    `pipeline: toy
title: Toy
dataset: toy
sources: { recordings: { files: "a/*.txt" } }
steps: { recordings: { load: ${join(fixtures, "independent-loader.mjs")}, source: recordings, into: item_record } }
`,
  );
});
afterEach(() => toy.remove());

/** Lines that no codec makes smaller: a small seeded generator. */
function noise(lines: number, seed: number): string {
  let state = seed;
  const word = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state.toString(36);
  };
  return `${Array.from({ length: lines }, () => Array.from({ length: 8 }, word).join("")).join("\n")}\n`;
}

it("a table of large parts, joined small ones and empty ones has the hash of its rows, and a change remakes one group", async () => {
  toy.write("raw/a/b.txt", noise(130_000, 1));
  toy.write("raw/a/e.txt", noise(130_000, 2));
  for (const name of ["a", "c", "d", "f", "h"]) toy.write(`raw/a/${name}.txt`, `${name}\n`);
  toy.write("raw/a/g.txt", "# nothing\n");
  const summary = await toy.run();
  expect(summary.steps.flatMap(({ error }) => error ?? [])).toEqual([]);
  const entry = async () => (await toy.project()).store.currentGeneration().snapshots["toy.item_record"];
  const rows = async () => (await entry())?.parts.map((part) => part.rows);
  // a | b | c and d | e | f, g and h
  expect(await rows()).toEqual([1, 130_000, 2, 130_000, 2]);
  expect((await entry())?.partitions).toHaveLength(8);
  const before = (await entry())?.parts.map(({ sha256 }) => sha256) ?? [];
  toy.write("raw/a/d.txt", "d\nand more\n");
  await toy.run();
  expect(await rows()).toEqual([1, 130_000, 3, 130_000, 2]);
  expect((await entry())?.parts.map(({ sha256 }) => before.includes(sha256))).toEqual([true, true, false, true, true]);
  const project = await toy.project();
  const findings: Finding[] = [];
  const recompute = recomputeTableHash(project, join(toy.folder, "spill"));
  for await (const finding of project.store.verify({}, recompute)) findings.push(finding);
  expect(findings).toEqual([]);
});
