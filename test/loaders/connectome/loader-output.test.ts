import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sha256 } from "../../../src/base/hash.js";
import { findFiles } from "../../../src/engine/glob.js";
import type { Loader, SourceFile } from "../../../src/loaders/loader.js";
import { loaderCatalogue } from "../../../src/loaders/loader-catalogue.js";
import { writeSampleSources } from "../../../src/sample-data/sample-sources.js";
import { sourceId } from "../../../src/tables/source-id.js";
import { memoryLoadContext } from "../../support/memory-tables.js";
import { repositoryRoot } from "../../support/real-data.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";

/**
 * What every load step of the pipeline makes of the sample files of seed 1. After a change that is meant to change it:
 * NEUROTABLES_WRITE_GOLDEN=1 npx vitest run test/loaders/connectome/loader-output.test.ts, and read the difference.
 */
const goldenPath = join(dirname(fileURLToPath(import.meta.url)), "loader-output.golden.json");

interface Sketch {
  readonly dataset: string;
  readonly sources: Record<string, { readonly files: string | readonly string[] }>;
  readonly steps: Record<string, { readonly load?: string; readonly source: string; readonly with?: unknown }>;
}

interface TableOutput {
  readonly rows: number;
  readonly first: unknown;
  readonly last: unknown;
  readonly sha256: string;
}

const pipeline = parse(readFileSync(join(repositoryRoot, "pipelines", "celegans-connectome.yaml"), "utf8")) as Sketch;
const steps = Object.entries(pipeline.steps).filter(([, step]) => step.load !== undefined);
const mirror = temporaryDirectory();
const files = new Map<string, SourceFile>();

const plain = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));

function summarize(rows: readonly unknown[]): TableOutput {
  const texts = rows.map(plain);
  const read = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
  return { rows: rows.length, first: read(texts[0]), last: read(texts.at(-1)), sha256: sha256(texts.join("\n")) };
}

async function output(name: string): Promise<Record<string, unknown>> {
  const step = pipeline.steps[name] as Sketch["steps"][string];
  const loader = (await loaderCatalogue[step.load as string]?.()) as Loader;
  const patterns = [pipeline.sources[step.source]?.files ?? []].flat();
  const read = patterns.flatMap((pattern) => findFiles(mirror, pattern)).map((path) => files.get(path) as SourceFile);
  const { context, trace } = memoryLoadContext(read, loader.parameters.parse(step.with ?? {}));
  await loader.load(context);
  const dropped = trace.drops.map(({ file, ...drop }) => ({ path: file.path, ...drop }));
  return {
    tables: Object.fromEntries(Object.entries(trace.rows).map(([table, rows]) => [table, summarize(rows)])),
    dropped: summarize(dropped),
    read: trace.read,
    carried: trace.carried,
  };
}

describe("loader outputs on the sample files", () => {
  let golden: Record<string, unknown> = {};

  beforeAll(async () => {
    for (const { path, bytes, sha256: hash } of await writeSampleSources({ directory: mirror, seed: 1 })) {
      const absolutePath = join(mirror, path);
      files.set(path, { path, absolutePath, bytes, sha256: hash, sourceId: sourceId(pipeline.dataset, path) });
    }
    if (process.env.NEUROTABLES_WRITE_GOLDEN === "1") {
      for (const [name] of steps) golden[name] = await output(name);
      writeFileSync(goldenPath, `${JSON.stringify(golden, null, 2)}\n`);
    }
    golden = JSON.parse(readFileSync(goldenPath, "utf8")) as Record<string, unknown>;
  });

  it("has one golden output per load step", () => {
    expect(Object.keys(golden).sort()).toEqual(steps.map(([name]) => name).sort());
  });

  it.each(steps.map(([name]) => name))("%s", async (name) => {
    expect(JSON.parse(JSON.stringify(await output(name)))).toEqual(golden[name]);
  });
});
