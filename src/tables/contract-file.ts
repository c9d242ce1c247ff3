import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";
import { Diagnostics, didYouMean } from "../base/diagnostics.js";
import { ConfigError } from "../base/errors.js";
import { hashOf } from "../base/hash.js";
import type { Contract, Field } from "./contract.js";
import { type FieldReader, readField } from "./contract-field.js";
import { formatFieldType } from "./field-type.js";

/** Largest contract file, in bytes, and most nodes that aliases may expand to. */
const MAXIMUM_BYTES = 1 << 20;
const MAXIMUM_ALIASES = 100;
const CONTRACT_KEYS = ["dataset", "table", "role", "description", "key", "sort", "fields"];
const ROLES = ["public", "view", "record"] as const;

/**
 * Reads the text of a contract file (`schemas/<dataset>/<table>.yaml`).
 * @throws {ConfigError} `config/contract-invalid` with one diagnostic per fault, all at once.
 */
export function parseContract(text: string, file: string): Contract {
  if (text.length > MAXIMUM_BYTES) {
    throw new ConfigError("contract-invalid", `${file}: a contract has at most ${MAXIMUM_BYTES} characters`, [], {
      fields: { file, characters: text.length, limit: MAXIMUM_BYTES },
    });
  }
  const faults = new Diagnostics(file, text);
  const contract = new ContractReader(text, faults).read();
  faults.throwIfAny("contract-invalid", "invalid contract");
  return contract as Contract;
}

/**
 * Reads a contract file; its folder and name must be the contract's dataset and table.
 * @throws {ConfigError} when it is invalid or cannot be read.
 */
export async function readContract(path: string): Promise<Contract> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAXIMUM_BYTES) {
      throw new ConfigError(
        "contract-invalid",
        `${path}: a contract has at most ${MAXIMUM_BYTES} bytes, this one ${size}`,
        [],
        {
          fields: { file: path, bytes: size, limit: MAXIMUM_BYTES },
        },
      );
    }
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError("contract-unreadable", `cannot read the contract ${path}: ${(error as Error).message}`, [], {
      fields: { file: path },
      wayOut: "Every table needs a contract: schemas/<dataset>/<table>.yaml in the project or the package.",
    });
  }
  const contract = parseContract(text, path);
  const expected = `${basename(dirname(path))}/${basename(path).replace(/\.ya?ml$/, "")}`;
  const found = `${contract.dataset}/${contract.table}`;
  if (expected !== found) {
    const faults = new Diagnostics(path, text);
    const line = Math.max(1, text.split("\n").findIndex((row) => /^(dataset|table):/.test(row)) + 1);
    faults.add({ line, column: 1, message: `the file's place says ${expected}, its content ${found}` });
    faults.throwIfAny("contract-invalid", "invalid contract");
  }
  return contract;
}

/** Hash of everything that changes meaning: names, order, types, rules, units; not descriptions. */
export function contractHash(contract: Omit<Contract, "hash">): string {
  return hashOf({
    dataset: contract.dataset,
    table: contract.table,
    key: contract.key,
    sort: contract.sort,
    fields: contract.fields.map((field) => ({
      name: field.name,
      type: formatFieldType(field.type),
      nullable: field.nullable,
      nan: field.nan,
      ...(field.unit === undefined ? {} : { unit: field.unit }),
      ...(field.values === undefined ? {} : { values: field.values }),
      ...(field.minimum === undefined ? {} : { minimum: field.minimum }),
      ...(field.maximum === undefined ? {} : { maximum: field.maximum }),
      ...(field.pattern === undefined ? {} : { pattern: field.pattern }),
    })),
  });
}

class ContractReader implements FieldReader {
  readonly #lines = new LineCounter();
  readonly #text: string;
  readonly #faults: Diagnostics;

  constructor(text: string, faults: Diagnostics) {
    this.#text = text;
    this.#faults = faults;
  }

  fault(node: unknown, message: string, hint?: string, shift = 0): void {
    const range = (node as Node | null | undefined)?.range;
    const position = this.#lines.linePos((range?.[0] ?? 0) + shift);
    this.#faults.add({ line: Math.max(position.line, 1), column: Math.max(position.col, 1), message, hint });
  }

  read(): Contract | undefined {
    const document = parseDocument(this.#text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: "1.2",
    });
    for (const problem of [...document.errors, ...document.warnings]) {
      const { line, col } = this.#lines.linePos(problem.pos[0]);
      const hint = /\b(list|struct)</.test(this.#text.split("\n")[line - 1] ?? "")
        ? 'quote a type that contains `:` or `,`: "list<struct<name: utf8, weight: float64>>"'
        : undefined;
      this.#faults.add({ line: Math.max(line, 1), column: Math.max(col, 1), message: problem.message, hint });
    }
    if (document.errors.length > 0) return undefined;
    try {
      document.toJS({ maxAliasCount: MAXIMUM_ALIASES });
    } catch (error) {
      this.#faults.add({ line: 1, column: 1, message: (error as Error).message });
      return undefined;
    }
    const root = document.contents;
    if (!isMap(root)) {
      this.fault(root, "a contract is a mapping with dataset, table, description, key and fields");
      return undefined;
    }
    const map = this.entries(root, CONTRACT_KEYS, ["dataset", "table", "description", "fields"], "contract");
    const dataset = this.name(map.get("dataset"));
    const table = this.name(map.get("table"));
    const description = this.text(map.get("description")) ?? "";
    const roleText = map.has("role") ? this.text(map.get("role")) : "public";
    const role = ROLES.find((known) => known === roleText);
    if (roleText !== undefined && role === undefined) {
      this.fault(map.get("role"), `role is ${ROLES.join(", ")}, not "${roleText}"`, didYouMean(roleText, ROLES));
    }
    const fields = this.#fields(map.get("fields"));
    const key = map.has("key") ? this.#columns(map.get("key"), fields, "key") : [];
    const sort = map.has("sort") ? this.#columns(map.get("sort"), fields, "sort") : key;
    if (this.#faults.count > 0 || dataset === undefined || table === undefined || role === undefined) return undefined;
    const contract = { dataset, table, role, description, key, sort, fields };
    return { ...contract, hash: contractHash(contract) };
  }

  /** The pairs of a mapping by key; unknown, duplicate and missing keys are faults. */
  entries(map: YAMLMap, known: readonly string[], required: readonly string[], what: string): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const pair of map.items as Pair<unknown, unknown>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      if (!known.includes(key)) {
        this.fault(
          pair.key,
          `unknown key "${key}" in a ${what}`,
          didYouMean(key, known) ?? `known are ${known.join(", ")}`,
        );
        continue;
      }
      found.set(key, pair.value ?? pair.key);
    }
    for (const key of required) {
      if (!found.has(key)) this.fault(map, `the ${what} has no "${key}"`);
    }
    return found;
  }

  scalar(node: unknown): unknown {
    return isScalar(node) ? node.value : undefined;
  }

  text(node: unknown): string | undefined {
    if (node === undefined) return undefined;
    const value = this.scalar(node);
    if (typeof value === "string" && value.trim() !== "") return value;
    this.fault(node, `expected text, found ${this.describe(node)}`);
    return undefined;
  }

  describe(node: unknown): string {
    if (isMap(node)) return "a mapping";
    if (isSeq(node)) return "a list";
    const value = this.scalar(node);
    if (value === null || value === undefined) return "nothing";
    return value === ""
      ? "empty text"
      : `${typeof value === "string" ? "the text" : `the ${typeof value}`} ${String(value)}`;
  }

  items(node: unknown): readonly unknown[] | undefined {
    if (isSeq(node)) return node.items;
    if (node !== undefined) this.fault(node, `expected a list, found ${this.describe(node)}`);
    return undefined;
  }

  name(node: unknown): string | undefined {
    const name = this.text(node);
    if (name === undefined || /^[a-z][a-z0-9_]{0,62}$/.test(name)) return name;
    this.fault(node, `"${name}" is no name: lower-case letters, digits and _, beginning with a letter`);
    return undefined;
  }

  #fields(node: unknown): readonly Field[] {
    const items = this.items(node);
    if (items?.length === 0) this.fault(node, "a table needs at least one column");
    const fields: Field[] = [];
    const seen = new Set<string>();
    for (const item of items ?? []) {
      if (!isMap(item)) {
        this.fault(item, `a column is a mapping with name, type and description, not ${this.describe(item)}`);
        continue;
      }
      const field = readField(this, item);
      if (field === undefined) continue;
      if (seen.has(field.name)) this.fault(item.get("name", true), `column "${field.name}" occurs twice`);
      seen.add(field.name);
      fields.push(field);
    }
    return fields;
  }

  #columns(node: unknown, fields: readonly Field[], what: "key" | "sort"): readonly string[] {
    const names: string[] = [];
    const known = fields.map((field) => field.name);
    for (const item of this.items(node) ?? []) {
      const name = this.text(item);
      if (name === undefined) continue;
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined) {
        this.fault(item, `${what} column "${name}" does not exist`, didYouMean(name, known));
      } else if (names.includes(name)) {
        this.fault(item, `${what} names column "${name}" twice`);
      } else if (["list", "struct", "binary"].includes(field.type.kind)) {
        this.fault(item, `${what} column "${name}" is a ${field.type.kind}, which has no order`);
      } else if (what === "key" && field.nullable) {
        this.fault(item, `key column "${name}" is nullable: a key identifies a row`);
      }
      names.push(name);
    }
    return names;
  }
}
