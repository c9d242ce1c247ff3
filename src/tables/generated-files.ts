import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { compareCodeUnits } from "../base/canonical-json.js";
import type { Contract } from "./contract.js";
import { readContract } from "./contract-file.js";
import { renderDictionary } from "./render-dictionary.js";
import { renderTypes } from "./render-types.js";

/**
 * What `npm run generate` writes: the text of each generated file by its path below `root`, from all contracts in
 * `root/schemas`.
 * @throws {ConfigError} for the first invalid contract.
 */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const contracts = await readContracts(join(root, "schemas"));
  const files = new Map<string, string>();
  for (const dataset of new Set(contracts.map((contract) => contract.dataset))) {
    const own = contracts.filter((contract) => contract.dataset === dataset);
    files.set(`src/tables/generated/${dataset}.ts`, renderTypes(dataset, own));
  }
  files.set("docs/data-dictionary.md", renderDictionary(contracts));
  return files;
}

async function readContracts(schemas: string): Promise<Contract[]> {
  const contracts: Contract[] = [];
  const entries = await readdir(schemas, { withFileTypes: true });
  for (const folder of entries
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => compareCodeUnits(a.name, b.name))) {
    const files = (await readdir(join(schemas, folder.name))).filter((name) => name.endsWith(".yaml"));
    for (const file of files.sort(compareCodeUnits))
      contracts.push(await readContract(join(schemas, folder.name, file)));
  }
  return contracts;
}
