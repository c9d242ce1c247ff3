import { rm } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { EXIT, type ExitCode, UsageError } from "../../base/errors.js";
import type { Project } from "../../engine/types.js";
import { SqlSession } from "../../sql/sql-session.js";
import { SQL_FORMATS, type SqlFormat, type SqlView } from "../../sql/sql-types.js";
import { currentViews, sqlCatalogue } from "../current-tables.js";
import { jobCount, nothingYet, openExistingProject, projectPlace } from "../project.js";
import { runQuery } from "../query-run.js";
import { isBlankStatement } from "../sql-statement.js";
import { holdHome, scratchDirectory } from "../table-session.js";
import type { CommandOptions, VerbContext } from "../verb.js";

export async function run(context: VerbContext): Promise<ExitCode> {
  const { output, options } = context;
  const format = formatOf(options);
  const binary = format === "arrow" || format === "parquet";
  if (binary && options.text("out") === undefined && output.terminal.stdoutIsTerminal) {
    throw new UsageError("binary-to-terminal", `${format} is binary and stdout is a terminal`, {
      wayOut: `add --out result.${format}`,
    });
  }
  const project = await openExistingProject(projectPlace(context));
  const hold = await holdHome(project, "sql");
  try {
    return await answer({ context, project, format });
  } finally {
    hold?.release();
  }
}

async function answer({
  context,
  project,
  format,
}: {
  context: VerbContext;
  project: Project;
  format: SqlFormat;
}): Promise<ExitCode> {
  const { output, operands, options } = context;
  const { terminal } = output;
  const limits = { seconds: secondsOf(options), memoryBytes: memoryOf(options), threads: jobCount(context) };
  const prompt = operands[0] === undefined && terminal.stdinIsTerminal;
  const out = options.text("out");
  const views = await currentViews(project);
  if (views.length === 0) throw nothingYet(project);
  const sql = prompt ? "" : (operands[0] ?? (await readAll(terminal.stdin)));
  if (!prompt && isBlankStatement(sql)) {
    throw new UsageError("not-a-query", "the query is empty", { wayOut: 'neurotables sql "SELECT …"' });
  }
  const scratch = await scratchDirectory(project, "sql");
  let session: SqlSession | undefined;
  try {
    session = await openSession({ project, views, limits, scratch });
    if (prompt) {
      const { runSqlPrompt } = await import("../sql-prompt.js");
      await runSqlPrompt({ output, session, views, format, historyPath: join(project.home, "sql-history") });
      return EXIT.ok;
    }
    const controller = new AbortController();
    const forget = terminal.onInterrupt(() => controller.abort());
    try {
      const path = out === undefined ? undefined : resolve(terminal.cwd, out);
      await runQuery({ output, session, sql, format, path, signal: controller.signal });
    } finally {
      forget();
    }
    return EXIT.ok;
  } finally {
    await session?.close();
    await rm(scratch, { recursive: true, force: true }).catch(() => {});
  }
}

async function openSession({
  project,
  views,
  limits,
  scratch,
}: {
  project: Project;
  views: readonly SqlView[];
  scratch: string;
  limits: { seconds: number | undefined; memoryBytes: number | undefined; threads: number };
}): Promise<SqlSession> {
  return SqlSession.open({
    views,
    catalogue: sqlCatalogue(project),
    temporaryDirectory: scratch,
    threads: limits.threads,
    ...(limits.seconds === undefined ? {} : { seconds: limits.seconds }),
    ...(limits.memoryBytes === undefined ? {} : { memoryBytes: limits.memoryBytes }),
  });
}

function formatOf(options: CommandOptions): SqlFormat {
  const given = options.text("format") as SqlFormat | undefined;
  if (options.flag("json")) {
    if (given !== undefined && given !== "json") {
      throw new UsageError("option-value", `--json and --format ${given} contradict each other`);
    }
    return "json";
  }
  if (given !== undefined) return given;
  const extension = extname(options.text("out") ?? "")
    .slice(1)
    .toLowerCase();
  return SQL_FORMATS.find((format) => format === extension) ?? "table";
}

function secondsOf(options: CommandOptions): number | undefined {
  const text = options.text("timeout");
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  const seconds =
    match === null ? Number.NaN : Number(match[1]) * ({ s: 1, m: 60, h: 3600 }[match[2] ?? "s"] as number);
  if (!(seconds > 0 && seconds < 1e6)) {
    throw new UsageError("option-value", `--timeout is a number of seconds (30, 5m, 1h), not "${text}"`);
  }
  return seconds;
}

function memoryOf(options: CommandOptions): number | undefined {
  const text = options.text("memory");
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(MB|GB)$/i.exec(text);
  if (match === null) throw new UsageError("option-value", `--memory is a size such as 500MB or 4GB, not "${text}"`);
  return Math.round(Number(match[1]) * (match[2]?.toUpperCase() === "GB" ? 1e9 : 1e6));
}

/** Most text that stdin may hold as a query. */
const QUERY_BYTES = 1 << 20;

async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    const buffer = Buffer.from(piece as Uint8Array);
    bytes += buffer.length;
    if (bytes > QUERY_BYTES) throw new UsageError("not-a-query", "the query on stdin is longer than 1 MiB");
    pieces.push(buffer);
  }
  return Buffer.concat(pieces).toString("utf8");
}
