import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement, StatementType } from "@duckdb/node-api";
import { StorageError, UsageError } from "../base/errors.js";
import { allowedPaths, parquetScan, sqlName, sqlText } from "../formats/parquet/duckdb.js";
import { CATALOGUE_COLUMNS, catalogueJson, catalogueStatement } from "./catalogue-tables.js";
import { macroStatements } from "./macros.js";
import { queryError } from "./query-error.js";
import { guardQuery } from "./query-guard.js";
import type { SqlCatalogue, SqlColumn, SqlScope, SqlView } from "./sql-types.js";

const CATALOGUE_SCHEMA = "neurotables";

/**
 * An in-memory DuckDB that holds one view per current table, the catalogue and the macros, and is then locked: no file
 * but the parts (and the export file) can be opened, no setting changed, no extension loaded.
 */
export class SqlDatabase {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #scope: SqlScope;
  readonly #schemasOf: ReadonlyMap<string, readonly string[]>;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, scope: SqlScope) {
    this.#instance = instance;
    this.#connection = connection;
    this.#scope = scope;
    this.#schemasOf = schemasByTable(scope.views);
  }

  /** Opens and locks. Cost: about 1 ms per table. */
  static async open(scope: SqlScope): Promise<SqlDatabase> {
    const instance = await DuckDBInstance.create(":memory:", {
      threads: String(scope.threads),
      memory_limit: `${Math.max(64, Math.floor(scope.memoryBytes / 2 ** 20))}MiB`,
      temp_directory: scope.temporaryDirectory,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
    });
    const connection = await instance.connect();
    const database = new SqlDatabase(instance, connection, scope);
    await database.#createTables();
    await database.#lock();
    return database;
  }

  /**
   * Decides whether the text may run, and prepares it.
   * @throws {UsageError} what is wrong with the query, with line, column and frame.
   */
  async prepare(sql: string): Promise<{ statement: DuckDBPreparedStatement; explain: boolean }> {
    const { explain } = await guardQuery(sql, (text) => this.#syntaxTree(text));
    const statement = await this.#attempt(sql, async () => {
      const statements = await this.#connection.extractStatements(sql);
      if (statements.count !== 1) {
        throw new UsageError("many-statements", `exactly one statement is run; this text holds ${statements.count}`);
      }
      return statements.prepare(0);
    });
    const wanted = explain ? StatementType.EXPLAIN : StatementType.SELECT;
    if (statement.statementType !== wanted) {
      throw new UsageError("not-a-query", "only one SELECT or EXPLAIN SELECT is run, and nothing is ever written");
    }
    if (statement.parameterCount > 0) {
      throw new UsageError("parameter", "the query has parameters ($1, ?), and there is nobody to give their values", {
        wayOut: "write the values into the query",
      });
    }
    return { statement, explain };
  }

  /** Runs an action and turns what DuckDB throws into an error of ours. */
  attempt<T>(sql: string, action: () => Promise<T>): Promise<T> {
    return this.#attempt(sql, action);
  }

  /**
   * Writes a query's result to the export path as Parquet. The query has passed {@link prepare}; it reaches COPY as a
   * text value of `query()`, never as part of the statement.
   */
  async export(sql: string): Promise<number> {
    const copy = `COPY (SELECT * FROM query(${sqlText(sql)})) TO ${sqlText(this.#scope.exportPath)}`;
    const options = "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, USE_TMP_FILE false)";
    const result = await this.#attempt(sql, () => this.#connection.run(`${copy} ${options}`));
    return result.rowsChanged;
  }

  /** Stops what runs, within a fraction of a second. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #syntaxTree(sql: string): Promise<string> {
    const result = await this.#connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    return String(result.getRows()[0]?.[0]);
  }

  async #attempt<T>(sql: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw this.#explain(queryError(error instanceof Error ? error.message : String(error), sql));
    }
  }

  /** A name that is in several datasets, or in none, is worth a word that DuckDB cannot say. */
  #explain(error: UsageError): UsageError {
    const name = /^Table with name (\S+) does not exist/.exec(error.message)?.[1];
    if (name === undefined) return error;
    const schemas = this.#schemasOf.get(name.toLowerCase()) ?? [];
    const options = { fields: error.fields, cause: error.cause };
    if (schemas.length > 1) {
      const names = schemas.map((schema) => `${schema}.${name}`).join(" or ");
      return new UsageError("ambiguous-table", `several datasets have a table ${name}`, {
        ...options,
        wayOut: `say ${names}`,
      });
    }
    const suggestion = /^Did you mean "([^"]+)"/.exec(error.wayOut ?? "")?.[1];
    const known =
      suggestion === undefined || /^pg_|^duckdb_|^pragma_|^sqlite_/.test(suggestion) ? "" : `${error.wayOut} `;
    return new UsageError("unknown-table", error.message.replace(/!$/, ""), {
      ...options,
      wayOut: `${known}SHOW ALL TABLES lists what is there`.trim(),
    });
  }

  async #createTables(): Promise<void> {
    const run = (sql: string) => this.#connection.run(sql);
    const schemas = new Set([CATALOGUE_SCHEMA, ...this.#scope.views.map((view) => splitName(view.name).schema)]);
    for (const schema of schemas) await run(`CREATE SCHEMA IF NOT EXISTS ${sqlName(schema)}`);
    for (const table of Object.keys(CATALOGUE_COLUMNS) as (keyof SqlCatalogue)[]) {
      await this.#connection.run(catalogueStatement(table), [catalogueJson(table, this.#scope.catalogue[table])]);
      const columns = CATALOGUE_COLUMNS[table].map(([name, type, description]) => ({ name, type, description }));
      await this.#comment(`${CATALOGUE_SCHEMA}.${sqlName(table)}`, columns);
    }
    for (const statement of macroStatements()) await run(statement);
    for (const view of this.#scope.views) {
      const { schema, table } = splitName(view.name);
      const name = `${sqlName(schema)}.${sqlName(table)}`;
      await run(`CREATE VIEW ${name} AS ${viewQuery(view)}`).catch((error: unknown) => {
        throw unreadable(view, error);
      });
      if (view.description !== undefined) await run(`COMMENT ON VIEW ${name} IS ${sqlText(view.description)}`);
      await this.#comment(name, view.columns ?? []);
      if (schema !== "main" && this.#schemasOf.get(table.toLowerCase())?.length === 1) {
        await run(`CREATE VIEW main.${sqlName(table)} AS SELECT * FROM ${name}`);
      }
    }
  }

  /** A column that the stored table does not have (its contract is newer) ends the comments, not the session. */
  async #comment(table: string, columns: readonly SqlColumn[]): Promise<void> {
    const statements = columns.flatMap(({ name, description }) =>
      description === undefined ? [] : [`COMMENT ON COLUMN ${table}.${sqlName(name)} IS ${sqlText(description)}`],
    );
    if (statements.length > 0) await this.#connection.run(statements.join(";\n")).catch(() => {});
  }

  async #lock(): Promise<void> {
    const paths = [...this.#scope.views.flatMap((view) => view.partPaths), this.#scope.exportPath];
    for (const setting of [
      `allowed_paths = ${allowedPaths(paths)}`,
      "TimeZone = 'UTC'",
      "home_directory = '/'",
      "enable_external_access = false",
      "lock_configuration = true",
    ]) {
      await this.#connection.run(`SET ${setting}`);
    }
  }
}

function unreadable(view: SqlView, error: unknown): StorageError {
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
  return new StorageError("part-unreadable", `a stored file of ${view.name} cannot be read: ${message}`, {
    fields: { table: view.name },
    wayOut: "neurotables verify says which; neurotables run makes the table again",
  });
}

function splitName(name: string): { schema: string; table: string } {
  const dot = name.indexOf(".");
  return { schema: name.slice(0, dot), table: name.slice(dot + 1) };
}

function schemasByTable(views: readonly SqlView[]): Map<string, string[]> {
  const schemas = new Map<string, string[]>();
  for (const view of views) {
    const { schema, table } = splitName(view.name);
    const list = schemas.get(table.toLowerCase());
    if (list === undefined) schemas.set(table.toLowerCase(), [schema]);
    else list.push(schema);
  }
  return schemas;
}

function viewQuery(view: SqlView): string {
  if (view.partPaths.length > 0) return `SELECT * FROM ${parquetScan(view.partPaths)}`;
  const columns = (view.columns ?? []).map((column) => `CAST(NULL AS ${column.type}) AS ${sqlName(column.name)}`);
  return `SELECT ${columns.length === 0 ? "NULL AS nothing" : columns.join(", ")} WHERE false`;
}
