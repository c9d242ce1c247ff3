import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { findFiles } from "../../../src/engine/glob.js";
import type { Loader, SourceFile } from "../../../src/loaders/loader.js";
import { loaderCatalogue } from "../../../src/loaders/loader-catalogue.js";
import { repositoryRoot } from "../../support/real-data.js";

interface Sketch {
  readonly dataset: string;
  readonly sources: Record<string, { readonly files: string | readonly string[] }>;
  readonly steps: Record<string, { readonly load?: string; readonly source: string; readonly with?: unknown }>;
}

const pipeline = parse(readFileSync(join(repositoryRoot, "pipelines", "celegans-activity.yaml"), "utf8")) as Sketch;

/** The dataset of the pipeline. */
export const dataset = pipeline.dataset;

/** Names of the load steps of the pipeline, in its order. */
export const loadSteps = Object.entries(pipeline.steps).flatMap(([name, { load }]) =>
  load === undefined ? [] : [name],
);

/** Paths of the files below a mirror that a load step reads. */
export function filesOf(step: string, mirror: string): string[] {
  const { source } = pipeline.steps[step] as Sketch["steps"][string];
  const patterns = [pipeline.sources[source]?.files ?? []].flat();
  return [...new Set(patterns.flatMap((pattern) => findFiles(mirror, pattern)))].sort();
}

/** The loader of a step with the parameters that the pipeline gives it. */
export async function loaderOf(step: string): Promise<{ loader: Loader; parameters: unknown }> {
  const { load, with: given } = pipeline.steps[step] as Sketch["steps"][string];
  const loader = (await loaderCatalogue[load as string]?.()) as Loader;
  return { loader, parameters: loader.parameters.parse(given ?? {}) };
}

/** The files of a step, cut into partitions as its loader says. */
export function partitionsOf({ partition }: Loader, files: readonly SourceFile[]): SourceFile[][] {
  if (partition === "source") return [[...files]];
  const groups = new Map<string, SourceFile[]>();
  for (const file of files) {
    const name =
      partition === "file" ? file.path : (new RegExp(partition.group, "u").exec(file.path)?.[1] ?? file.path);
    groups.set(name, [...(groups.get(name) ?? []), file]);
  }
  return [...groups.values()];
}
