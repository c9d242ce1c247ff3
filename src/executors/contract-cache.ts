import { readFile } from "node:fs/promises";
import type { Contract } from "../tables/contract.js";
import { parseContract } from "../tables/contract-file.js";

const parsed = new Map<string, { readonly text: string; readonly contract: Contract }>();

/** Reads a contract; parses it only when its text is not the one parsed last. A worker runs many jobs of one step. */
export async function cachedContract(path: string): Promise<Contract> {
  const text = await readFile(path, "utf8");
  const known = parsed.get(path);
  if (known?.text === text) return known.contract;
  const contract = parseContract(text, path);
  parsed.set(path, { text, contract });
  return contract;
}
