import type { Row } from "../tables/contract.js";
import type { Generations } from "./generations.js";
import type { Journal } from "./journal.js";
import type { StepRecords } from "./step-records.js";

/** Rows of `neurotables.snapshot`, `neurotables.run`, `neurotables.step`: cost and history as tables. */
export interface CatalogueRows {
  readonly snapshot: Row[];
  readonly run: Row[];
  readonly step: Row[];
}

/**
 * What the home folder knows about itself. Names of columns as in every table; structures are JSON text. Costs some
 * 50 µs per step record.
 */
export function catalogueRows(store: {
  readonly generations: Generations;
  readonly journal: Journal;
  readonly steps: StepRecords;
}): CatalogueRows {
  const current = store.generations.current();
  const snapshot = Object.values(current.snapshots).map((entry) => ({
    table: entry.table,
    generation: current.generation,
    since_generation: entry.since,
    pipeline: entry.pipeline,
    steps: entry.steps,
    keys: entry.keys,
    rows: entry.rows,
    bytes: entry.bytes,
    partitions: entry.partitions.length,
    parts: entry.parts.length,
    table_hash: entry.tableHash,
    contract_hash: entry.contractHash,
  }));
  const run = store.journal.runs().map((info) => ({
    run: info.run,
    started_at: info.startedAt,
    finished_at: info.finishedAt,
    status: info.status,
    info: JSON.stringify(info.info),
    result: info.result === null ? null : JSON.stringify(info.result),
  }));
  const step: Row[] = [];
  for (const { key } of store.steps.all()) {
    const record = key === null ? undefined : store.steps.read(key);
    if (record === undefined) continue;
    step.push({
      key: record.key,
      pipeline: record.pipeline,
      step: record.step,
      partition: record.partition,
      run: record.run,
      finished_at: record.finishedAt,
      seconds: record.seconds,
      peak_memory_bytes: record.peakMemoryBytes,
      read: record.counts.read,
      carried: record.counts.carried,
      dropped: record.counts.dropped,
      rows: record.outputs.reduce((sum, output) => sum + output.rows, 0),
      bytes: record.outputs.reduce((sum, output) => sum + output.bytes, 0),
      tables: record.outputs.map((output) => output.table),
      table_hashes: record.outputs.map((output) => output.tableHash),
      key_parts: JSON.stringify(record.keyParts),
      evidence: record.evidence === undefined ? null : JSON.stringify(record.evidence),
    });
  }
  return { snapshot, run, step };
}
