import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NeurotablesError, serializeError } from "../../src/base/errors.js";
import { sha256 } from "../../src/base/hash.js";
import type { Loader } from "../../src/loaders/loader.js";
import { loaderCatalogue } from "../../src/loaders/loader-catalogue.js";
import type { BrokenRecording } from "../../src/sample-data/activity/broken-recording.js";
import { brokenRecordings } from "../../src/sample-data/activity/broken-recordings.js";
import { buildBatch } from "../../src/tables/batch-builder.js";
import type { Contract, Row } from "../../src/tables/contract.js";
import { readContract } from "../../src/tables/contract-file.js";
import { account, describeSource } from "../loaders/connectome/load-in-memory.js";
import { type LoadTrace, memoryLoadContext } from "../support/memory-tables.js";
import { repositoryRoot } from "../support/real-data.js";

const LONGEST_MILLISECONDS = 2000;
const MOST_BYTES = 500 * 1024 ** 2;
const LONGEST_MESSAGE = 2000;

const cases = await brokenRecordings();
const mirror = mkdtempSync(join(tmpdir(), "neurotables-broken-recordings-"));
afterAll(() => rmSync(mirror, { recursive: true, force: true }));

const contracts = new Map<string, Contract>();

/** Rows must obey their contracts, keys must differ. */
async function obeyContract(table: string, rows: readonly Row[]): Promise<void> {
  const file = join(repositoryRoot, `schemas/celegans_activity/${table}.yaml`);
  const contract = contracts.get(table) ?? (await readContract(file));
  contracts.set(table, contract);
  buildBatch(contract, rows);
  const keys = new Set(rows.map((row) => contract.key.map((column) => String(row[column])).join("\n")));
  expect(keys.size, `keys of ${table}`).toBe(rows.length);
}

/** Loads the partition. What was written must be sound, accounted for file by file, whatever was wrong. */
async function load({ loader: name, parameters, files }: BrokenRecording): Promise<LoadTrace> {
  const loader = (await loaderCatalogue[name]?.()) as Loader;
  const sources = Object.entries(files).map(([path, bytes]) => {
    const absolutePath = join(mirror, path);
    mkdirSync(dirname(absolutePath), { recursive: true });
    writeFileSync(absolutePath, bytes);
    return describeSource(path, absolutePath);
  });
  const { context, trace } = memoryLoadContext(sources, loader.parameters.parse(parameters));
  await loader.load(context);
  for (const [table, rows] of Object.entries(trace.rows)) {
    expect(loader.outputs).toContain(table);
    await obeyContract(table, rows);
  }
  const drops = trace.drops.map(({ file, scope, item, reason, rule, detail, count = 1 }, index) => ({
    source_id: file.sourceId,
    step: "test",
    drop_index: index,
    scope,
    item,
    reason,
    rule,
    detail: detail ?? null,
    records: count,
  }));
  await obeyContract("dropped_record", drops);
  for (const { path } of sources) {
    const { read, carried, dropped } = account(trace, path);
    expect(carried + dropped, `${path}: carried and dropped`).toBe(read);
  }
  return trace;
}

interface Outcome {
  readonly trace: LoadTrace | null;
  readonly error: NeurotablesError | null;
  readonly milliseconds: number;
}

async function outcome(recording: BrokenRecording): Promise<Outcome> {
  const began = performance.now();
  const done = () => performance.now() - began;
  try {
    const trace = await load(recording);
    // Where all worms of a file fail, they do for one reason.
    expect(new Set(trace.failures.map(({ error }) => error.tag)).size).toBeLessThan(2);
    return { trace, error: trace.failures[0]?.error ?? null, milliseconds: done() };
  } catch (error) {
    if (!(error instanceof NeurotablesError)) throw error;
    return { trace: null, error, milliseconds: done() };
  }
}

/** One text per row, with what makes it unusual. */
function rowTexts({ rows }: LoadTrace): string[] {
  const count = (values: Float64Array, is: (value: number) => boolean) => values.filter(is).length;
  const short = (value: unknown) => String(value ?? null).slice(0, 80);
  const infinite = (value: number) => Math.abs(value) === Number.POSITIVE_INFINITY;
  return Object.entries(rows).flatMap(([table, all]) =>
    all.map((row) => {
      const values = row.values as Float64Array;
      const extra = ` extra=${String(row.extra ?? null)}`;
      switch (table) {
        case "recording_record":
          return `${table} uid=${row.worm_uid} frames=${(row.time_s as Float64Array).length} rois=${row.n_roi}${extra}`;
        case "roi_record":
          return `${table} roi=${row.roi} label=${short(row.label_raw)} x=${row.x_um} y=${row.y_um} z=${row.z_um}${extra}`;
        case "source_trace":
          return `${table} roi=${row.roi} kind=${row.kind} nan=${count(values, Number.isNaN)} infinite=${count(values, infinite)} of ${values.length}`;
        case "behavior_record":
          return `${table} channel=${row.channel} sub_index=${row.sub_index} values=${values.length}`;
        case "stimulus_record":
          return `${table} target=${row.target_roi ?? null}${extra}`;
        case "label_record":
          return `${table} worm_uid=${row.worm_uid} roi=${row.roi} label=${short(row.label)}`;
        default:
          return `${table} worm_uid=${row.worm_uid}`;
      }
    }),
  );
}

/** Runs a case within its bounds of time and memory. The first of a loader pays for its modules. */
async function bounded(recording: BrokenRecording): Promise<Outcome> {
  let result = await outcome(recording);
  if (result.milliseconds > LONGEST_MILLISECONDS) result = await outcome(recording);
  expect(result.milliseconds, "milliseconds").toBeLessThan(LONGEST_MILLISECONDS);
  expect(peakBytes() - base, "bytes of memory").toBeLessThan(MOST_BYTES);
  return result;
}

/** The most memory that this process had at any time. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
const base = peakBytes();

const titled = (all: readonly BrokenRecording[]) =>
  all.map((recording) => [recording.name, recording.expectedTag ?? recording.expectedDrop ?? "", recording] as const);

describe("broken recordings", () => {
  it("are many, of every loader of recordings, and the same each time", async () => {
    expect(cases.length).toBeGreaterThan(250);
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    const loaders = Object.keys(loaderCatalogue).filter((name) => name.startsWith("activity/"));
    const alike = (name: string) => name.replace(/^activity\/table-.*/, "activity/table");
    expect([...new Set(cases.map(({ loader }) => loader))].sort()).toEqual([...new Set(loaders.map(alike))].sort());
    const digests = (all: readonly BrokenRecording[]) =>
      all.map(({ files }) => Object.entries(files).map(([path, bytes]) => `${path} ${sha256(bytes)}`));
    expect(digests(await brokenRecordings())).toEqual(digests(cases));
  }, 120_000);

  const refused = titled(cases.filter(({ expectedTag }) => expectedTag !== null));
  it.each(refused)("%s: %s", async (_name, _tag, recording) => {
    const { error, trace } = await bounded(recording);
    if (error === null) expect.fail(`it was loaded: ${trace?.drops.map(({ item, reason }) => `${item} ${reason}`)}`);
    const { tag, message, exitCode, fields, stack } = serializeError(error);
    const usual = recording.expectedTag?.startsWith("config/") ? 3 : 1;
    expect({ tag, exitCode, stack }, message).toEqual({
      tag: recording.expectedTag,
      exitCode: usual,
      stack: undefined,
    });
    expect(message).toContain(recording.path);
    expect(String(fields.file).startsWith(recording.path) || trace !== null, `fields.file is ${fields.file}`).toBe(
      true,
    );
    for (const text of recording.says) expect(message).toMatch(new RegExp(text, "u"));
    expect(message.length).toBeLessThan(LONGEST_MESSAGE);
    expect(message).not.toContain(mirror);
    const others = trace === null || trace.failures.length > 1 ? null : trace.rows.recording_record;
    if (others !== null) expect(others, "the other recording of the file").toHaveLength(1);
  });

  const dropped = titled(cases.filter(({ expectedDrop }) => expectedDrop !== null));
  it.each(dropped)("%s: dropped as %s", async (_name, _reason, recording) => {
    const { error, trace } = await bounded(recording);
    if (trace === null || error !== null) throw error ?? new Error("no error, but nothing loaded");
    const drops = trace.drops.filter(
      ({ file, reason }) => file.path === recording.path && reason === recording.expectedDrop,
    );
    const texts = drops.map(({ item, detail = "" }) => `${item} ${detail}`);
    const saying = texts.filter((text) => recording.says.every((part) => new RegExp(part, "u").test(text)));
    expect(saying, texts.join("\n")).toHaveLength(1);
    expect(Object.values(trace.rows).flat().length).toBeGreaterThan(0);
  });

  const carried = titled(
    cases.filter(({ expectedTag, expectedDrop }) => expectedTag === null && expectedDrop === null),
  );
  it.each(carried)("%s: carried%s", async (_name, _none, recording) => {
    const { error, trace } = await bounded(recording);
    if (trace === null || error !== null) throw error ?? new Error("no error, but nothing loaded");
    const texts = rowTexts(trace);
    for (const part of recording.says) {
      expect(
        texts.filter((text) => new RegExp(part, "u").test(text)),
        `${part} in ${texts.join("\n")}`,
      ).toHaveLength(1);
    }
  });
});
