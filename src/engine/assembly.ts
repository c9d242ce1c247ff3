import { compareCodeUnits } from "../base/canonical-json.js";
import { hashOf } from "../base/hash.js";
import type { Store } from "../store/store.js";
import type { KeyParts, PartitionSnapshot, Snapshot } from "../store/types.js";
import type { Contract } from "../tables/contract.js";
import type { CodeVersions } from "./code-version.js";
import { keyOf } from "./key.js";

/** What one unit gave to a table. */
export interface Contribution {
  readonly step: string;
  readonly key: string;
  /** A single partition. */
  readonly snapshot: Snapshot;
}

export type TableHash = (contract: Contract, partitions: readonly PartitionSnapshot[]) => string;

/** How the contributions of a table become its snapshot. */
export interface Assembly {
  readonly table: string;
  readonly partitions: readonly PartitionSnapshot[];
  /** Ordered by partition. */
  readonly contributions: readonly Contribution[];
  /** Undefined until a union of equal rows has been made. */
  readonly tableHash: string | undefined;
  /** The finished snapshot, where nothing is left to do. */
  readonly snapshot?: Snapshot;
  /** The work left: concatenate the partitions' parts. */
  readonly compaction?: { readonly key: string; readonly keyParts: KeyParts; readonly distinct: boolean };
  /** Keys of units and of the compaction that the snapshot rests on. */
  readonly keys: readonly string[];
  readonly steps: readonly string[];
}

/**
 * Orders the contributions and finds out whether they have been put together before. A single partition in few parts
 * is the snapshot itself; several, or none, are made into parts of about 128 MB by one job.
 */
export function planAssembly(options: {
  readonly table: string;
  readonly contract: Contract;
  readonly contributions: readonly Contribution[];
  readonly distinct: boolean;
  readonly store: Pick<Store, "readStep">;
  readonly code: CodeVersions;
  readonly tableHash: TableHash;
}): Assembly {
  const { table, contract, distinct, store, code } = options;
  const contributions = [...options.contributions].sort((a, b) => compareCodeUnits(partitionOf(a), partitionOf(b)));
  const partitions = contributions.flatMap(({ snapshot }) => snapshot.partitions);
  const unitKeys = contributions.map(({ key }) => key);
  const steps = [...new Set(contributions.map(({ step }) => step))].sort(compareCodeUnits);
  const common = { table, contributions, steps };
  const [only] = contributions;
  const single = contributions.length === 1 && only !== undefined;
  const tableHash = distinct && !single ? undefined : options.tableHash(contract, partitions);
  if (single && tableHash !== undefined) {
    return { ...common, partitions, tableHash, snapshot: { ...only.snapshot, tableHash }, keys: unitKeys };
  }
  const keyParts: KeyParts = {
    implementation: distinct ? "union of equal rows" : "concatenation",
    "job runner": code.runner("compact"),
    [`contract ${table}`]: contract.hash,
    partitions: hashOf(partitions.map(({ partition, hash }) => [partition, hash])),
  };
  const key = keyOf(keyParts);
  const record = store.readStep(key);
  const snapshot = record?.outputs.find((output) => output.table === table);
  return {
    ...common,
    partitions: snapshot?.partitions ?? partitions,
    tableHash: tableHash ?? snapshot?.tableHash,
    ...(snapshot === undefined ? {} : { snapshot }),
    compaction: { key, keyParts, distinct },
    keys: [...unitKeys, key],
  };
}

function partitionOf({ snapshot }: Contribution): string {
  return snapshot.partitions[0]?.partition ?? "";
}
