import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { writeFileAtomic } from "../base/atomic-file.js";
import { didYouMean } from "../base/diagnostics.js";
import { InterruptedError } from "../base/errors.js";
import { nodeFiles } from "../base/file-operations.js";
import type { SqlSession } from "../sql/sql-session.js";
import type { SqlFormat, SqlView } from "../sql/sql-types.js";
import { reportError } from "./error-report.js";
import type { Output } from "./output.js";
import { durationText, pluralText } from "./quantities.js";
import { runQuery } from "./query-run.js";
import { isBlankStatement, statementEnd } from "./sql-statement.js";
import { textTable } from "./text-table.js";

const HISTORY_LINES = 1000;
const PROMPT = "neurotables> ";
const CONTINUATION = "        ...> ";
/** Formats that make sense on a screen. */
const MODES = ["table", "json", "csv"] as const;

const HELP = `A query ends with ; and may span lines. SHOW ALL TABLES, DESCRIBE t and SUMMARIZE t are queries too.
  .tables [WORD]   the tables, with the word in their name
  .schema TABLE    the columns of a table, with what they mean
  .mode MODE       how results are shown: ${MODES.join(", ")}
  .help            this text
  .quit            leave (also Ctrl-D)
Ctrl-C cancels a running query, or clears what is typed.`;

export interface SqlPromptOptions {
  readonly output: Output;
  readonly session: SqlSession;
  readonly views: readonly SqlView[];
  readonly format: SqlFormat;
  readonly historyPath: string;
}

/** Reads queries from a terminal until it is left. Errors are shown; none ends it. */
export function runSqlPrompt(options: SqlPromptOptions): Promise<void> {
  return new SqlPrompt(options).run();
}

class SqlPrompt {
  readonly #options: SqlPromptOptions;
  readonly #lines: Interface;
  #format: SqlFormat;
  #typed = "";
  #running: AbortController | undefined;
  #work: Promise<void> = Promise.resolve();
  #left = false;

  constructor(options: SqlPromptOptions) {
    this.#options = options;
    this.#format = MODES.find((mode) => mode === options.format) ?? "table";
    const { terminal } = options.output;
    this.#lines = createInterface({
      input: terminal.stdin,
      output: terminal.stdout,
      terminal: terminal.stdinIsTerminal && terminal.stdoutIsTerminal,
      history: readHistory(options.historyPath),
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#complete(line),
    });
  }

  async run(): Promise<void> {
    const { output, views } = this.#options;
    output.talk(`${pluralText(views.length, "table")}. A query ends with ; — .help says more, .quit leaves.`);
    this.#lines.on("history", (history: string[]) => this.#saveHistory(history));
    this.#lines.on("SIGINT", () => this.#interrupt());
    const forget = output.terminal.onInterrupt(() => this.#interrupt());
    this.#lines.on("line", (line) => {
      this.#work = this.#work.then(() => this.#take(line));
    });
    this.#ask();
    await new Promise<void>((resolve) => this.#lines.once("close", resolve));
    await this.#work;
    forget();
    output.talk();
  }

  #ask(): void {
    if (this.#left) return;
    this.#lines.setPrompt(isBlankStatement(this.#typed) ? PROMPT : CONTINUATION);
    this.#lines.prompt();
  }

  async #take(line: string): Promise<void> {
    if (this.#left) return;
    if (isBlankStatement(this.#typed) && line.trimStart().startsWith(".")) {
      this.#typed = "";
      await this.#command(line.trim());
    } else {
      this.#typed += `${line}\n`;
      for (let end = statementEnd(this.#typed); end !== -1; end = statementEnd(this.#typed)) {
        const sql = this.#typed.slice(0, end);
        this.#typed = this.#typed.slice(end + 1);
        if (!isBlankStatement(sql)) await this.#query(sql.trim());
      }
      if (isBlankStatement(this.#typed)) this.#typed = "";
    }
    this.#ask();
  }

  async #query(sql: string): Promise<void> {
    const { output, session } = this.#options;
    this.#running = new AbortController();
    try {
      const { rows, seconds } = await runQuery({
        output,
        session,
        sql,
        format: this.#format,
        signal: this.#running.signal,
      });
      output.talk(`(${pluralText(rows, "row")}, ${durationText(seconds)})`);
    } catch (error) {
      if (error instanceof InterruptedError) output.talk("cancelled");
      else await reportError(error, output);
    } finally {
      this.#running = undefined;
    }
  }

  #interrupt(): void {
    if (this.#running !== undefined) {
      this.#running.abort();
      return;
    }
    const { output } = this.#options;
    if (this.#typed === "" && this.#lines.line === "") output.talk("\n.quit or Ctrl-D leaves");
    else output.talk("^C");
    this.#typed = "";
    (this.#lines as unknown as { line: string; cursor: number }).line = "";
    (this.#lines as unknown as { line: string; cursor: number }).cursor = 0;
    this.#ask();
  }

  async #command(line: string): Promise<void> {
    const { output } = this.#options;
    const [name = "", ...words] = line.replace(/;$/, "").split(/\s+/);
    if (name === ".quit" || name === ".exit" || name === ".q") {
      this.#left = true;
      this.#lines.close();
    } else if (name === ".help") await output.data(`${HELP}\n`);
    else if (name === ".tables") await this.#tables(words[0] ?? "");
    else if (name === ".schema") await this.#schema(words[0] ?? "");
    else if (name === ".mode") this.#mode(words[0] ?? "");
    else {
      const near = didYouMean(name, [".tables", ".schema", ".mode", ".help", ".quit"]);
      output.talk(`there is no command ${name}${near === undefined ? "; .help lists them" : `; ${near}`}`);
    }
  }

  #mode(word: string): void {
    const mode = MODES.find((candidate) => candidate === word);
    if (mode !== undefined) this.#format = mode;
    this.#options.output.talk(
      mode === undefined ? `the modes are ${MODES.join(", ")}` : `results are shown as ${mode}`,
    );
  }

  async #tables(word: string): Promise<void> {
    const { output, views } = this.#options;
    const rows = views
      .filter(({ name }) => name.includes(word))
      .map(({ name, description }) => [name, description ?? ""]);
    if (rows.length === 0) {
      output.talk(`no table has ${word} in its name`);
      return;
    }
    await output.data(textTable(columns("table", "what it holds"), rows, this.#tableOptions()));
  }

  async #schema(word: string): Promise<void> {
    const { output, views } = this.#options;
    const found = views.filter(({ name }) => name === word || name.endsWith(`.${word}`));
    if (found.length === 0) {
      const near = didYouMean(
        word,
        views.flatMap(({ name }) => [name, name.slice(name.indexOf(".") + 1)]),
      );
      output.talk(`there is no table ${word}${near === undefined ? "; .tables lists them" : `; ${near}`}`);
    }
    for (const view of found) {
      if (view.columns === undefined) {
        await this.#query(`DESCRIBE ${view.name}`);
        continue;
      }
      const rows = view.columns.map(({ name, type, description }) => [name, type, description ?? ""]);
      await output.data(`${view.name}: ${view.description ?? ""}\n`);
      await output.data(textTable(columns("column", "type", "what it holds"), rows, this.#tableOptions()));
    }
  }

  #tableOptions() {
    const { terminal, paint } = this.#options.output;
    return {
      ...(terminal.stdoutIsTerminal ? { available: terminal.columns() } : {}),
      header: (line: string) => paint("bold", line),
    };
  }

  #complete(line: string): [string[], string] {
    const word = /[\w.]*$/.exec(line)?.[0] ?? "";
    const names = this.#options.views.flatMap((view) => [
      view.name,
      view.name.slice(view.name.indexOf(".") + 1),
      ...(view.columns ?? []).map(({ name }) => name),
    ]);
    const commands = line.startsWith(".") ? [".tables", ".schema", ".mode", ".help", ".quit"] : [];
    const hits = [...new Set([...commands, ...names])].filter((name) => name.startsWith(word));
    return [hits.slice(0, 200), word];
  }

  #saveHistory(history: readonly string[]): void {
    const text = history.slice(0, HISTORY_LINES).reverse().join("\n");
    // A history that cannot be kept is no reason to stop.
    writeFileAtomic({
      files: nodeFiles,
      path: this.#options.historyPath,
      bytes: Buffer.from(`${text}\n`),
      durable: false,
    }).catch(() => {});
  }
}

function columns(...names: string[]) {
  return names.map((name) => ({ name, align: "left" as const }));
}

/** Newest first, as readline wants it. */
function readHistory(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .slice(-HISTORY_LINES)
      .reverse();
  } catch {
    return [];
  }
}
