import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import type { SourceFile } from "../../../src/loaders/loader.js";
import { sampleRecordingFiles } from "../../../src/sample-data/activity/sample-recordings.js";
import { writeSampleFiles } from "../../../src/sample-data/sample-sources.js";
import { sourceId } from "../../../src/tables/source-id.js";
import { memoryLoadContext } from "../../support/memory-tables.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { dataset, filesOf, loaderOf, loadSteps, partitionsOf } from "./activity-steps.js";

/**
 * What every load step of the pipeline makes of the sample recordings of seed 1. After a change that is meant to change
 * it: NEUROTABLES_WRITE_GOLDEN=1 npx vitest run test/loaders/activity/loader-output.test.ts, and read the difference.
 */
const goldenPath = join(dirname(fileURLToPath(import.meta.url)), "loader-output.golden.json");

/** Load steps whose files no generator makes. */
const WITHOUT_SAMPLES = ["flavell2023_ten_neurons", "pradhan2025_manifest"];
const sampled = loadSteps.filter((name) => !WITHOUT_SAMPLES.includes(name));
const mirror = temporaryDirectory();
const files = new Map<string, SourceFile>();

/** Lists longer than this are shown by their length, their first values and a hash of all. */
const SHOWN_VALUES = 8;

/** A value as JSON text without loss: NaN, −0 and 64-bit integers are told apart from null, 0 and numbers. */
function exact(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part === "number" && (!Number.isFinite(part) || Object.is(part, -0))) return String(part);
    return ArrayBuffer.isView(part) ? Array.from(part as Float64Array) : part;
  });
}

function shown(row: unknown): unknown {
  return JSON.parse(exact(row), (_key, part: unknown) =>
    Array.isArray(part) && part.length > SHOWN_VALUES
      ? { length: part.length, first: part.slice(0, 3), sha256: sha256(exact(part)) }
      : part,
  );
}

function summarize(rows: readonly unknown[]): unknown {
  return {
    rows: rows.length,
    first: rows.length === 0 ? null : shown(rows[0]),
    last: rows.length === 0 ? null : shown(rows.at(-1)),
    sha256: sha256(rows.map(exact).join("\n")),
  };
}

async function output(name: string): Promise<unknown> {
  const { loader, parameters } = await loaderOf(name);
  const read = filesOf(name, mirror).map((path) => files.get(path) as SourceFile);
  const tables = new Map<string, unknown[]>();
  const account = new Map<string, { read: number; carried: number; dropped: number }>();
  const drops: unknown[] = [];
  for (const part of partitionsOf(loader, read)) {
    const { context, trace } = memoryLoadContext(part, parameters);
    await loader.load(context);
    expect(trace.failures).toEqual([]);
    for (const [table, rows] of Object.entries(trace.rows)) tables.set(table, [...(tables.get(table) ?? []), ...rows]);
    for (const { path } of part) {
      account.set(path, { read: trace.read[path] ?? 0, carried: trace.carried[path] ?? 0, dropped: 0 });
    }
    for (const { file, ...drop } of trace.drops) {
      drops.push({ path: file.path, ...drop });
      (account.get(file.path) as { dropped: number }).dropped += drop.count ?? 1;
    }
  }
  for (const [path, { read, carried, dropped }] of account) expect(carried + dropped, path).toBe(read);
  return {
    tables: Object.fromEntries([...tables].map(([table, rows]) => [table, summarize(rows)])),
    dropped: summarize(drops),
    files: Object.fromEntries(account),
  };
}

describe("loader outputs on the sample recordings", () => {
  let golden: Record<string, unknown> = {};

  beforeAll(async () => {
    for (const { path, bytes, sha256: hash } of await writeSampleFiles(mirror, sampleRecordingFiles(1))) {
      const absolutePath = join(mirror, path);
      files.set(path, { path, absolutePath, bytes, sha256: hash, sourceId: sourceId(dataset, path) });
    }
    if (process.env.NEUROTABLES_WRITE_GOLDEN === "1") {
      for (const name of sampled) golden[name] = await output(name);
      writeFileSync(goldenPath, `${JSON.stringify(golden, null, 2)}\n`);
    }
    golden = JSON.parse(readFileSync(goldenPath, "utf8")) as Record<string, unknown>;
  });

  it("has one golden output per load step that has sample files", () => {
    expect(Object.keys(golden).sort()).toEqual([...sampled].sort());
    expect(loadSteps.filter((name) => filesOf(name, mirror).length > 0)).toEqual(sampled);
  });

  it.each(sampled)("%s", async (name) => {
    expect(JSON.parse(JSON.stringify(await output(name)))).toEqual(golden[name]);
  });
});
