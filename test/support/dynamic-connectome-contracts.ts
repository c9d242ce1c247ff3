import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Contract } from "../../src/tables/contract.js";
import { parseContract } from "../../src/tables/contract-file.js";
import { repositoryRoot } from "./real-data.js";

const read = new Map<string, Contract>();

/**
 * The contract of a table of `dynamic_connectome`, or of another data set as `dataset.table`, for memory tables that
 * check rows and have batches.
 */
export function dynamicConnectomeContract(table: string): Contract {
  const [dataset, name] = table.includes(".") ? table.split(".") : ["dynamic_connectome", table];
  const path = `schemas/${dataset}/${name}.yaml`;
  const contract = read.get(table) ?? parseContract(readFileSync(join(repositoryRoot, path), "utf8"), path);
  read.set(table, contract);
  return contract;
}
