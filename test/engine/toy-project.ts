import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CodeVersions } from "../../src/engine/code-version.js";
import type { Executor } from "../../src/engine/executor.js";
import { readPipelines } from "../../src/engine/pipeline-file.js";
import { planPipelines } from "../../src/engine/plan.js";
import { runPipelines } from "../../src/engine/run.js";
import type { EngineServices } from "../../src/engine/services.js";
import type { Plan, Project, RunEvent, RunOptions, RunSummary } from "../../src/engine/types.js";
import { InlineExecutor } from "../../src/executors/inline-executor.js";
import { Store } from "../../src/store/store.js";
import { repositoryRoot } from "../support/real-data.js";

export const fixtures = join(repositoryRoot, "test", "fixtures", "pipelines");
export const lineLoader = join(fixtures, "line-loader.mjs");
export const countItems = join(fixtures, "count-items.mjs");

/** Versions that do not depend on a build. */
export const fixedCode: CodeVersions = {
  implementation: (kind, name) => `${kind} ${name}`,
  runner: (kind) => `${kind} 1`,
};

/** A project in a folder of its own, with raw files, contracts and pipelines as texts. */
export class ToyProject {
  readonly folder: string;
  readonly mirror: string;
  events: RunEvent[] = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "neurotables-engine-"));
    this.mirror = join(this.folder, "raw");
    mkdirSync(this.mirror);
    cpSync(join(fixtures, "schemas"), join(this.folder, "schemas"), { recursive: true });
  }

  write(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  async project(sources: readonly string[] = [this.mirror]): Promise<Project> {
    const home = join(this.folder, "home");
    return { root: this.folder, home, sources, store: await Store.open({ home }) };
  }

  async run(
    options: Partial<RunOptions> & {
      readonly pipelines?: readonly string[];
      readonly sources?: readonly string[];
      readonly executor?: Executor;
      readonly services?: Partial<EngineServices>;
    } = {},
  ): Promise<RunSummary> {
    const project = await this.project(options.sources);
    const set = options.set ?? {};
    const pipelines = await readPipelines(options.pipelines ?? ["toy"], { project, set, needs: true });
    this.events = [];
    return runPipelines({
      project,
      pipelines,
      executor: options.executor ?? new InlineExecutor(),
      services: { code: fixedCode, ...options.services },
      onEvent: (event) => this.events.push(event),
      options: {
        set,
        promote: options.promote ?? false,
        jobs: options.jobs ?? 2,
        signal: options.signal ?? new AbortController().signal,
        ...(options.only === undefined ? {} : { only: options.only }),
        ...(options.device === undefined ? {} : { device: options.device }),
        ...(options.download === undefined ? {} : { download: options.download }),
      },
    });
  }

  async plan(
    options: {
      readonly pipelines?: readonly string[];
      readonly sources?: readonly string[];
      readonly download?: boolean;
      readonly services?: Partial<EngineServices>;
    } = {},
  ): Promise<Plan> {
    const project = await this.project(options.sources);
    const pipelines = await readPipelines(options.pipelines ?? ["toy"], { project });
    return planPipelines({
      project,
      pipelines,
      services: { code: fixedCode, ...options.services },
      ...(options.download === undefined ? {} : { download: options.download }),
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Two sources of text files, counted; a third, optional, that is not there. */
export const toyPipeline = `pipeline: toy
title: Toy
dataset: toy
sources:
  first: { files: "a/*.txt" }
  second: { files: "b/*.txt" }
  third: { files: "c/*.txt", optional: true }
steps:
  first: { load: ${lineLoader}, source: first, into: item_record }
  second: { load: ${lineLoader}, source: second, into: item_record, with: { upper: false } }
  third: { load: ${lineLoader}, source: third, into: item_record }
  count: { transform: ${countItems}, from: item_record, into: item_count }
checks:
  - { name: no empty text, none: "select * from item_record where text = ''" }
  - { name: sums agree, equal: ["item_count where occurrences > 0", "item_count"], on: [text, occurrences] }
  - { name: needs the third, none: "select * from item_count", needs: [third] }
`;
