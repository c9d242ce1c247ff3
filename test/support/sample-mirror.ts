import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { writeSampleSources } from "../../src/sample-data/sample-sources.js";
import { repositoryRoot } from "./real-data.js";

/** Two annotations and what they need: every kind of step of `quickstart`, in a fraction of its time. */
const STEPS = [
  "white1986_whole",
  "witvliet2020_7",
  "neurons",
  "ganglia",
  "aliases",
  "neuron_alias",
  "edge",
  "annotation",
];
const CHECK = /^read = carried \+ dropped/;

/** The steps above of `quickstart`, with their sources and one check. */
function smallPipeline(): string {
  const text = readFileSync(join(repositoryRoot, "pipelines", "quickstart.yaml"), "utf8");
  const { steps, sources, checks, ...rest } = parse(text) as {
    steps: Record<string, { source?: string | string[] }>;
    sources: Record<string, unknown>;
    checks: { name: string }[];
  };
  const kept = Object.entries(steps).filter(([name]) => STEPS.includes(name));
  const used = new Set(kept.flatMap(([, { source }]) => source ?? []));
  return stringify({
    ...rest,
    pipeline: "small",
    sources: Object.fromEntries(Object.entries(sources).filter(([name]) => used.has(name))),
    steps: Object.fromEntries(kept),
    checks: checks.filter(({ name }) => CHECK.test(name)),
  });
}

/** A project in a folder of its own: one pipeline, and mirrors of synthetic raw files. */
export interface SmallProject {
  readonly folder: string;
  /** The pipeline file. */
  readonly pipeline: string;
  /** Mirror of sample files with this seed; written when first asked for. */
  mirror(seed: number): Promise<string>;
  /** Path of a home that no earlier call has named. */
  newHome(): string;
}

export function smallProject(folder: string): SmallProject {
  const pipeline = join(folder, "pipelines", "small.yaml");
  mkdirSync(dirname(pipeline), { recursive: true });
  writeFileSync(pipeline, smallPipeline());
  const mirrors = new Map<number, Promise<string>>();
  let homes = 0;
  return {
    folder,
    pipeline,
    mirror(seed) {
      let mirror = mirrors.get(seed);
      if (mirror === undefined) {
        const directory = join(folder, `mirror-${seed}`);
        mirror = writeSampleSources({ directory, seed }).then(() => directory);
        mirrors.set(seed, mirror);
      }
      return mirror;
    },
    newHome: () => join(folder, `home-${homes++}`),
  };
}
