import type { PartitionSnapshot, Snapshot } from "../store/types.js";
import {
  type Assembly,
  assembled,
  type Compaction,
  type Contribution,
  isCompaction,
  planAssembly,
} from "./assembly.js";
import { isDistinct } from "./graph.js";
import { contractOf, type Pipeline } from "./pipeline.js";
import type { RunContext } from "./run-context.js";
import { obtain, singlePartition } from "./run-job.js";

/** A table of the pipeline, put together. */
export interface MadeTable {
  readonly snapshot: Snapshot;
  readonly keys: readonly string[];
  readonly steps: readonly string[];
}

const COMPACTION_LIMITS = { memoryBytes: 2e9, seconds: 3600 };

/**
 * Puts the contributions of one table together, running the compactions that were not made before.
 * @throws {NeurotablesError} when one of them fails.
 */
export async function assembleTable(options: {
  readonly context: RunContext;
  readonly pipeline: Pipeline;
  readonly table: string;
  readonly contributions: readonly Contribution[];
}): Promise<MadeTable> {
  const { context, pipeline, table, contributions } = options;
  const assembly = planAssembly({
    table,
    contract: contractOf(pipeline, table).contract,
    contributions,
    distinct: isDistinct(table, pipeline),
    store: context.store,
    code: context.services.code,
    tableHash: context.services.tableHash,
  });
  if (assembly.snapshot !== undefined) {
    return { snapshot: assembly.snapshot, keys: assembly.keys, steps: assembly.steps };
  }
  // All of them end before the table has failed: none may go on behind the run's back.
  const settled = await Promise.allSettled(
    assembly.groups.map(async (group) =>
      isCompaction(group) ? (group.made ?? (await compact(context, pipeline, assembly, group))) : group.snapshot,
    ),
  );
  const made = settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  return { snapshot: assembled(assembly, made).snapshot, keys: assembly.keys, steps: assembly.steps };
}

async function compact(
  context: RunContext,
  pipeline: Pipeline,
  { table }: Assembly,
  { key, keyParts, contributions, distinct }: Compaction,
): Promise<Snapshot> {
  const { path, contract } = contractOf(pipeline, table);
  const partitions = contributions.flatMap(({ snapshot }) => snapshot.partitions);
  const parts = contributions.flatMap(({ snapshot }) => snapshot.parts);
  const rows = partitions.reduce((sum, partition) => sum + partition.rows, 0);
  const hash = (list: readonly PartitionSnapshot[]) => context.services.tableHash(contract, list);
  const input: Snapshot = {
    table,
    contractHash: contract.hash,
    tableHash: hash(partitions),
    rows,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    partitions,
    parts,
  };
  const step = `table ${table}`;
  const { record } = await obtain({
    context,
    unit: { pipeline: pipeline.name, step, partition: "", key, keyParts },
    memoryBytes: COMPACTION_LIMITS.memoryBytes,
    job: (temporaryDirectory) => ({
      kind: "compact",
      id: key,
      dataset: pipeline.dataset,
      step,
      partition: "",
      outputs: { [table]: path },
      temporaryDirectory,
      limits: COMPACTION_LIMITS,
      distinct,
      input: {
        name: table,
        snapshot: input,
        contractPath: path,
        partPaths: parts.map((part) => context.store.partPath(part)),
      },
    }),
    outputs: async (result, adopt) => {
      const written = result.tables.find((candidate) => candidate.table === table);
      if (written === undefined) throw new Error(`nothing was written for ${table}`);
      const adopted = await adopt(written);
      if (distinct) return [singlePartition({ table, written, parts: adopted, partition: "", tableHash: hash })];
      if (written.rows !== rows) throw new Error(`${table}: ${rows} rows went in, ${written.rows} came out`);
      const size = adopted.reduce((sum, part) => sum + part.bytes, 0);
      return [{ ...input, bytes: size, parts: adopted }];
    },
    events: () => ({
      progress() {},
      log: (level, message) => context.log.write(tableUnit(pipeline, table), level, message),
    }),
    started() {},
  });
  const snapshot = record.outputs.find((output) => output.table === table);
  if (snapshot === undefined) throw new Error(`the record of ${table} does not hold it`);
  return snapshot;
}

/** The name under which the making of a table is logged. */
export function tableUnit(pipeline: Pick<Pipeline, "name">, table: string) {
  return { pipeline: pipeline.name, step: `table-${table}`, partition: "" };
}
