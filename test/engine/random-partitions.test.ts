import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LoadError } from "../../src/base/errors.js";
import { sha256 } from "../../src/base/hash.js";
import type { Job } from "../../src/engine/executor.js";
import { onlyStep } from "../../src/engine/graph.js";
import { tablePartition } from "../../src/engine/key.js";
import type { LoadStep, Pipeline, Step, TableContract, TransformStep } from "../../src/engine/pipeline.js";
import { planPipelines } from "../../src/engine/plan.js";
import { runPipelines } from "../../src/engine/run.js";
import { Store } from "../../src/store/store.js";
import type { Contract } from "../../src/tables/contract.js";
import { FakeExecutor } from "./fake-executor.js";
import { type RandomBelow, randomBelow } from "./random-below.js";

// More of them: NEUROTABLES_GRAPH_EDITS=500 npm test -- test/engine/random-partitions
const EDITS = Number(process.env.NEUROTABLES_GRAPH_EDITS ?? 40);
const LOADS = 4;
const TRANSFORMS = 9;
const BAD = 9;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Node {
  readonly name: string;
  readonly tables: readonly string[];
  /** Of a load step: file → content. */
  readonly files?: Map<string, number>;
  readonly whole: boolean;
  readonly independent: boolean;
  /** Tables read by a transform, and those of them that come partition by partition. */
  readonly inputs: readonly string[];
  readonly each: readonly string[];
  /** Its output forgets most of what its input was: changes end here, and partitions have equal rows. */
  readonly coarse: boolean;
  /** Fails for some inputs. */
  readonly picky: boolean;
  /** A stage: it is told the name of its partition, and writes it. */
  readonly stage: boolean;
  parameter: number;
  code: number;
}

function randomNodes(random: RandomBelow): Node[] {
  const nodes: Node[] = [];
  for (let index = 0; index < LOADS; index++) {
    const files = new Map(Array.from({ length: 1 + random(4) }, (_, file) => [`l${index}/f${file}.txt`, random(3)]));
    nodes.push({
      name: `l${index}`,
      tables: index % 2 === 0 ? [`l${index}`, "shared"] : [`l${index}`],
      files,
      whole: index === 3,
      independent: index !== 2,
      inputs: [],
      each: [],
      coarse: random(2) === 0,
      picky: false,
      stage: false,
      parameter: 0,
      code: 0,
    });
  }
  for (let index = 0; index < TRANSFORMS; index++) {
    const known = nodes.flatMap(({ tables }) => tables);
    const inputs = new Set<string>();
    for (let count = 1 + random(3); count > 0; count--) inputs.add(known[random(known.length)] as string);
    const from = [...inputs];
    const each = random(3) === 0 ? [] : from.filter((_, position) => position === 0 || random(2) === 0).reverse();
    nodes.push({
      name: `t${index}`,
      tables: [`t${index}`],
      whole: false,
      independent: true,
      inputs: from,
      each,
      coarse: random(3) === 0,
      picky: each.length > 0 && random(3) === 0,
      stage: index % 2 === 1,
      parameter: 0,
      code: 0,
    });
  }
  return nodes;
}

/** What a unit writes, from the texts of what it reads; equal texts are equal rows. */
function textOf(node: Node, table: string, read: unknown): string {
  const essence = JSON.stringify([node.parameter, read]);
  return node.coarse
    ? `${table} ${Number.parseInt(sha256(essence).slice(0, 2), 16) % 2}`
    : `${table} ${sha256(essence)}`;
}

/** All that a unit knows: of transforms, what it reads. */
function told(node: Node, partition: string, read: unknown): unknown {
  return node.stage ? [partition, read] : read;
}

function fails(node: Node, read: unknown): boolean {
  if (node.files !== undefined) return JSON.stringify(read).includes(String(BAD));
  return node.picky && Number.parseInt(sha256(JSON.stringify([node.name, read])).slice(0, 2), 16) % 4 === 0;
}

/** Rows of a table: partition → text. */
type Rows = ReadonlyMap<string, string>;

interface Expected {
  /** `step partition` of every job run, one that fails included. */
  readonly executed: readonly string[];
  readonly promoted: boolean;
}

/** Knows nothing of the engine: which jobs must run, and what the tables must hold. */
class Oracle {
  readonly #seen = new Set<string>();
  readonly current = new Map<string, Rows>();

  run(nodes: readonly Node[], kept: ReadonlySet<string>): Expected {
    const executed: string[] = [];
    const rows = new Map<string, Map<string, string>>();
    const lacking = new Map<string, Set<string>>();
    const blocked = new Set<string>();
    let whole = true;
    for (const node of nodes.filter(({ name }) => kept.has(name))) {
      const given = { rows: new Map<string, Map<string, string>>(), lacks: new Set<string>(), blocks: false };
      for (const table of node.tables) given.rows.set(table, new Map());
      const unit = (partition: string, read: unknown, independent: boolean, name: string) => {
        const key = JSON.stringify([node.name, node.code, node.parameter, told(node, partition, read)]);
        const attempt = !this.#seen.has(key);
        if (attempt) executed.push(`${node.name} ${partition}`);
        if (attempt && fails(node, read)) {
          if (!independent) given.blocks = true;
          const before = node.tables.map((table) => this.current.get(table)?.get(name));
          if (!independent || before.some((text) => text === undefined)) given.lacks.add(name);
          else
            for (const [index, table] of node.tables.entries()) given.rows.get(table)?.set(name, before[index] ?? "");
          return;
        }
        this.#seen.add(key);
        for (const table of node.tables) {
          // The rows of a file tell nothing of its name.
          const essence = node.files === undefined ? read : (read as [string, number][]).map(([, content]) => content);
          given.rows.get(table)?.set(name, textOf(node, table, told(node, partition, essence)));
        }
      };
      if (node.files !== undefined) {
        const files = [...node.files].sort(([a], [b]) => (a < b ? -1 : 1));
        if (node.whole && files.length > 0) unit("", files, node.independent, node.name);
        if (!node.whole) for (const file of files) unit(file[0], [file], node.independent, `${node.name}/${file[0]}`);
      } else if (node.inputs.some((table) => blocked.has(table))) given.blocks = true;
      else if (node.each.length === 0) {
        const read = node.inputs.map((table) => ordered(rows.get(table)));
        unit("", read, false, "");
      } else {
        const first = node.each[0] as string;
        const names = new Set([...(rows.get(first)?.keys() ?? []), ...(lacking.get(first) ?? [])]);
        for (const partition of [...names].sort()) {
          if (node.each.some((table) => lacking.get(table)?.has(partition))) {
            given.lacks.add(partition);
            continue;
          }
          const read = node.inputs.map((table) =>
            node.each.includes(table)
              ? [rows.get(table)?.get(partition)].flatMap((text) => text ?? [])
              : ordered(rows.get(table)),
          );
          unit(partition, read, true, partition);
        }
      }
      if (given.blocks) whole = false;
      for (const [table, texts] of given.rows) {
        const all = rows.get(table) ?? new Map();
        for (const [partition, text] of texts) all.set(partition, text);
        rows.set(table, all);
        const absent = lacking.get(table) ?? new Set();
        for (const partition of given.lacks) absent.add(partition);
        lacking.set(table, absent);
        if (given.blocks) blocked.add(table);
        const last = !nodes
          .slice(nodes.indexOf(node) + 1)
          .some(({ name, tables }) => kept.has(name) && tables.includes(table));
        if (last && all.size === 0 && absent.size > 0) blocked.add(table);
      }
    }
    const promoted = whole && blocked.size === 0;
    for (const [table, made] of promoted ? rows : []) {
      // What steps that were left out gave stays.
      const staying = nodes.filter(({ name, tables, files }) => files && !kept.has(name) && tables.includes(table));
      const before = [...(this.current.get(table) ?? [])];
      const stays = before.filter(([partition]) => staying.some(({ name }) => partition.split("/")[0] === name));
      this.current.set(table, new Map([...stays, ...made]));
    }
    return { executed: executed.sort(), promoted };
  }
}

function ordered(rows: Rows | undefined): string[] {
  return [...(rows ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
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
    hash: "none",
  };
  return { path: "", contract: value };
}

function pipelineOf(nodes: readonly Node[], order: readonly number[]): Pipeline {
  const steps = order.map((index): Step => {
    const node = nodes[index] as Node;
    const common = {
      name: node.name,
      implementation: node.name,
      into: node.tables.map((table) => `d.${table}`),
      parameters: { parameter: node.parameter },
      parameterTexts: { parameter: String(node.parameter) },
      limits: { memoryBytes: 1e6, seconds: 60 },
    };
    if (node.files !== undefined) {
      const load: Omit<LoadStep, keyof typeof common> = {
        kind: "load",
        sources: [node.name],
        partition: node.whole ? "source" : "file",
        independent: node.independent,
      };
      return { ...common, ...load };
    }
    const from = node.inputs.map((name) => ({ name, table: `d.${name}`, external: false }));
    const kind = node.stage ? "stage" : "transform";
    const transform: Omit<TransformStep, keyof typeof common> = { kind, from, each: node.each, usesDevice: false };
    return { ...common, ...transform };
  });
  const loads = nodes.filter(({ files }) => files !== undefined);
  return {
    file: "random.yaml",
    name: "random",
    title: "",
    description: "",
    dataset: "d",
    needs: [],
    sources: new Map(loads.map(({ name }) => [name, { name, patterns: [`${name}/*.txt`], optional: true }])),
    steps,
    checks: [],
    contracts: new Map(nodes.flatMap(({ tables }) => tables.map((table) => [`d.${table}`, contract(table)]))),
    warnings: [],
    changed: false,
  };
}

/** One random change; what is changed back is an edit too. */
function edit(nodes: readonly Node[], random: RandomBelow): void {
  const node = nodes[random(nodes.length)] as Node;
  const { files } = nodes[random(LOADS)] as Node;
  const names = [...(files?.keys() ?? [])];
  const name = names[random(names.length)];
  const kind = random(9);
  if (kind === 0) node.parameter = random(3);
  else if (kind === 1) node.code = random(3);
  else if (kind <= 3 && name !== undefined) files?.set(name, random(3));
  else if (kind <= 5) {
    const load = `l${nodes.findIndex((one) => one.files === files)}`;
    files?.set(`${load}/f${random(6)}.txt`, random(3));
  } else if (kind === 6 && name !== undefined && (names.length > 1 || !name.startsWith("l0"))) files?.delete(name);
  else if (name !== undefined) files?.set(name, BAD);
}

describe.each([1, 2, 3, 4])("a random graph of partitions (seed %i)", (seed) => {
  it(`runs after each of ${EDITS} edits the jobs that the oracle says, and its tables hold what the oracle holds`, {
    timeout: 60_000 + EDITS * 2_000,
  }, async () => {
    const random = randomBelow(seed);
    const folder = mkdtempSync(join(tmpdir(), "neurotables-partitions-"));
    folders.push(folder);
    const mirror = join(folder, "raw");
    const home = join(folder, "home");
    const nodes = randomNodes(random);
    const oracle = new Oracle();
    const code = {
      implementation: (_kind: string, name: string) => String(nodes.find((node) => node.name === name)?.code),
      runner: () => "1",
    };
    /** Hash of rows → the text they stand for. */
    const texts = new Map<string, string>();
    const readBy = (job: Job): unknown => {
      if (job.kind === "load") return job.files.map(({ path }) => filesOf(nodes).get(path));
      if (!("inputs" in job)) return [];
      return job.inputs
        .map(({ name, snapshot }) => ({ name, read: snapshot.partitions.map(({ hash }) => texts.get(hash)) }))
        .sort((a, b) => inputPosition(nodes, job.step, a.name) - inputPosition(nodes, job.step, b.name))
        .map(({ read }) => read);
    };
    let failures = 0;
    let promotions = 0;
    let withheld = 0;
    for (let round = 0; round <= EDITS; round++) {
      for (let count = round === 0 ? 0 : 1 + random(2); count > 0; count--) edit(nodes, random);
      rmSync(mirror, { recursive: true, force: true });
      for (const [path, content] of filesOf(nodes)) {
        mkdirSync(dirname(join(mirror, path)), { recursive: true });
        writeFileSync(join(mirror, path), `${content}`);
      }
      const order = nodes.map((_node, index) => index);
      if (round % 3 === 1) order.sort((a, b) => (sha256(`${round}${a}`) < sha256(`${round}${b}`) ? -1 : 1));
      const pipeline = pipelineOf(nodes, order);
      const only = round > 1 && random(5) === 0 ? (nodes[random(nodes.length)] as Node).name : undefined;
      const steps = only === undefined ? pipeline.steps : onlyStep(pipeline, only).steps;
      // A run of steps without any source is refused.
      if (
        steps.every((step) => step.kind !== "load" || nodes.find(({ name }) => name === step.name)?.files?.size === 0)
      )
        continue;
      const attempts: string[] = [];
      const executor = new FakeExecutor({
        before: async (job) => {
          if (job.kind !== "load" && !("inputs" in job)) return;
          attempts.push(`${job.step} ${job.partition}`);
          const node = nodes.find(({ name }) => name === job.step) as Node;
          const read = job.kind === "load" ? [readBy(job)] : readBy(job);
          if (!fails(node, read)) return;
          failures++;
          throw new LoadError("picky", "this is not liked");
        },
        content: (job, table) => {
          const node = nodes.find(({ name }) => name === ("step" in job ? job.step : "")) as Node;
          const text = textOf(node, table.slice(2), told(node, job.partition, readBy(job)));
          texts.set(sha256(text), text);
          return text;
        },
      });
      const store = await Store.open({ home });
      const project = { root: folder, home, sources: [mirror], store };
      const pipelines = [pipeline];
      const chosen = only === undefined ? {} : { only };
      const planned = await planPipelines({ project, pipelines, services: { code }, ...chosen });
      const summary = await runPipelines({
        project,
        pipelines,
        executor,
        services: { code },
        options: { set: {}, promote: false, jobs: 1 + random(4), signal: new AbortController().signal, ...chosen },
      });
      const expected = oracle.run(nodes, new Set(steps.map(({ name }) => name)));
      expect(attempts.sort(), `round ${round}`).toEqual(expected.executed);
      // A plan never says "cached" of what then runs, nor "run" of what does not.
      const said = (...actions: string[]) =>
        planned.units
          .filter(({ action }) => actions.includes(action))
          .map(({ step, partition }) => `${step} ${partition}`);
      expect(said("cached", "skip").filter((unit) => attempts.includes(unit))).toEqual([]);
      // But what fails without standing on its own stops what else would run, and a partition whose rows are not known
      // yet may come to have the rows of another, and serve it.
      const served = new Set(said("wait").flatMap((unit) => (attempts.includes(unit) ? [unit.split(" ")[0]] : [])));
      const spared = said("run").filter((unit) => !attempts.includes(unit) && !served.has(unit.split(" ")[0]));
      if (expected.promoted) expect(spared).toEqual([]);
      expect(attempts.filter((unit) => !said("run", "wait").includes(unit))).toEqual([]);
      const counted = summary.steps.flatMap(({ partitions }) => [partitions.ran, partitions.failed]);
      expect(counted.reduce((sum, count) => sum + count, 0)).toBe(attempts.length);
      const { snapshots } = (await Store.open({ home })).currentGeneration();
      const held = Object.entries(snapshots).map(([table, { partitions }]) => [
        table.slice(2),
        partitions.map(({ partition, hash }) => [partition, texts.get(hash)]),
      ]);
      expect(Object.fromEntries(held), `round ${round}`).toEqual(
        Object.fromEntries(
          [...oracle.current].map(([table, rows]) => [table, [...rows].sort(([a], [b]) => (a < b ? -1 : 1))]),
        ),
      );
      if (expected.promoted) promotions++;
      else withheld++;
    }
    expect(promotions).toBeGreaterThan(EDITS / 10);
    expect(failures + withheld).toBeGreaterThan(0);
  });
});

/** All raw files, with their contents. */
function filesOf(nodes: readonly Node[]): Map<string, number> {
  return new Map(nodes.flatMap(({ files }) => [...(files ?? [])]));
}

function inputPosition(nodes: readonly Node[], step: string, input: string): number {
  return nodes.find(({ name }) => name === step)?.inputs.indexOf(input) ?? -1;
}

it("names partitions as the tables do", () => {
  expect(tablePartition({ kind: "load", name: "l0" }, "l0/f0.txt")).toBe("l0/l0/f0.txt");
  expect(tablePartition({ kind: "transform", name: "t0" }, "l0/l0/f0.txt")).toBe("l0/l0/f0.txt");
});
