import { tableFromIPC, type Vector } from "apache-arrow";
import { NeurotablesError, UsageError } from "../base/errors.js";
import type { SqlSession } from "../sql/sql-session.js";

/** What a picture is read from: the current tables, by query. */
export interface PlotTables {
  /** Whether there is a current table `dataset.table`. */
  has(table: string): boolean;
  /**
   * The rows of a query, whole; lists are typed arrays or vectors of their items.
   * @throws {NeurotablesError} `plot/too-large` above {@link MOST_BYTES}.
   */
  rows<Row>(sql: string): Promise<readonly Row[]>;
}

/** Most bytes of the rows of one query, as Arrow: 16 million samples. */
export const MOST_BYTES = 128 * 2 ** 20;

/** The tables of an open session. */
export function sessionTables(session: SqlSession, tables: readonly string[], signal: AbortSignal): PlotTables {
  const names = new Set(tables);
  return {
    has: (table) => names.has(table),
    async rows<Row>(sql: string): Promise<readonly Row[]> {
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      await session.query({
        sql,
        format: "arrow",
        signal,
        sink: {
          columns() {},
          cells() {},
          bytes(piece) {
            bytes += piece.length;
            if (bytes > MOST_BYTES) throw tooLarge(bytes);
            pieces.push(piece);
          },
        },
      });
      return tableFromIPC(Buffer.concat(pieces)).toArray() as readonly Row[];
    },
  };
}

function tooLarge(bytes: number): NeurotablesError {
  return new NeurotablesError("plot/too-large", `the picture would need more than ${MOST_BYTES} bytes of data`, {
    fields: { bytes, limit: MOST_BYTES },
    exitCode: 2,
    wayOut: "neurotables sql gives the data itself, whatever its size",
  });
}

/** Numbers of a list column: a typed array as it is; missing lists are empty. */
export function numbersOf(list: Vector | ArrayLike<number> | null): ArrayLike<number> {
  if (list === null) return new Float64Array(0);
  if ("toArray" in list) return list.toArray() as ArrayLike<number>;
  return list;
}

/** @throws {UsageError} `usage/no-table`, with the command that makes the table. */
export function requireTable(tables: PlotTables, table: string, pipeline: string): void {
  if (tables.has(table)) return;
  throw new UsageError("no-table", `there is no table ${table} yet`, {
    fields: { table, pipeline },
    wayOut: `neurotables run ${pipeline} makes it`,
  });
}

/** A text as an SQL literal. */
export function sqlLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
