import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Contract } from "../../src/tables/contract.js";
import { parseContract } from "../../src/tables/contract-file.js";
import { repositoryRoot } from "./real-data.js";

const read = new Map<string, Contract>();

/** The contract of a table of `membership`, for memory tables that check rows and have batches. */
export function membershipContract(table: string): Contract {
  const path = `schemas/membership/${table}.yaml`;
  const contract = read.get(table) ?? parseContract(readFileSync(join(repositoryRoot, path), "utf8"), path);
  read.set(table, contract);
  return contract;
}
