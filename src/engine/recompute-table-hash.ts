import { join } from "node:path";
import type { RecomputeTableHash } from "../store/types.js";
import { ContractCatalogue } from "./contracts.js";
import type { Project } from "./types.js";

/**
 * Reads the rows of a snapshot back from Parquet and hashes them as the writer did: for `verify`. Null for a snapshot
 * written under a contract that has changed since: its bytes can be verified, its meaning no longer.
 */
export function recomputeTableHash(project: Project, temporaryDirectory: string): RecomputeTableHash {
  const contracts = new ContractCatalogue({ root: project.root, derived: join(project.home, ".contracts") });
  return async (snapshot, partPaths) => {
    const path = contracts.find(snapshot.table);
    const contract = path === undefined ? undefined : await contracts.read(path);
    if (contract?.hash !== snapshot.contractHash) return null;
    const { recomputeHashes } = await import("../tables/concatenate-parts.js");
    const { tableHash } = await import("../tables/merkle-root.js");
    const hashes = await recomputeHashes({
      contract,
      partPaths,
      partitionRows: snapshot.partitions.map(({ rows }) => rows),
      temporaryDirectory,
    });
    const partitions = snapshot.partitions.map((partition, index) => ({ ...partition, hash: hashes[index] ?? "" }));
    return tableHash(contract, partitions);
  };
}
