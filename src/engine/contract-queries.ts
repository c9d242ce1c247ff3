import type { Contract, Field } from "../tables/contract.js";
import { quote, quoteTable, uniqueSql } from "./check-queries.js";

/** A rule of a contract as SQL that returns the rows at fault. */
export interface ContractQuery {
  readonly rule: string;
  readonly sql: string;
}

/**
 * What a contract says of stored rows: one query for the values of all columns, one for the key, one for each
 * reference to a table that is there.
 */
export function contractQueries(contract: Contract, tables: ReadonlySet<string>): ContractQuery[] {
  const table = `${contract.dataset}.${contract.table}`;
  const faults = contract.fields.flatMap((field) => fieldFaults(contract, field));
  const queries: ContractQuery[] = [];
  if (faults.length > 0) queries.push({ rule: `${table} keeps its contract`, sql: faults.join("\nunion all\n") });
  if (contract.key.length > 0) queries.push({ rule: `${table} has unique keys`, sql: uniqueSql(table, contract.key) });
  for (const { name, references } of contract.fields) {
    const target = references === undefined ? undefined : referenceTarget(references, contract.dataset);
    if (target === undefined || !tables.has(target.table)) continue;
    queries.push({
      rule: `${table}.${name} is in ${target.table}.${target.column}`,
      sql: `select distinct ${quote(name)} from ${quoteTable(table)} where ${quote(name)} is not null and ${quote(name)} not in (select ${quote(target.column)} from ${quoteTable(target.table)} where ${quote(target.column)} is not null) order by all`,
    });
  }
  return queries;
}

function fieldFaults(contract: Contract, field: Field): string[] {
  const column = quote(field.name);
  const { kind } = field.type;
  const rules: [string, string][] = [];
  if (!field.nullable) rules.push(["not null", `${column} is null`]);
  if (field.values !== undefined) {
    const allowed = field.values.map(literal).join(", ");
    const condition =
      kind === "list"
        ? `len(list_filter(${column}, lambda x: x not in (${allowed}))) > 0`
        : `${column} not in (${allowed})`;
    rules.push([`one of ${field.values.length} values`, condition]);
  }
  if (field.minimum !== undefined && kind !== "list")
    rules.push([`minimum ${field.minimum}`, `${column} < ${field.minimum}`]);
  if (field.maximum !== undefined && kind !== "list")
    rules.push([`maximum ${field.maximum}`, `${column} > ${field.maximum}`]);
  if (field.pattern !== undefined && kind === "utf8") {
    rules.push([`pattern ${field.pattern}`, `not regexp_full_match(${column}, ${literal(field.pattern)})`]);
  }
  if (!field.nan && (kind === "float32" || kind === "float64")) rules.push(["no NaN", `isnan(${column})`]);
  const table = quoteTable(`${contract.dataset}.${contract.table}`);
  const key =
    contract.key.length === 0
      ? "null"
      : `cast({${contract.key.map((name) => `${literal(name)}: ${quote(name)}`).join(", ")}} as varchar)`;
  return rules.map(
    ([rule, condition]) =>
      `select ${key} as "key", ${literal(field.name)} as "column", left(cast(${column} as varchar), 200) as "found", ${literal(rule)} as "rule" from ${table} where ${condition}`,
  );
}

function referenceTarget(references: string, dataset: string): { table: string; column: string } | undefined {
  const names = references.split(".");
  const column = names.pop();
  if (column === undefined || names.length === 0) return undefined;
  return { table: names.length === 1 ? `${dataset}.${names[0]}` : names.join("."), column };
}

function literal(value: string | number): string {
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
