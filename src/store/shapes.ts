import type {
  Generation,
  GenerationEntry,
  Part,
  PartitionSnapshot,
  PublishedMark,
  RecordingFailure,
  RememberedKey,
  Snapshot,
  StepRecord,
} from "./types.js";

/**
 * Checks of what is read back from disk. By hand: a schema library costs more to import than a cached run may take.
 * Checksums catch damage; these catch files of another version, and names that must not become paths.
 */

type Fields = Readonly<Record<string, unknown>>;

const HASH = /^[0-9a-f]{64}$/;
const NAME = /^[A-Za-z0-9_-]{3,128}$/;

/** Whether the text is a SHA-256 in lower-case hexadecimal: safe as a file name. */
export function isHash(value: unknown): value is string {
  return typeof value === "string" && HASH.test(value);
}

/** Whether the text may be a key: safe as a file name. */
export function isKey(value: unknown): value is string {
  return typeof value === "string" && NAME.test(value);
}

/** Whether a value read from disk has the shape of a step record. */
export function isStepRecord(value: Fields): value is Fields & StepRecord {
  return (
    isKey(value.key) &&
    isTexts(value.keyParts) &&
    isText(value.pipeline) &&
    isText(value.step) &&
    isText(value.partition) &&
    isList(value.outputs, isSnapshot) &&
    isFields(value.counts) &&
    isCount(value.counts.read) &&
    isCount(value.counts.carried) &&
    isCount(value.counts.dropped) &&
    (value.failures === undefined || isList(value.failures, isRecordingFailure)) &&
    (value.evidence === undefined || isEvidence(value.evidence)) &&
    isNumber(value.seconds) &&
    isNumber(value.peakMemoryBytes) &&
    isText(value.finishedAt) &&
    isText(value.run)
  );
}

function isEvidence(value: unknown): value is NonNullable<StepRecord["evidence"]> {
  const isFact = (fact: unknown) => fact === null || isText(fact) || isNumber(fact) || typeof fact === "boolean";
  return isFields(value) && Object.values(value).every(isFact);
}

function isRecordingFailure(value: unknown): value is RecordingFailure {
  if (!isFields(value) || !isText(value.recording) || !isFields(value.error)) return false;
  const { tag, message, exitCode, fields } = value.error;
  return isText(tag) && isText(message) && isCount(exitCode) && isFields(fields);
}

/** Whether a value read from disk has the shape of a generation. */
export function isGeneration(value: Fields): value is Fields & Generation {
  return (
    isCount(value.generation) &&
    isCount(value.parent) &&
    isText(value.createdAt) &&
    isText(value.run) &&
    isFields(value.snapshots) &&
    Object.entries(value.snapshots).every(([table, entry]) => isGenerationEntry(entry) && entry.table === table)
  );
}

/** Whether a value read from disk has the shape of a publication mark. */
export function isPublishedMark(value: Fields): value is Fields & PublishedMark {
  return isCount(value.generation) && isText(value.target) && isText(value.at) && isList(value.tables, isText);
}

/** Whether a value read from disk has the shape of an entry of a unit's history. */
export function isRememberedKey(value: unknown): value is RememberedKey {
  return isFields(value) && isKey(value.key) && isText(value.run) && isText(value.at);
}

function isGenerationEntry(value: unknown): value is GenerationEntry {
  return (
    isFields(value) &&
    isSnapshot(value) &&
    isText((value as Fields).pipeline) &&
    isList((value as Fields).steps, isText) &&
    isList((value as Fields).keys, isKey) &&
    isCount((value as Fields).since)
  );
}

/** Whether a value read from disk has the shape of a snapshot. */
export function isSnapshot(value: unknown): value is Snapshot {
  return (
    isFields(value) &&
    isText(value.table) &&
    isText(value.contractHash) &&
    isText(value.tableHash) &&
    isCount(value.rows) &&
    isCount(value.bytes) &&
    isList(value.partitions, isPartition) &&
    isList(value.parts, isPart)
  );
}

function isPart(value: unknown): value is Part {
  return isFields(value) && isHash(value.sha256) && isCount(value.bytes) && isCount(value.rows);
}

function isPartition(value: unknown): value is PartitionSnapshot {
  return isFields(value) && isText(value.partition) && isCount(value.rows) && isText(value.hash);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isFields(value) && Object.values(value).every(isText);
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
