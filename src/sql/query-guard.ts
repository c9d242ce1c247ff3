import { frame } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import { placeOf } from "./query-error.js";

/**
 * Table functions that a query may call: they read nothing but the tables and make rows out of values. Everything else
 * (file readers, functions that switch logging or profiling on, functions that run text as SQL) is refused.
 */
const TABLE_FUNCTIONS = new Set([
  "duckdb_columns",
  "duckdb_constraints",
  "duckdb_functions",
  "duckdb_keywords",
  "duckdb_memory",
  "duckdb_schemas",
  "duckdb_settings",
  "duckdb_tables",
  "duckdb_temporary_files",
  "duckdb_types",
  "duckdb_views",
  "generate_series",
  "generate_subscripts",
  "histogram",
  "histogram_values",
  "icu_calendar_names",
  "json_each",
  "json_tree",
  "pg_timezone_names",
  "pragma_collations",
  "pragma_platform",
  "pragma_show",
  "pragma_table_info",
  "pragma_version",
  "query_table",
  "range",
  "repeat",
  "repeat_row",
  "summary",
  "test_all_types",
  "unnest",
]);

/** Scalar functions with an effect beyond their value. */
const REFUSED_FUNCTIONS = new Set(["getenv", "nextval", "currval", "write_log", "sleep_ms", "set_config"]);

const WAY_OUT = "write one SELECT (or EXPLAIN SELECT) over the tables; SHOW ALL TABLES lists them";

/** Asks DuckDB for the syntax tree of a text: `SELECT json_serialize_sql(text)`. Nothing is bound or run by it. */
export type SyntaxTree = (sql: string) => Promise<string>;

/**
 * Decides, from the syntax tree alone and before anything is prepared, that a text is exactly one SELECT (or EXPLAIN
 * of one) that calls no function with effects. DESCRIBE, SUMMARIZE, SHOW, FROM, VALUES and PIVOT … IN are SELECTs.
 *
 * @throws {UsageError} `usage/not-a-query`, `usage/many-statements`, `usage/refused-function`, `usage/syntax`.
 */
export async function guardQuery(sql: string, syntaxTree: SyntaxTree): Promise<{ explain: boolean }> {
  if (sql.includes("\0")) throw refusal("not-a-query", "a query holds no NUL character");
  const prefix = explainPrefix(sql);
  const body = sql.slice(prefix);
  const tree = parseTree(await syntaxTree(body));
  if (tree.error) {
    if (tree.error_type === "parser") throw syntaxError(sql, prefix, tree);
    throw notAQuery(body);
  }
  const count = tree.statements?.length ?? 0;
  if (count === 0) throw refusal("not-a-query", "the query is empty");
  if (count > 1) throw refusal("many-statements", `exactly one statement is run at a time; this text holds ${count}`);
  refuseFunctions(tree.statements, sql, prefix);
  return { explain: prefix > 0 };
}

interface SerializedSql {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly unknown[];
}

/** DuckDB writes infinite and undefined constants (`1e400`) as bare words, which JSON does not have. */
function parseTree(text: string): SerializedSql {
  const json = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:Infinity|NaN)/g, (token) =>
    token[0] === '"' ? token : "null",
  );
  return JSON.parse(json) as SerializedSql;
}

function refusal(problem: string, message: string): UsageError {
  return new UsageError(problem, message, { wayOut: WAY_OUT });
}

function notAQuery(body: string): UsageError {
  const word = /[A-Za-z_]+/.exec(body.slice(skipBlank(body, 0)))?.[0]?.toUpperCase() ?? "this";
  if (word === "PIVOT" || word === "PIVOT_WIDER") {
    return new UsageError("not-a-query", "PIVOT without its values is more than one statement", {
      wayOut: "name the values: PIVOT edge ON kind IN ('chemical', 'gap') USING sum(weight)",
    });
  }
  const what = ["SELECT", "WITH", "FROM", "VALUES"].includes(word)
    ? "the text holds more than one SELECT statement"
    : `${word} is not a query`;
  return refusal("not-a-query", `${what}: only one SELECT or EXPLAIN SELECT is run, and nothing is ever written`);
}

function syntaxError(sql: string, prefix: number, tree: SerializedSql): UsageError {
  const at = Number(tree.position ?? 0) + Buffer.byteLength(sql.slice(0, prefix));
  const { line, column } = placeOf(sql, at);
  return new UsageError("syntax", tree.error_message ?? "syntax error", {
    fields: { line, column, frame: frame(sql, line, column) },
  });
}

/** Walks the tree; its depth is DuckDB's own limit on nesting, so an explicit stack is used instead of recursion. */
function refuseFunctions(statements: unknown, sql: string, prefix: number): void {
  const stack: { node: unknown; table: boolean }[] = [{ node: statements, table: false }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, table } = next;
    if (Array.isArray(node)) {
      for (const item of node) stack.push({ node: item, table: false });
      continue;
    }
    if (typeof node !== "object" || node === null) continue;
    const record = node as Readonly<Record<string, unknown>>;
    const name = typeof record.function_name === "string" ? record.function_name.toLowerCase() : undefined;
    const isCall = record.class === "FUNCTION" || record.class === "WINDOW";
    if (isCall && name !== undefined && (table ? !TABLE_FUNCTIONS.has(name) : REFUSED_FUNCTIONS.has(name))) {
      throw refusedFunction({ name, table, location: record.query_location, sql, prefix });
    }
    const isTableFunction = record.type === "TABLE_FUNCTION";
    for (const [key, value] of Object.entries(record)) {
      stack.push({ node: value, table: isTableFunction && key === "function" });
    }
  }
}

function refusedFunction(call: {
  name: string;
  table: boolean;
  location: unknown;
  sql: string;
  prefix: number;
}): UsageError {
  const offset = typeof call.location === "number" && call.location < call.sql.length ? call.location : 0;
  const { line, column } = placeOf(call.sql, offset + Buffer.byteLength(call.sql.slice(0, call.prefix)));
  const message = call.table
    ? `the table function ${call.name} is not available: a query reads the current tables and nothing else`
    : `the function ${call.name} is not available in a read-only query`;
  return new UsageError("refused-function", message, {
    fields: { function: call.name, line, column, frame: frame(call.sql, line, column) },
    wayOut: WAY_OUT,
  });
}

/** The length of a leading `EXPLAIN`, `EXPLAIN ANALYZE` or `EXPLAIN (option, …)`; 0 when there is none. */
function explainPrefix(sql: string): number {
  let at = skipBlank(sql, 0);
  const word = (name: string) => {
    if (sql.slice(at, at + name.length).toUpperCase() !== name) return false;
    return !/[A-Za-z0-9_$\u0080-\uffff]/.test(sql[at + name.length] ?? " ");
  };
  if (!word("EXPLAIN")) return 0;
  at = skipBlank(sql, at + "EXPLAIN".length);
  if (word("ANALYZE") || word("ANALYSE")) return skipBlank(sql, at + "ANALYZE".length);
  const options = /^\(\s*[A-Za-z_]+(?:\s+[A-Za-z_]+)?(?:\s*,\s*[A-Za-z_]+(?:\s+[A-Za-z_]+)?)*\s*\)/.exec(sql.slice(at));
  const startsOptions = options !== null && /\b(?:analyze|analyse|format)\b/i.test(options[0]);
  return startsOptions ? skipBlank(sql, at + options[0].length) : at;
}

/** Past white space, line comments and (nested) block comments. */
function skipBlank(sql: string, start: number): number {
  let at = start;
  for (;;) {
    if (/\s/.test(sql[at] ?? "x")) at += 1;
    else if (sql.startsWith("--", at)) {
      const end = sql.indexOf("\n", at);
      at = end === -1 ? sql.length : end + 1;
    } else if (sql.startsWith("/*", at)) at = skipBlockComment(sql, at);
    else return at;
  }
}

function skipBlockComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    if (sql.startsWith("/*", at)) {
      depth += 1;
      at += 1;
    } else if (sql.startsWith("*/", at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
}
