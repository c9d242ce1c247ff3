import { compareCodeUnits } from "../base/canonical-json.js";
import type { PartitionSnapshot, Snapshot } from "../store/types.js";
import { tablePartition } from "./key.js";
import { contractOf, type Pipeline } from "./pipeline.js";
import type { StepResult } from "./pipeline-run.js";
import type { RunLog } from "./run-log.js";
import type { EngineServices } from "./services.js";
import type { StepSummary, TableSummary, UnitStatus } from "./types.js";

/** What a report says of one step: sums over its units, the first error, and what it gave to each table. */
export function summarizeStep(options: {
  readonly pipeline: Pipeline;
  readonly result: StepResult;
  readonly services: Pick<EngineServices, "tableHash">;
  readonly log: RunLog;
}): StepSummary {
  const { pipeline, result, services, log } = options;
  const { step, units, missing } = result;
  const partitions: Record<UnitStatus, number> = { ran: 0, cached: 0, failed: 0, skipped: 0 };
  for (const { status } of units) partitions[status]++;
  const status = (["failed", "ran", "cached", "skipped"] as const).find((name) => partitions[name] > 0) ?? "skipped";
  const records = units.flatMap(({ record }) => record ?? []);
  const ran = units.flatMap((unit) => (unit.status === "ran" && unit.record !== undefined ? [unit.record] : []));
  const tables = step.into.flatMap((table): TableSummary[] => {
    const snapshots = units.flatMap(({ record, partition }) => {
      const snapshot = record?.outputs.find((output) => output.table === table);
      return snapshot === undefined ? [] : [{ snapshot, partition: tablePartition(step, partition) }];
    });
    if (snapshots.length === 0) return [];
    const parts: PartitionSnapshot[] = snapshots
      .map(({ snapshot, partition }) => ({ partition, rows: snapshot.rows, hash: snapshot.partitions[0]?.hash ?? "" }))
      .sort((a, b) => compareCodeUnits(a.partition, b.partition));
    const sum = (of: (snapshot: Snapshot) => number) =>
      snapshots.reduce((total, { snapshot }) => total + of(snapshot), 0);
    const tableHash = services.tableHash(contractOf(pipeline, table).contract, parts);
    return [{ table, rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes), tableHash }];
  });
  const [main] = tables;
  const failure = units.find(({ error }) => error !== undefined);
  const told = failure ?? units.find((unit) => unit.status === status) ?? units[0];
  const failures = units.flatMap(({ partition, error, record, failures: recordings = [] }) => [
    ...(error === undefined ? [] : [{ partition, error, keepsLastResult: record !== undefined }]),
    ...recordings.map(({ recording, error: why }) => ({ partition, recording, error: why, keepsLastResult: false })),
  ]);
  const path = log.path({ pipeline: pipeline.name, step: step.name });
  return {
    pipeline: pipeline.name,
    step: step.name,
    kind: step.kind,
    status,
    rows: main?.rows ?? 0,
    bytes: main?.bytes ?? 0,
    seconds: ran.reduce((sum, record) => sum + record.seconds, 0),
    tableHash: main?.tableHash ?? null,
    tables,
    partitions,
    missing: new Set(missing.map(({ source }) => source)).size,
    dropped: records.reduce((sum, { counts }) => sum + counts.dropped, 0),
    peakMemoryBytes: ran.reduce((most, record) => Math.max(most, record.peakMemoryBytes), 0),
    reason: told?.reason ?? "its inputs have no partitions",
    ...(failure?.error === undefined ? {} : { error: failure.error }),
    ...(failures.length === 0 ? {} : { failures }),
    ...(path === undefined ? {} : { log: path }),
  };
}
