import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../base/package-root.js";
import { guarded } from "../base/storage-error.js";
import type { Contract } from "../tables/contract.js";
import type { ParseCache } from "./parse-cache.js";
import { LOAD_TABLES } from "./pipeline.js";

/** Finds contract files: in the project's `schemas/`, then in the package's. Reads each once. */
export class ContractCatalogue {
  readonly #folders: readonly string[];
  readonly #derived: string;
  readonly #cache: ParseCache | undefined;
  readonly #read = new Map<string, Promise<Contract>>();

  /** @param options.derived folder for contracts of the load tables of datasets that declare none. */
  constructor(options: { readonly root: string; readonly derived: string; readonly cache?: ParseCache }) {
    this.#cache = options.cache;
    this.#folders = [...new Set([join(options.root, "schemas"), join(packageRoot(), "schemas")])];
    this.#derived = options.derived;
  }

  /** Path of the contract of `dataset.table`, or undefined. */
  find(table: string): string | undefined {
    const [dataset = "", name = ""] = table.split(".");
    for (const folder of this.#folders) {
      const path = join(folder, dataset, `${name}.yaml`);
      if (existsSync(path)) return path;
    }
    return (LOAD_TABLES as readonly string[]).includes(name) ? this.#derive(dataset, name) : undefined;
  }

  /** @throws {ConfigError} with all faults of the contract. */
  read(path: string): Promise<Contract> {
    let contract = this.#read.get(path);
    if (contract === undefined) {
      contract = this.#readFile(path);
      this.#read.set(path, contract);
    }
    return contract;
  }

  async #readFile(path: string): Promise<Contract> {
    // Its place is part of what makes a contract valid.
    const content = this.#cache === undefined ? undefined : textOrNothing(path);
    const text = content === undefined ? undefined : `${path}\n${content}`;
    const known = text === undefined ? undefined : this.#cache?.get("contract", text);
    if (known !== undefined) return known as Contract;
    const { readContract } = await import("../tables/contract-file.js");
    const contract = await readContract(path);
    if (text !== undefined) this.#cache?.set("contract", text, contract);
    return contract;
  }

  /** Every `dataset.table` that has a contract, for hints. */
  names(): string[] {
    const names = new Set<string>();
    for (const folder of this.#folders) {
      for (const dataset of listOrNothing(folder)) {
        for (const file of listOrNothing(join(folder, dataset))) {
          if (file.endsWith(".yaml")) names.add(`${dataset}.${file.slice(0, -5)}`);
        }
      }
    }
    return [...names].sort();
  }

  /** `source_file`, `file_count` and `dropped_record` are the same in every dataset but for its name. */
  #derive(dataset: string, name: string): string | undefined {
    const template = join(packageRoot(), "schemas", "celegans_connectome", `${name}.yaml`);
    if (!existsSync(template)) return undefined;
    const text = readFileSync(template, "utf8").replace(/^dataset: .*$/m, `dataset: ${dataset}`);
    const folder = join(this.#derived, dataset);
    const path = join(folder, `${name}.yaml`);
    if (existsSync(path) && readFileSync(path, "utf8") === text) return path;
    guarded("write", path, () => {
      mkdirSync(folder, { recursive: true });
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, text);
      renameSync(temporary, path);
    });
    return path;
  }
}

function textOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function listOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
