import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { RunSummary, StepSummary } from "../../../src/engine/types.js";
import { type SampleFile, writeSampleFiles } from "../../../src/sample-data/sample-sources.js";
import { type CommandOutcome, command, summaryOf } from "../../support/cli.js";
import { repositoryRoot } from "../../support/real-data.js";
import { query } from "../../support/run-neurotables.js";
import { writeFiles } from "./membership-project.js";

/** Parameters of steps in place of those of the pipeline. */
export type StepParameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A project with the recordings of `celegans/PlantedMotifs`, as the page on the dynamic connectome tells a laboratory to make it. */
export interface MotifProject {
  readonly folder: string;
  readonly home: string;
  run(more?: readonly string[]): Promise<RunSummary>;
  /** Any command in the folder of the project. */
  command(words: readonly string[]): Promise<CommandOutcome>;
  /** Rows of a query in which tables of the dynamic connectome stand without their dataset. */
  rows<T = Record<string, unknown>>(sql: string): Promise<T[]>;
  /** Replaces raw files. */
  write(files: readonly SampleFile[]): Promise<void>;
  /** Replaces parameters of the pipeline. */
  configure(parameters: StepParameters): void;
  remove(): Promise<void>;
}

const TABLES =
  /\b(from|join) (animal|animal_trace|animal_mask|experiment|slope|bin|mask|affinity_pair|run|start_factor|rank|component|factor_time|factor_animal|factor_pair|factor_neuron|community|graph|interval|flow|parameter)\b/gi;

export async function motifProject(
  files: readonly SampleFile[],
  parameters: StepParameters = {},
): Promise<MotifProject> {
  const folder = await mkdtemp(join(tmpdir(), "neurotables-motifs-"));
  const home = join(folder, ".neurotables");
  const write = async (more: readonly SampleFile[]) => void (await writeSampleFiles(join(folder, "sources"), more));
  const configure = (given: StepParameters) =>
    writeFiles(join(folder, "pipelines"), { "dynamic-connectome.yaml": pipelineWith(given) });
  await write(files);
  writeFiles(join(folder, "pipelines"), { "celegans-activity.yaml": documentedPipeline() });
  configure(parameters);
  const inFolder = (words: readonly string[]) => command(words, { cwd: folder });
  return {
    folder,
    home,
    write,
    configure,
    command: inFolder,
    run: async (more = []) => {
      const summary = summaryOf(await inFolder(["run", "dynamic-connectome", ...more, "--json"]));
      if (summary.steps === undefined) throw new Error(JSON.stringify(summary));
      return summary;
    },
    rows: (sql) => query(home, sql.replaceAll(TABLES, "$1 dynamic_connectome.$2")),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The pipeline for own recordings, from the page. */
function documentedPipeline(): string {
  const page = readFileSync(join(repositoryRoot, "docs", "dynamic-connectome.md"), "utf8");
  const [, pipeline] = /^```yaml\n(pipeline: celegans-activity\n[^`]*)^```/m.exec(page) ?? [];
  if (pipeline === undefined) throw new Error("docs/dynamic-connectome.md has no pipeline for own recordings");
  return pipeline;
}

/** The pipeline of the package, on the planted motifs. */
function pipelineWith(parameters: StepParameters): string {
  const text = readFileSync(join(repositoryRoot, "pipelines", "dynamic-connectome.yaml"), "utf8");
  const pipeline = parse(text) as { steps: Record<string, { with?: object }> };
  for (const [name, own] of Object.entries({ animals: { recordings: ["PlantedMotifs/*"] }, ...parameters })) {
    const step = pipeline.steps[name];
    if (step === undefined) throw new Error(`dynamic-connectome has no step ${name}`);
    step.with = { ...step.with, ...own };
  }
  return stringify(pipeline);
}

/** Steps of `dynamic-connectome` by what became of them. */
export function statuses({ steps }: RunSummary): Record<string, StepSummary["status"]> {
  const own = steps.filter(({ pipeline }) => pipeline === "dynamic-connectome");
  return Object.fromEntries(own.map(({ step, status }) => [step, status]));
}

export interface Component {
  readonly component: number;
  /** Neuron → sum over its pairs that move together. */
  readonly strength: ReadonlyMap<string, number>;
  /** Communities of level 0. */
  readonly communities: readonly (readonly string[])[];
  /** Mean of the times of its bins, weighted. */
  readonly centroidS: number;
  /** Animal → loading over the largest. */
  readonly animals: Readonly<Record<string, number>>;
}

/** Components of a run, with what belongs to each. */
export async function componentsOf({ rows }: Pick<MotifProject, "rows">, runId: string): Promise<Component[]> {
  const strengths = await rows<{ component: number; neuron: string; strength: number }>(`
    with own as (
      select component, neuron_i as neuron, value from factor_pair where run_id = '${runId}' and direction = 'together'
      union all select component, neuron_j, value from factor_pair where run_id = '${runId}' and direction = 'together')
    select component, neuron, sum(value) as strength from own group by all order by all`);
  const communities = await rows<{ component: number; members: string[] }>(`
    select component, list(neuron_id order by neuron_id) as members from community
    where run_id = '${runId}' and level = 0 group by component, community order by component, community`);
  const courses = await rows<{ component: number; centroid: number }>(`
    select component, sum(value * t_s) / sum(value) as centroid from factor_time where run_id = '${runId}'
    group by component order by component`);
  const animals = await rows<{ component: number; animal_id: string; loading: number }>(`
    select component, animal_id, value / max(value) over (partition by component) as loading from factor_animal
    where run_id = '${runId}' order by all`);
  return courses.map(({ component, centroid }) => ({
    component,
    strength: new Map(strengths.filter((row) => row.component === component).map((row) => [row.neuron, row.strength])),
    communities: communities.filter((row) => row.component === component).map(({ members }) => members),
    centroidS: centroid,
    animals: Object.fromEntries(
      animals
        .filter((row) => row.component === component)
        .map((row) => [row.animal_id.replace("PlantedMotifs/", ""), row.loading]),
    ),
  }));
}

/** Each neuron beside the component in which it is strongest. */
export function assignment(components: readonly Component[]): Map<string, number> {
  const best = new Map<string, { component: number; strength: number }>();
  for (const { component, strength } of components) {
    for (const [neuron, value] of strength) {
      if (value > (best.get(neuron)?.strength ?? -1)) best.set(neuron, { component, strength: value });
    }
  }
  return new Map([...best].map(([neuron, { component }]) => [neuron, component]));
}
