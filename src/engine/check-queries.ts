import type { Check, Pipeline } from "./pipeline.js";
import { ROW_SET } from "./pipeline-rules.js";

/** A check as SQL that returns the rows at fault. */
export function checkSql(check: Check, pipeline: Pipeline): string {
  const { rule } = check;
  if (rule.kind === "none") return rule.sql.trim().replace(/;\s*$/, "");
  if (rule.kind === "unique") {
    const table = rule.table.includes(".") ? rule.table : `${pipeline.dataset}.${rule.table}`;
    return uniqueSql(table, pipeline.contracts.get(table)?.contract.key ?? []);
  }
  const [left, right] = rule.sides.map((side) => rowSetSql(side, rule.on));
  return `with a as (${left}), b as (${right})
select 'only in the first' as side, * from (select * from a except all select * from b)
union all
select 'only in the second' as side, * from (select * from b except all select * from a)
order by all`;
}

/** Keys that occur more than once, with how often. */
export function uniqueSql(table: string, key: readonly string[]): string {
  const columns = key.map(quote).join(", ");
  return `select ${columns}, count(*) as occurrences from ${quoteTable(table)} group by ${columns} having count(*) > 1 order by all`;
}

/** An SQL identifier in double quotes. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `dataset.table` with both names quoted. */
export function quoteTable(table: string): string {
  return table.split(".").map(quote).join(".");
}

function rowSetSql(side: string, on: readonly string[]): string {
  const [, table = "", condition] = ROW_SET.exec(side) ?? [];
  return `select ${on.join(", ")} from ${quoteTable(table)}${condition === undefined ? "" : ` where ${condition}`}`;
}
