import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "../executors/built.js";
import { repositoryRoot } from "../support/real-data.js";
import { fixtures, ToyProject } from "./toy-project.js";

const HEAVY = /node_modules\/(@duckdb|apache-arrow|flatbuffers|h5wasm|h5wasm-plugins|@e965)\//;

let toy: ToyProject;

beforeAll(async () => {
  build();
  toy = new ToyProject();
  toy.write("raw/a/one.txt", "x\n");
  toy.write(
    "pipelines/lines.yaml",
    `pipeline: lines\ndataset: toy\nsources: { a: { files: "a/*" } }\nsteps:\n  a: { load: ${join(fixtures, "line-loader.mjs")}, source: a, into: item_record }\n`,
  );
});
afterAll(() => toy.remove());

/** Runs a script and gives the modules that its process loaded. */
function modulesOf(script: string): string[] {
  const record = join(toy.folder, "modules.txt");
  writeFileSync(record, "");
  const result = spawnSync(
    process.execPath,
    ["--import", pathToFileURL(join(fixtures, "record-modules.mjs")).href, "--input-type=module", "--eval", script],
    { encoding: "utf8", env: { ...process.env, RECORD_MODULES: record } },
  );
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
  return readFileSync(record, "utf8").split("\n");
}

const dist = (path: string) => JSON.stringify(pathToFileURL(join(repositoryRoot, "dist", path)).href);

describe("what a run that finds everything cached loads", () => {
  it("is neither DuckDB nor Arrow nor a file format", () => {
    const script = `
      const { readPipelines } = await import(${dist("engine/pipeline-file.js")});
      const { runPipelines } = await import(${dist("engine/run.js")});
      const { ProcessExecutor } = await import(${dist("executors/process-executor.js")});
      const { Store } = await import(${dist("store/store.js")});
      const home = ${JSON.stringify(join(toy.folder, "home"))};
      const project = { root: ${JSON.stringify(toy.folder)}, home, sources: [${JSON.stringify(toy.mirror)}], store: await Store.open({ home }) };
      const executor = new ProcessExecutor();
      const pipelines = await readPipelines(["lines"], { project });
      const options = { set: {}, promote: false, jobs: 1, signal: new AbortController().signal };
      const { steps } = await runPipelines({ project, pipelines, executor, options });
      await executor.close();
      if (steps.some(({ status }) => status !== (process.argv[1] ?? "cached"))) throw new Error(JSON.stringify(steps));`;
    modulesOf(script.replace('process.argv[1] ?? "cached"', '"ran"'));
    const loaded = modulesOf(script);
    expect(loaded.some((url) => url.includes("engine/run.js"))).toBe(true);
    expect(loaded.filter((url) => HEAVY.test(url))).toEqual([]);
  });

  it("is not even what reads and checks YAML, with the implementations of the package", () => {
    toy.write(
      "pipelines/built-in.yaml",
      `pipeline: built-in\ndataset: celegans_connectome\nsources: { a: { files: "none/*", optional: true } }\nsteps:\n  a: { load: connectome/aliases, source: a, into: alias_record }\n`,
    );
    const script = `
      const { readPipelines } = await import(${dist("engine/pipeline-file.js")});
      const { planPipelines } = await import(${dist("engine/plan.js")});
      const { Store } = await import(${dist("store/store.js")});
      const home = ${JSON.stringify(join(toy.folder, "home"))};
      const project = { root: ${JSON.stringify(toy.folder)}, home, sources: [], store: await Store.open({ home }) };
      await planPipelines({ project, pipelines: await readPipelines(["built-in"], { project }) });`;
    const reading = /node_modules\/(zod|yaml)\//;
    expect(modulesOf(script).some((url) => reading.test(url))).toBe(true);
    expect(modulesOf(script).filter((url) => reading.test(url))).toEqual([]);
  });

  it("stays so with every loader, transform and stage of the package", () => {
    const loaded = modulesOf(`
      const { loaderCatalogue } = await import(${dist("loaders/loader-catalogue.js")});
      const { transformCatalogue } = await import(${dist("transforms/transform-catalogue.js")});
      const { stageCatalogue } = await import(${dist("stages/stage-catalogue.js")});
      for (const catalogue of [loaderCatalogue, transformCatalogue, stageCatalogue])
        for (const load of Object.values(catalogue)) await load();`);
    expect(loaded.length).toBeGreaterThan(30);
    expect(loaded.filter((url) => HEAVY.test(url))).toEqual([]);
  });

  it("is measured by a test that would notice", () => {
    expect(modulesOf(`await import(${dist("executors/load-job.js")});`).some((url) => HEAVY.test(url))).toBe(true);
  });
});
