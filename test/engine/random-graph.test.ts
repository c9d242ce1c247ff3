import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import type { Job } from "../../src/engine/executor.js";
import type { Pipeline, Step, TableContract } from "../../src/engine/pipeline.js";
import { planPipelines } from "../../src/engine/plan.js";
import { runPipelines } from "../../src/engine/run.js";
import { Store } from "../../src/store/store.js";
import type { Contract } from "../../src/tables/contract.js";
import { FakeExecutor } from "./fake-executor.js";
import { type RandomBelow, randomBelow } from "./random-below.js";

const NODES = 50;
// More of them: NEUROTABLES_GRAPH_EDITS=500 npm test -- test/engine/random-graph
const EDITS = Number(process.env.NEUROTABLES_GRAPH_EDITS ?? 40);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Node {
  readonly name: string;
  /** Indices of earlier nodes; empty for a load step. */
  readonly inputs: readonly number[];
  /** Whether its output forgets most of what its input was: changes then end here. */
  readonly coarse: boolean;
  parameter: number;
  code: number;
  content: number;
}

function randomNodes(random: RandomBelow): Node[] {
  return Array.from({ length: NODES }, (_unused, index) => {
    const inputs = new Set<number>();
    if (index >= 8) for (let count = 1 + random(3); count > 0; count--) inputs.add(random(index));
    return {
      name: `n${index}`,
      inputs: [...inputs].sort((a, b) => a - b),
      coarse: index >= 8 && random(4) === 0,
      parameter: 0,
      code: 0,
      content: 0,
    };
  });
}

const coarsen = (text: string) => String(Number.parseInt(sha256(text).slice(0, 2), 16) % 2);

/** The oracle: what each node holds, and which keys were never seen before. Knows nothing of the engine. */
class Oracle {
  readonly #seen = new Set<string>();

  run(nodes: readonly Node[]): string[] {
    const values: string[] = [];
    const executed: string[] = [];
    for (const node of nodes) {
      const inputs = node.inputs.map((index) => values[index]);
      const essence = JSON.stringify([node.name, node.parameter, node.inputs.length === 0 ? node.content : inputs]);
      const key = `${essence} ${node.code}`;
      if (!this.#seen.has(key)) executed.push(node.name);
      this.#seen.add(key);
      values.push(node.coarse ? `${node.name} ${coarsen(essence)}` : essence);
    }
    return executed.sort();
  }
}

function contract(table: string): TableContract {
  const value: Contract = {
    dataset: "d",
    table,
    role: "public",
    description: "",
    key: [],
    sort: [],
    fields: [],
    hash: sha256(table),
  };
  return { path: "", contract: value };
}

function pipelineOf(nodes: readonly Node[], order: readonly number[]): Pipeline {
  const steps = order.map((index): Step => {
    const node = nodes[index] as Node;
    const common = {
      name: node.name,
      implementation: node.name,
      into: [`d.${node.name}`],
      parameters: { parameter: node.parameter },
      parameterTexts: { parameter: String(node.parameter) },
      limits: { memoryBytes: 1e6, seconds: 60 },
    };
    if (node.inputs.length === 0)
      return { ...common, kind: "load", sources: [node.name], partition: "source", independent: false };
    const from = node.inputs.map((input) => ({ name: `n${input}`, table: `d.n${input}`, external: false }));
    return { ...common, kind: index % 3 === 0 ? "stage" : "transform", from, each: [], usesDevice: false };
  });
  const loads = nodes.filter(({ inputs }) => inputs.length === 0);
  return {
    file: "random.yaml",
    name: "random",
    title: "",
    description: "",
    dataset: "d",
    needs: [],
    sources: new Map(loads.map(({ name }) => [name, { name, patterns: [`${name}.txt`], optional: false }])),
    steps,
    checks: [],
    contracts: new Map(nodes.map(({ name }) => [`d.${name}`, contract(name)])),
    warnings: [],
    changed: false,
  };
}

describe.each([1, 2])("a random graph of 50 steps (seed %i)", (seed) => {
  it(`runs after each of ${EDITS} random edits exactly what the oracle says`, {
    timeout: 60_000 + EDITS * 1_000,
  }, async () => {
    const random = randomBelow(seed);
    const folder = mkdtempSync(join(tmpdir(), "neurotables-graph-"));
    folders.push(folder);
    const nodes = randomNodes(random);
    const oracle = new Oracle();
    let mirror = join(folder, "raw-0");
    const writeSources = () => {
      mkdirSync(mirror, { recursive: true });
      for (const node of nodes)
        if (node.inputs.length === 0) writeFileSync(join(mirror, `${node.name}.txt`), `${node.name} ${node.content}`);
    };
    writeSources();
    // Equal outputs come from equal inputs, but for coarse nodes, which forget.
    const content = (job: Job, table: string): string => {
      const node = nodes.find(({ name }) => `d.${name}` === table) as Node;
      const inputs = "inputs" in job ? job.inputs.map(({ snapshot }) => snapshot.tableHash) : [];
      if (!node.coarse)
        return JSON.stringify([table, node.parameter, inputs, node.inputs.length === 0 ? node.content : 0]);
      return `${table} ${coarsen(essences.get(node.name) as string)}`;
    };
    const essences = new Map<string, string>();
    const code = {
      implementation: (_kind: string, name: string) => String(nodes.find((node) => node.name === name)?.code),
      runner: () => "1",
    };
    const home = join(folder, "home");
    let runs = 0;
    for (let edit = 0; edit <= EDITS; edit++) {
      const node = nodes[random(NODES)] as Node;
      let order = nodes.map((_unused, index) => index);
      if (edit > 0) {
        const kind = random(7);
        if (kind === 0) node.parameter = random(3);
        if (kind === 1) node.code = random(3);
        if (kind === 2) (nodes[random(8)] as Node).content = random(3);
        if (kind === 3) order = order.sort((a, b) => sha256(`${edit}${a}`).localeCompare(sha256(`${edit}${b}`)));
        if (kind === 4) mirror = join(folder, `raw-${edit}`);
        writeSources();
        if (kind === 5) for (const { name } of nodes.slice(0, 8)) utimesSync(join(mirror, `${name}.txt`), edit, edit);
      }
      fillEssences(nodes, essences);
      const expected = oracle.run(nodes);
      const executor = new FakeExecutor({ content });
      const project = { root: folder, home, sources: [mirror], store: await Store.open({ home }) };
      const pipelines = [pipelineOf(nodes, order)];
      const planned = await planPipelines({ project, pipelines, services: { code } });
      const summary = await runPipelines({
        project,
        pipelines,
        executor,
        services: { code },
        options: { set: {}, promote: false, jobs: 1 + random(4), signal: new AbortController().signal },
      });
      expect(summary.steps.filter(({ error }) => error)).toEqual([]);
      expect(executor.ran.sort(), `edit ${edit}`).toEqual(expected);
      // A plan never says "cached" of what then runs, nor "run" of what does not.
      const said = (action: string) => planned.units.filter((unit) => unit.action === action).map(({ step }) => step);
      expect(said("cached").filter((step) => expected.includes(step))).toEqual([]);
      expect(said("run").filter((step) => !expected.includes(step))).toEqual([]);
      runs += expected.length;
    }
    expect(runs).toBeGreaterThan(NODES);
  });
});

/** As the oracle's, for the fake jobs of coarse nodes. */
function fillEssences(nodes: readonly Node[], essences: Map<string, string>): void {
  const values: string[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((index) => values[index]);
    const essence = JSON.stringify([node.name, node.parameter, node.inputs.length === 0 ? node.content : inputs]);
    essences.set(node.name, essence);
    values.push(node.coarse ? `${node.name} ${coarsen(essence)}` : essence);
  }
}
