import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NeurotablesError, serializeError } from "../../src/base/errors.js";
import { sha256 } from "../../src/base/hash.js";
import { findFiles } from "../../src/engine/glob.js";
import type { Loader } from "../../src/loaders/loader.js";
import { loaderCatalogue } from "../../src/loaders/loader-catalogue.js";
import type { BrokenSource } from "../../src/sample-data/broken-source.js";
import { brokenSources } from "../../src/sample-data/broken-sources.js";
import { writeSampleSources } from "../../src/sample-data/sample-sources.js";
import { describeSource, loadSources } from "../loaders/connectome/load-in-memory.js";
import type { LoadTrace } from "../support/memory-tables.js";
import { repositoryRoot } from "../support/real-data.js";

interface PipelineText {
  readonly sources: Record<string, { readonly files: string | readonly string[] }>;
  readonly steps: Record<string, { readonly load: string; readonly source: string; readonly with?: object }>;
}

const SEED = 5;
const cases = await brokenSources(SEED);
const mirror = mkdtempSync(join(tmpdir(), "neurotables-broken-"));
await writeSampleSources({ directory: mirror, seed: SEED });
const pipeline = parse(
  readFileSync(join(repositoryRoot, "pipelines", "celegans-connectome.yaml"), "utf8"),
) as PipelineText;

afterAll(() => rmSync(mirror, { recursive: true, force: true }));

/** Runs the step's loader over the mirror, with one file broken. */
async function load({ path, bytes, step: name }: BrokenSource): Promise<LoadTrace> {
  const step = pipeline.steps[name] as PipelineText["steps"][string];
  const files = [pipeline.sources[step.source]?.files ?? []].flat();
  const loader = (await loaderCatalogue[step.load]?.()) as Loader;
  const target = join(mirror, path);
  const whole = readFileSync(target);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, bytes);
  try {
    const found = files.flatMap((pattern) => findFiles(mirror, pattern));
    expect(found, `${name} reads it`).toContain(path);
    const sources = found.map((file) => describeSource(file, join(mirror, file)));
    return await loadSources(loader, sources, { ...step.with });
  } finally {
    writeFileSync(target, whole);
  }
}

async function outcome(source: BrokenSource): Promise<LoadTrace | NeurotablesError> {
  try {
    return await load(source);
  } catch (error) {
    if (error instanceof NeurotablesError) return error;
    throw error;
  }
}

describe("broken sources", () => {
  it("are many, differ, and are the same for the same seed", async () => {
    expect(cases.length).toBeGreaterThanOrEqual(25);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    const digests = (sources: readonly BrokenSource[]) => sources.map(({ bytes, name }) => `${name} ${sha256(bytes)}`);
    expect(digests(await brokenSources(SEED))).toEqual(digests(cases));
  }, 120_000);

  const refused = cases.filter(({ expectedTag }) => expectedTag !== null);
  it.each(refused)("$name: $expectedTag", async (source) => {
    const error = await outcome(source);
    expect(error).toBeInstanceOf(NeurotablesError);
    const { tag, message, exitCode, fields, stack } = serializeError(error);
    expect({ tag, exitCode, stack }, message).toEqual({ tag: source.expectedTag, exitCode: 1, stack: undefined });
    expect(message).toContain(source.path);
    expect(fields.file).toBe(source.path);
    for (const text of source.says) expect(message).toMatch(new RegExp(text));
    expect(message).not.toContain(mirror);
  });

  const dropped = cases.filter(({ expectedTag }) => expectedTag === null);
  it.each(dropped)("$name: dropped as $expectedDrop", async (source) => {
    const trace = await outcome(source);
    if (trace instanceof NeurotablesError) throw trace;
    const drops = trace.drops.filter(({ file, reason }) => file.path === source.path && reason === source.expectedDrop);
    const texts = drops.map(({ item, detail = "" }) => `${item} ${detail}`);
    expect(texts.filter((text) => source.says.every((part) => new RegExp(part).test(text)))).toHaveLength(1);
    const lost = drops.reduce((sum, { count = 1 }) => sum + count, 0);
    expect(lost).toBeGreaterThan(0);
    const all = trace.drops
      .filter(({ file }) => file.path === source.path)
      .reduce((sum, { count = 1 }) => sum + count, 0);
    expect((trace.carried[source.path] ?? 0) + all).toBe(trace.read[source.path]);
  });
});
