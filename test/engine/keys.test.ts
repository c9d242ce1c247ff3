import { cpSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyDifferences } from "../../src/engine/key.js";
import { FakeExecutor } from "./fake-executor.js";
import { fixedCode, lineLoader, ToyProject, toyPipeline } from "./toy-project.js";

let toy: ToyProject;

beforeEach(() => {
  toy = new ToyProject();
  toy.write("pipelines/toy.yaml", toyPipeline);
  toy.write("raw/a/one.txt", "x\n");
  toy.write("raw/a/two.txt", "y\n");
  toy.write("raw/b/three.txt", "z\n");
});
afterEach(() => toy.remove());

type RunOptions = NonNullable<Parameters<ToyProject["run"]>[0]>;

/** Steps executed by a run. */
async function ran(options: RunOptions = {}): Promise<string[]> {
  const executor = new FakeExecutor();
  const summary = await toy.run({ ...options, executor });
  expect(summary.steps.filter(({ error }) => error)).toEqual([]);
  return executor.ran.sort();
}

const all = ["count", "first/a/one.txt", "first/a/two.txt", "second/b/three.txt"];
const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(join(toy.folder, path), change(readFileSync(join(toy.folder, path), "utf8")));

describe("a key part changed alone is a miss", () => {
  const code = (kind: string, version: string): RunOptions => ({
    services: { code: { ...fixedCode, runner: (runner) => (runner === kind ? version : fixedCode.runner(runner)) } },
  });

  it.each<[string, () => unknown, string[]]>([
    ["a byte of one file", () => void toy.write("raw/a/one.txt", "X\n"), ["count", "first/a/one.txt"]],
    ["a new file", () => void toy.write("raw/a/new.txt", "n\n"), ["count", "first/a/new.txt"]],
    ["a file gone", () => rmSync(join(toy.mirror, "a/two.txt")), ["count"]],
    [
      "a parameter",
      () => edit("pipelines/toy.yaml", (text) => text.replace("upper: false", "upper: true")),
      ["count", "second/b/three.txt"],
    ],
    [
      "a parameter of the transform",
      () =>
        edit("pipelines/toy.yaml", (text) =>
          text.replace("into: item_count }", "into: item_count, with: { minimum: 2 } }"),
        ),
      ["count"],
    ],
    [
      "the contract of the record table",
      () => edit("schemas/toy/item_record.yaml", (text) => text.replace("minimum: 0", "minimum: -1")),
      all,
    ],
    [
      "the contract of the result",
      () => edit("schemas/toy/item_count.yaml", (text) => text.replace("minimum: 1", "minimum: 0")),
      ["count"],
    ],
    ["the code that runs load jobs", () => code("load", "2"), all.slice(1)],
    ["the code that runs transform jobs", () => code("transform", "2"), ["count"]],
    ["the code that users' modules import", () => code("module", "2"), all],
    [
      "the licence pinned for one file",
      () => void toy.write("datasets/toy/sources.yaml", "- { path: a/one.txt, licence: CC0-1.0 }\n"),
      ["first/a/one.txt"],
    ],
    [
      "a user's module",
      () => {
        const text = readFileSync(lineLoader, "utf8").replace(
          'from "zod"',
          `from ${JSON.stringify(import.meta.resolve("zod"))}`,
        );
        toy.write("pipelines/line-loader.mjs", `${text}\n// changed`);
        edit("pipelines/toy.yaml", (pipeline) =>
          pipeline.replace(`load: ${lineLoader}, source: second`, "load: ./line-loader.mjs, source: second"),
        );
        return undefined;
      },
      ["count", "second/b/three.txt"],
    ],
    [
      "the name of a load step",
      () => edit("pipelines/toy.yaml", (text) => text.replace("  second: { load", "  other: { load")),
      ["other/b/three.txt"],
    ],
  ])("%s", async (_what, change, expected) => {
    expect(await ran()).toEqual(all);
    const options = (change() ?? {}) as RunOptions;
    const plan = await toy.plan(options.services === undefined ? {} : { services: options.services });
    // A unit whose inputs changed waits or runs, and is never called cached.
    const cached = plan.units
      .filter(({ action }) => action === "cached")
      .map(({ step, partition }) => (partition === "" ? step : `${step}/${partition}`));
    expect(cached.filter((unit) => expected.includes(unit))).toEqual([]);
    const executed = await ran(options);
    // The fake loader writes the same table whatever its code, contract or pins: then nothing behind it runs.
    expect(executed).toEqual(executed.includes("count") ? expected : expected.filter((unit) => unit !== "count"));
    expect(executed.length).toBeGreaterThan(0);
    expect(await ran(options)).toEqual([]);
  });
});

describe("a knob turned alone is a hit", () => {
  it.each<[string, () => unknown]>([
    ["the number of jobs", () => ({ jobs: 7 })],
    ["file times", () => utimesSync(join(toy.mirror, "a/one.txt"), 1, 1)],
    [
      "the mirror's path",
      () => {
        cpSync(toy.mirror, join(toy.folder, "elsewhere"), { recursive: true });
        return { sources: [join(toy.folder, "elsewhere")] };
      },
    ],
    [
      "a link to the mirror",
      () => {
        symlinkSync(toy.mirror, join(toy.folder, "link"));
        return { sources: [join(toy.folder, "link")] };
      },
    ],
    [
      "a further mirror",
      () => {
        toy.write("more/nothing.txt", "");
        return { sources: [join(toy.folder, "more"), toy.mirror] };
      },
    ],
    ["a rewritten file", () => void toy.write("raw/a/one.txt", "x\n")],
    [
      "comments and formatting of the pipeline",
      () => edit("pipelines/toy.yaml", (text) => `# hello\n${text.replaceAll(", ", ",  ").replaceAll("{ ", "{   ")}`),
    ],
    ["comments of a contract", () => edit("schemas/toy/item_record.yaml", (text) => `# hello\n${text}`)],
    [
      "descriptions of a contract",
      () => edit("schemas/toy/item_record.yaml", (text) => text.replace("The line.", "A line.")),
    ],
    [
      "the order of the steps",
      () =>
        edit("pipelines/toy.yaml", (text) => text.replace(/( {2}first: \{ load.*\n)( {2}second: \{ load.*\n)/, "$2$1")),
    ],
    [
      "a default written out",
      () =>
        edit("pipelines/toy.yaml", (text) =>
          text.replace("into: item_count }", "into: item_count, with: { minimum: 1 } }"),
        ),
    ],
    [
      "resources",
      () =>
        edit("pipelines/toy.yaml", (text) =>
          text.replace("into: item_count }", "into: item_count, resources: { memory: 3GB, time: 5m } }"),
        ),
    ],
    [
      "title and checks",
      () => edit("pipelines/toy.yaml", (text) => text.replace("Toy", "Other").replace("no empty text", "another name")),
    ],
  ])("%s", async (_what, turn) => {
    expect(await ran()).toEqual(all);
    expect(await ran((turn() ?? {}) as RunOptions)).toEqual([]);
  });
});

describe("keyDifferences", () => {
  it("names parts that are new, gone or changed, in order", () => {
    expect(keyDifferences({ a: "1", b: "2", c: "3" }, { b: "2", c: "4", d: "5" })).toEqual([
      { part: "a", before: "1", after: null },
      { part: "c", before: "3", after: "4" },
      { part: "d", before: null, after: "5" },
    ]);
  });
});
