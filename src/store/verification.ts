import { relative, sep } from "node:path";
import { openSealedFile, readSealedLines } from "../base/checksummed-lines.js";
import type { FileOperations } from "../base/file-operations.js";
import { errorCode } from "../base/storage-error.js";
import { type Generations, parseGeneration } from "./generations.js";
import type { HomePaths } from "./home.js";
import { isJournalLine, type Journal } from "./journal.js";
import { type KeyHistory, parseHistory } from "./key-history.js";
import type { Parts } from "./parts.js";
import { type PublishedMarks, parsePublishedMark } from "./published-marks.js";
import { parseStepRecord, type StepRecords } from "./step-records.js";
import type { Finding, Generation, GenerationEntry, Part, RecomputeTableHash, Snapshot, StepRecord } from "./types.js";

export interface Verification {
  readonly files: FileOperations;
  readonly paths: HomePaths;
  readonly generations: Generations;
  readonly steps: StepRecords;
  readonly history: KeyHistory;
  readonly parts: Parts;
  readonly journal: Journal;
  readonly published: PublishedMarks;
  /** This table's parts alone; all stored files otherwise. */
  readonly table?: string;
  readonly recompute?: RecomputeTableHash;
}

const RERUN = "Delete the file and run the pipeline again: the step that made it will run.";
const RECOMMIT =
  "Run the pipelines again: they commit a new generation from what is stored. The damaged file can then be deleted.";
const HARMLESS = "Delete the file: it is history, no table depends on it.";

/** A part and who needs it. */
interface Need {
  readonly part: Part;
  readonly table: string;
  /** Null when a step record alone needs it. */
  readonly generation: number | null;
}

/**
 * Reads every stored byte and yields what is wrong: manifests, step records, histories, journals, marks, the hash and
 * length of each part, parts that are needed and absent; with `recompute`, the logical hash of every table. Memory is
 * that of the names, not of the data; time that of reading the disk once (twice with `recompute`).
 */
export async function* verifyStore(request: Verification): AsyncGenerator<Finding> {
  const { table, parts } = request;
  const report = reporter(request.paths.home);
  const readable: Generation[] = [];
  for (const outcome of verifyManifests(request, report)) {
    if ("problem" in outcome) yield outcome;
    else readable.push(outcome);
  }
  const records: StepRecord[] = [];
  for (const outcome of verifySteps(request, report)) {
    if ("problem" in outcome) yield outcome;
    else records.push(outcome);
  }
  if (table === undefined) yield* verifyRest(request, report);

  const needs = new Map<string, Need>();
  for (const snapshot of records.flatMap((record) => record.outputs)) addNeeds(needs, snapshot, null);
  for (const generation of readable) {
    for (const entry of Object.values(generation.snapshots)) addNeeds(needs, entry, generation.generation);
  }

  const damaged = new Set<string>();
  for (const need of needs.values()) {
    if (table !== undefined && need.table !== table) continue;
    const path = parts.path(need.part);
    const found = parts.size(need.part);
    if (found === need.part.bytes) continue;
    damaged.add(need.part.sha256);
    const missing = found === undefined;
    yield report({
      problem: missing ? "part-missing" : "part-length",
      path,
      table: need.table,
      generation: need.generation,
      expected: String(need.part.bytes),
      found: missing ? null : String(found),
      message: missing
        ? `a part of ${need.table} is missing`
        : `a part of ${need.table} has ${found} bytes instead of ${need.part.bytes}`,
      wayOut: RERUN,
    });
  }
  yield* verifyParts(request, report, needs, damaged);
  if (request.recompute !== undefined) yield* verifyTables(request, report, readable, damaged);
}

type Report = (finding: Partial<Finding> & Pick<Finding, "problem" | "path" | "message" | "wayOut">) => Finding;

function reporter(home: string): Report {
  return ({ problem, path, table = null, generation = null, expected = null, found = null, message, wayOut }) => ({
    problem,
    path: relative(home, path).split(sep).join("/"),
    table,
    generation,
    expected,
    found,
    message: `${message}: ${path}`,
    wayOut,
  });
}

/** The file's bytes, a finding when they cannot be read, or undefined when the file has gone meanwhile. */
function readBytes(files: FileOperations, path: string, report: Report): Buffer | Finding | undefined {
  try {
    return files.readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    return unreadable(path, error, report);
  }
}

function unreadable(path: string, error: unknown, report: Report): Finding {
  const found = errorCode(error) ?? String(error);
  return report({
    problem: "unreadable",
    path,
    found,
    message: `cannot be read (${found})`,
    wayOut: "Check the disk and the file's permissions.",
  });
}

function* verifyManifests({ files, generations }: Verification, report: Report): Iterable<Finding | Generation> {
  for (const number of generations.numbers()) {
    const path = generations.path(number);
    const bytes = readBytes(files, path, report);
    if (bytes === undefined) continue;
    if (!Buffer.isBuffer(bytes)) {
      yield bytes;
      continue;
    }
    const generation = parseGeneration(bytes, number);
    yield generation ??
      report({
        problem: "manifest-damaged",
        path,
        generation: number,
        message: `generation ${number} is damaged`,
        wayOut: RECOMMIT,
      });
  }
}

function* verifySteps({ files, steps }: Verification, report: Report): Iterable<Finding | StepRecord> {
  for (const { key, path } of steps.all()) {
    const bytes = readBytes(files, path, report);
    if (bytes === undefined) continue;
    if (!Buffer.isBuffer(bytes)) {
      yield bytes;
      continue;
    }
    const record = key === null ? undefined : parseStepRecord(bytes, key);
    yield record ?? report({ problem: "step-damaged", path, message: "a step record is damaged", wayOut: RERUN });
  }
}

/** Files that no table depends on. */
function* verifyRest(request: Verification, report: Report): Iterable<Finding> {
  const { files, paths, journal } = request;
  const sealed: [
    problem: Finding["problem"],
    what: string,
    paths: Iterable<string>,
    whole: (bytes: Buffer) => boolean,
  ][] = [
    ["home-damaged", "the home's marker is damaged", [paths.marker], (bytes) => openSealedFile(bytes) !== undefined],
    [
      "history-damaged",
      "a unit's list of keys is damaged",
      request.history.all(),
      (bytes) => parseHistory(bytes) !== undefined,
    ],
    [
      "published-damaged",
      "the mark of a published generation is damaged",
      request.published.all().map(({ path }) => path),
      (bytes) => parsePublishedMark(bytes) !== undefined,
    ],
    [
      "stat-cache-damaged",
      "the cache of source hashes is damaged",
      [paths.statCache],
      (bytes) => openSealedFile(bytes) !== undefined,
    ],
  ];
  for (const [problem, what, list, whole] of sealed) {
    for (const path of list) {
      const bytes = readBytes(files, path, report);
      if (bytes === undefined) continue;
      if (!Buffer.isBuffer(bytes)) yield bytes;
      else if (!whole(bytes)) yield report({ problem, path, message: what, wayOut: HARMLESS });
    }
  }
  for (const run of journal.ids()) {
    const path = journal.path(run);
    const bytes = readBytes(files, path, report);
    if (bytes === undefined) continue;
    if (!Buffer.isBuffer(bytes)) {
      yield bytes;
      continue;
    }
    const { values, damaged } = readSealedLines(bytes);
    const misnumbered = values.findIndex(
      (value, i) => !isJournalLine(value) || (damaged.length === 0 && value.n !== i),
    );
    if (damaged.length === 0 && misnumbered < 0) continue;
    const line = damaged[0] ?? misnumbered + 1;
    yield report({
      problem: "journal-damaged",
      path,
      found: `line ${line}`,
      message: `line ${line} of a run's journal is damaged`,
      wayOut: HARMLESS,
    });
  }
}

/** A part is listed under the newest generation that needs it. */
function addNeeds(needs: Map<string, Need>, snapshot: Snapshot, generation: number | null): void {
  for (const part of snapshot.parts) {
    const before = needs.get(part.sha256);
    if (before !== undefined && (before.generation ?? 0) >= (generation ?? 0)) continue;
    needs.set(part.sha256, { part, table: snapshot.table, generation });
  }
}

async function* verifyParts(
  { files, parts, table }: Verification,
  report: Report,
  needs: ReadonlyMap<string, Need>,
  damaged: Set<string>,
): AsyncGenerator<Finding> {
  for (const { sha256, path } of parts.all()) {
    const need = sha256 === null ? undefined : needs.get(sha256);
    if (table !== undefined && need?.table !== table) continue;
    if (sha256 === null) {
      yield report({
        problem: "part-misplaced",
        path,
        message: "a file among the parts has no content address as its name",
        wayOut: "Delete the file, or let `neurotables gc` do it.",
      });
      continue;
    }
    if (damaged.has(sha256)) continue;
    let found: string;
    try {
      found = (await files.hash(path)).sha256;
    } catch (error) {
      if (errorCode(error) !== "ENOENT") yield unreadable(path, error, report);
      continue;
    }
    if (found === sha256) continue;
    damaged.add(sha256);
    yield report({
      problem: "part-damaged",
      path,
      table: need?.table ?? null,
      generation: need?.generation ?? null,
      expected: sha256,
      found,
      message: `${need === undefined ? "a part that nothing needs" : `a part of ${need.table}`} is damaged: its bytes hash to ${found.slice(0, 12)}…`,
      wayOut: need === undefined ? "Delete the file, or let `neurotables gc` do it." : RERUN,
    });
  }
}

/** The logical hash, of every distinct state of every table whose parts are whole. */
async function* verifyTables(
  { parts, table, recompute, generations }: Verification,
  report: Report,
  readable: readonly Generation[],
  damaged: ReadonlySet<string>,
): AsyncGenerator<Finding> {
  const done = new Set<string>();
  for (const generation of [...readable].reverse()) {
    for (const entry of Object.values(generation.snapshots)) {
      if (table !== undefined && entry.table !== table) continue;
      if (entry.parts.some((part) => damaged.has(part.sha256))) continue;
      const identity = identityOf(entry);
      if (done.has(identity) || recompute === undefined) continue;
      done.add(identity);
      const paths = entry.parts.map((part) => parts.path(part));
      const { found, failed } = await recompute(entry, paths).then(
        (hash) => ({ found: hash, failed: null }),
        (error: unknown) => ({ found: null, failed: error instanceof Error ? error.message : String(error) }),
      );
      if (found === entry.tableHash || (found === null && failed === null)) continue;
      yield report({
        problem: "table-hash",
        path: generations.path(generation.generation),
        table: entry.table,
        generation: generation.generation,
        expected: entry.tableHash,
        found: found ?? failed,
        message:
          failed === null
            ? `the rows of ${entry.table} hash to ${found?.slice(0, 12)}… instead of ${entry.tableHash.slice(0, 12)}…`
            : `the rows of ${entry.table} cannot be read (${failed})`,
        wayOut: "Run the pipeline again. If it stays so, the table was written by another version of neurotables.",
      });
    }
  }
}

function identityOf(entry: GenerationEntry): string {
  return [entry.table, entry.contractHash, entry.tableHash, ...entry.parts.map((part) => part.sha256)].join("\n");
}
