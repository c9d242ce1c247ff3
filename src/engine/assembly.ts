import { compareCodeUnits } from "../base/canonical-json.js";
import { hashOf, sha256 } from "../base/hash.js";
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

/** Neighbouring partitions of a table whose parts become one. */
export interface Compaction {
  readonly key: string;
  readonly keyParts: KeyParts;
  readonly contributions: readonly Contribution[];
  readonly distinct: boolean;
  /** The result, where it was made before. */
  readonly made?: Snapshot;
}

/** How the contributions of a table become its snapshot. */
export interface Assembly {
  readonly table: string;
  readonly contractHash: string;
  readonly partitions: readonly PartitionSnapshot[];
  /** Undefined until a union of equal rows has been made. */
  readonly tableHash: string | undefined;
  /** The finished snapshot, where nothing is left to do. */
  readonly snapshot?: Snapshot;
  /** In the order of the rows: partitions whose parts stay as they are, and those to be put together. */
  readonly groups: readonly (Compaction | Contribution)[];
  /** Keys of units and of compactions that the snapshot rests on. */
  readonly keys: readonly string[];
  readonly steps: readonly string[];
}

/** A partition of this size keeps its own part: rewriting it costs more than it saves its readers. */
const ALONE_BYTES = 4 * 1024 ** 2;
/** Smaller ones are put together up to this. */
const GROUP_BYTES = 128 * 1024 ** 2;

/**
 * Orders the contributions and finds out what has been put together before. A single partition is the snapshot itself.
 * Of several, small neighbours become parts of up to 128 MB, one job per group, see {@link groupContributions}: a
 * change of one partition remakes its own group alone.
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
  const common = { table, contractHash: contract.hash, steps };
  const [only] = contributions;
  const single = contributions.length === 1 && only !== undefined;
  const tableHash = distinct && !single ? undefined : options.tableHash(contract, partitions);
  if (single && tableHash !== undefined) {
    const snapshot = { ...only.snapshot, tableHash };
    return { ...common, partitions, tableHash, snapshot, groups: [only], keys: unitKeys };
  }
  const compaction = (members: readonly Contribution[]): Compaction => {
    const parts = members.flatMap(({ snapshot }) => snapshot.partitions);
    const keyParts: KeyParts = {
      implementation: distinct ? "union of equal rows" : "concatenation",
      "job runner": code.runner("compact"),
      [`contract ${table}`]: contract.hash,
      partitions: hashOf(parts.map(({ partition, hash }) => [partition, hash])),
    };
    const key = keyOf(keyParts);
    const made = store.readStep(key)?.outputs.find((output) => output.table === table);
    return { key, keyParts, contributions: members, distinct, ...(made === undefined ? {} : { made }) };
  };
  const grouped = distinct || contributions.length === 0 ? [contributions] : groupContributions(contributions);
  const groups = grouped.map((members) => {
    const [alone] = members;
    return !distinct && members.length === 1 && alone !== undefined ? alone : compaction(members);
  });
  const keys = [...unitKeys, ...groups.flatMap((group) => (isCompaction(group) ? [group.key] : []))];
  const assembly: Assembly = { ...common, partitions, tableHash, groups, keys };
  const made = groups.map((group) => (isCompaction(group) ? group.made : group.snapshot));
  if (made.some((snapshot) => snapshot === undefined)) return assembly;
  return { ...assembly, ...assembled(assembly, made as Snapshot[]) };
}

export function isCompaction(group: Compaction | Contribution): group is Compaction {
  return "contributions" in group;
}

/** The snapshot of a table whose groups are all made, with its hash. */
export function assembled(
  { table, contractHash, partitions, tableHash }: Assembly,
  made: readonly Snapshot[],
): { readonly snapshot: Snapshot; readonly tableHash: string; readonly partitions: readonly PartitionSnapshot[] } {
  const [first] = made;
  // A union of equal rows is a partition of its own.
  if (tableHash === undefined && first !== undefined) {
    return { snapshot: first, tableHash: first.tableHash, partitions: first.partitions };
  }
  const filled = made.flatMap(({ parts }) => parts).filter((part) => part.rows > 0);
  const parts = filled.length > 0 ? filled : (first?.parts.slice(0, 1) ?? []);
  const snapshot: Snapshot = {
    table,
    contractHash,
    tableHash: tableHash ?? "",
    rows: partitions.reduce((sum, { rows }) => sum + rows, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    partitions,
    parts,
  };
  return { snapshot, tableHash: snapshot.tableHash, partitions };
}

/** Sizes that decide how partitions are put together; replaced in tests. */
export interface GroupSizes {
  readonly aloneBytes: number;
  readonly groupBytes: number;
}

/**
 * Cuts contributions, which stay in their order, into groups whose parts become one; a group of one keeps its own.
 * What is larger than a group is cut after the member whose name has the smallest hash, and its pieces again: where a
 * cut may be depends on names alone, and whether it is made on the sizes around it. So a partition that changes moves
 * no border but those within the one group, before or after, that it is in.
 */
export function groupContributions(
  contributions: readonly Contribution[],
  { aloneBytes, groupBytes }: GroupSizes = { aloneBytes: ALONE_BYTES, groupBytes: GROUP_BYTES },
): (readonly Contribution[])[] {
  const groups: (readonly Contribution[])[] = [];
  let run: Contribution[] = [];
  const endRun = () => {
    cut(run, groupBytes, groups);
    run = [];
  };
  for (const contribution of contributions) {
    if (contribution.snapshot.bytes < aloneBytes) {
      run.push(contribution);
      continue;
    }
    endRun();
    groups.push([contribution]);
  }
  endRun();
  return groups;
}

/** Adds the groups of neighbours that may all be in one. */
function cut(run: readonly Contribution[], groupBytes: number, groups: (readonly Contribution[])[]): void {
  if (run.length === 0) return;
  /** Bytes before each. */
  const before = [0];
  for (const { snapshot } of run) before.push((before.at(-1) as number) + snapshot.bytes);
  const fits = (start: number, end: number) => (before[end] as number) - (before[start] as number) <= groupBytes;
  if (fits(0, run.length)) {
    groups.push(run);
    return;
  }
  const hashes = run.map((contribution) => sha256(partitionOf(contribution)));
  const part = (start: number, end: number) => {
    if (end - start === 1 || fits(start, end)) {
      groups.push(run.slice(start, end));
      return;
    }
    let last = start;
    for (let index = start + 1; index < end - 1; index++) {
      if (compareCodeUnits(hashes[index] as string, hashes[last] as string) < 0) last = index;
    }
    part(start, last + 1);
    part(last + 1, end);
  };
  part(0, run.length);
}

function partitionOf({ snapshot }: Contribution): string {
  return snapshot.partitions[0]?.partition ?? "";
}
