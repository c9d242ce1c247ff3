import type { CatalogueRow, CatalogueValue, SqlCatalogue } from "./sql-types.js";

/** Columns of the tables of schema `neurotables`. */
export const CATALOGUE_COLUMNS: Readonly<Record<keyof SqlCatalogue, readonly (readonly [string, string, string])[]>> = {
  snapshot: [
    ["table", "VARCHAR", "dataset.table"],
    ["pipeline", "VARCHAR", "The pipeline that made it"],
    ["steps", "VARCHAR[]", "The steps that wrote it"],
    ["rows", "BIGINT", "Number of rows"],
    ["bytes", "BIGINT", "Size of its parts"],
    ["parts", "BIGINT", "Number of Parquet files"],
    ["partitions", "BIGINT", "Number of units of work that wrote it"],
    ["table_hash", "VARCHAR", "Identity of schema and values"],
    ["contract_hash", "VARCHAR", "Identity of the contract"],
    ["generation", "BIGINT", "The current generation"],
    ["since_generation", "BIGINT", "The generation in which this content became current"],
    ["keys", "VARCHAR[]", "Keys of the units of work behind it: neurotables.step.key"],
  ],
  run: [
    ["run", "VARCHAR", "Identifier of the run"],
    ["started_at", "TIMESTAMP WITH TIME ZONE", "When it began"],
    ["finished_at", "TIMESTAMP WITH TIME ZONE", "When it ended; NULL while it runs or when it was killed"],
    ["status", "VARCHAR", "running, finished or killed"],
    ["info", "JSON", "What was asked for"],
    ["result", "JSON", "What came of it"],
  ],
  step: [
    ["run", "VARCHAR", "The run that executed it"],
    ["pipeline", "VARCHAR", "Its pipeline"],
    ["step", "VARCHAR", "Its name"],
    ["partition", "VARCHAR", "Its partition; empty where it has one only"],
    ["key", "VARCHAR", "The key its result is stored under"],
    ["key_parts", "MAP(VARCHAR, VARCHAR)", "What the key is made of"],
    ["tables", "VARCHAR[]", "The tables it wrote"],
    ["table_hashes", "VARCHAR[]", "Their hashes, in the same order"],
    ["rows", "BIGINT", "Rows written"],
    ["bytes", "BIGINT", "Bytes written"],
    ["read", "BIGINT", "Records read"],
    ["carried", "BIGINT", "Records carried into tables"],
    ["dropped", "BIGINT", "Records left out"],
    ["seconds", "DOUBLE", "Wall time"],
    ["peak_memory_bytes", "BIGINT", "Most memory used"],
    ["evidence", "JSON", "Facts that a stage kept beside its result; NULL where there are none"],
    ["finished_at", "TIMESTAMP WITH TIME ZONE", "When it ended"],
  ],
};

/**
 * The statement that makes one table of the catalogue. The rows travel as one JSON text (the statement's parameter),
 * so that no value is ever part of SQL text. Rows may lack columns: those are NULL.
 */
export function catalogueStatement(table: keyof SqlCatalogue): string {
  const columns = CATALOGUE_COLUMNS[table];
  const fields = columns.map(([name, type], index) => {
    const text = `row.values[${index + 1}]`;
    const isJson = type.endsWith("[]") || type.startsWith("MAP");
    return `CAST(${isJson ? `CAST(${text} AS JSON)` : text} AS ${type}) AS "${name}"`;
  });
  return (
    `CREATE TABLE neurotables."${table}" AS SELECT ${fields.join(", ")} ` +
    'FROM (SELECT unnest(from_json($1::JSON, \'[{"values":["VARCHAR"]}]\')) AS row)'
  );
}

/** The parameter of {@link catalogueStatement}. */
export function catalogueJson(table: keyof SqlCatalogue, rows: readonly CatalogueRow[]): string {
  const names = CATALOGUE_COLUMNS[table].map(([name]) => name);
  const text = (value: CatalogueValue | undefined) => (value === undefined || value === null ? null : String(value));
  return JSON.stringify(rows.map((row) => ({ values: names.map((name) => text(row[name])) })));
}
