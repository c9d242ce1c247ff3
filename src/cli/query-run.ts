import { createReadStream } from "node:fs";
import { InterruptedError } from "../base/errors.js";
import type { SqlSession } from "../sql/sql-session.js";
import type { ResultSummary, SqlFormat } from "../sql/sql-types.js";
import { OutFile } from "./out-file.js";
import type { Output } from "./output.js";
import { ResultTable } from "./result-table.js";

/** Runs one query and writes its result to stdout, or to a file that appears whole or not at all. */
export async function runQuery({
  output,
  session,
  sql,
  format,
  path,
  signal,
}: {
  output: Output;
  session: SqlSession;
  sql: string;
  format: SqlFormat;
  path?: string | undefined;
  signal: AbortSignal;
}): Promise<ResultSummary> {
  const file = path === undefined ? undefined : await OutFile.create(path);
  const put = (piece: Uint8Array | string) => (file === undefined ? output.data(piece) : file.write(piece));
  const table = new ResultTable(file === undefined ? output : fileOutput(output, put));
  try {
    const summary = await session.query({
      sql,
      format,
      signal,
      sink: { columns: (columns) => table.columns(columns), cells: (rows) => table.rows(rows), bytes: put },
    });
    if (format === "table") await table.end();
    if (format === "parquet") {
      for await (const piece of createReadStream(session.exportPath)) await put(piece as Uint8Array);
    }
    if (signal.aborted) throw new InterruptedError("the query was cancelled");
    await file?.commit();
    for (const note of table.notes()) output.talk(note);
    if (path !== undefined) output.talk(`${summary.rows} ${summary.rows === 1 ? "row" : "rows"} → ${path}`);
    return summary;
  } catch (error) {
    await file?.discard();
    throw error;
  }
}

/** An output whose data goes to a file: no colours, no width. */
function fileOutput(output: Output, put: (piece: Uint8Array | string) => Promise<void>): Output {
  const plain = Object.create(output, {
    terminal: { value: { ...output.terminal, stdoutIsTerminal: false } },
    paint: { value: (_style: unknown, text: string) => text },
    data: { value: put },
  });
  return plain as Output;
}
