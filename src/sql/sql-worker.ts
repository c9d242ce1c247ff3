/**
 * The process that runs a user's queries. It gets a {@link SqlScope} as its first message, knows nothing else (no
 * environment, no arguments, no standard streams) and answers by messages.
 */
import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import { NeurotablesError, serializeError } from "../base/errors.js";
import { csvEncoder, jsonEncoder, type ResultEncoder } from "./result-bytes.js";
import { SqlDatabase } from "./sql-database.js";
import type { ResultColumn, ResultSummary, SqlFormat, SqlReply, SqlRequest } from "./sql-types.js";
import { isNumeric, valueText } from "./value-text.js";

/** Most text of one cell that travels to a screen. */
const CELL_CHARACTERS = 10_000;

let database: SqlDatabase | undefined;
let acknowledged: (() => void) | undefined;
let cancelled = false;
/** Interrupting is repeated until the query has ended: an interrupt between two calls of DuckDB is lost. */
let interrupting: NodeJS.Timeout | undefined;
const INTERRUPT_MILLISECONDS = 25;

function reply(message: SqlReply): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) reject(new Error("the parent process is gone"));
    else process.send(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Sends a piece of the result and waits until the other side has dealt with it. */
async function hand(message: SqlReply): Promise<void> {
  const taken = new Promise<void>((resolve) => {
    acknowledged = resolve;
  });
  await reply(message);
  await taken;
}

async function runQuery(sql: string, format: SqlFormat): Promise<ResultSummary> {
  if (database === undefined) throw new Error("a query came before the scope");
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  const { statement, explain } = await database.prepare(sql);
  if (format === "parquet") {
    if (explain) throw new NeurotablesError("usage/format", "a query plan has no Parquet form", { exitCode: 2 });
    return { rows: await database.export(sql), seconds: seconds() };
  }
  const result = await database.attempt(sql, () => statement.stream());
  const types = result.columnTypes();
  const names = format === "table" || format === "csv" ? result.columnNames() : result.deduplicatedColumnNames();
  await reply({ kind: "columns", columns: types.map((type, index) => resultColumn(names[index] as string, type)) });
  const encoder = await encoderOf(format);
  await handPiece(encoder?.begin(names, types));
  let rows = 0;
  for (;;) {
    const chunk = await database.attempt(sql, () => result.fetchChunk());
    if (cancelled) throw new NeurotablesError("interrupted", "the query was cancelled", { exitCode: 130 });
    if (chunk === null || chunk.rowCount === 0) break;
    rows += chunk.rowCount;
    if (encoder === undefined) await hand({ kind: "cells", rows: cells(chunk, types) });
    else await handPiece(encoder.encode(chunk));
  }
  await handPiece(encoder?.end());
  return { rows, seconds: seconds() };
}

function resultColumn(name: string, type: DuckDBType): ResultColumn {
  return { name, type: type.toString(), align: isNumeric(type) ? "right" : "left" };
}

async function handPiece(piece: Uint8Array | undefined): Promise<void> {
  if (piece !== undefined && piece.length > 0) await hand({ kind: "bytes", piece });
}

async function encoderOf(format: SqlFormat): Promise<ResultEncoder | undefined> {
  if (format === "csv") return csvEncoder();
  if (format === "json") return jsonEncoder();
  if (format === "arrow") return (await import("./result-arrow.js")).arrowEncoder();
  return undefined;
}

function cells(chunk: DuckDBDataChunk, types: readonly DuckDBType[]): (string | null)[][] {
  return chunk.getRows().map((row) =>
    row.map((value, index) => {
      const text = valueText(value, types[index] as DuckDBType);
      return text !== null && text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS)}…` : text;
    }),
  );
}

async function answer(request: SqlRequest): Promise<void> {
  try {
    if (request.kind === "open") {
      database = await SqlDatabase.open(request.scope);
      await reply({ kind: "ready" });
    } else if (request.kind === "query") {
      cancelled = false;
      const summary = await runQuery(request.sql, request.format);
      await reply({ kind: "done", summary });
    }
  } catch (error) {
    const stopped = new NeurotablesError("interrupted", "the query was cancelled", { exitCode: 130 });
    await reply({ kind: "failed", error: serializeError(cancelled ? stopped : error) });
  } finally {
    clearInterval(interrupting);
    interrupting = undefined;
  }
}

process.on("message", (request: SqlRequest) => {
  if (request.kind === "acknowledge") acknowledged?.();
  else if (request.kind === "cancel") {
    cancelled = true;
    database?.interrupt();
    interrupting ??= setInterval(() => database?.interrupt(), INTERRUPT_MILLISECONDS);
    acknowledged?.();
  } else answer(request).catch(() => process.kill(process.pid, "SIGKILL"));
});
// An orderly exit would wait for the query that nobody wants any more.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// A terminal sends Ctrl-C to the whole group: the parent decides what it means and asks for `cancel`.
process.on("SIGINT", () => {});
