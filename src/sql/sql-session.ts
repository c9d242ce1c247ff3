import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserializeError, InterruptedError, NeurotablesError } from "../base/errors.js";
import type {
  ResultSink,
  ResultSummary,
  SqlCatalogue,
  SqlFormat,
  SqlReply,
  SqlRequest,
  SqlScope,
  SqlView,
} from "./sql-types.js";

export interface SqlSessionOptions {
  readonly views: readonly SqlView[];
  readonly catalogue: SqlCatalogue;
  /** A folder of its own is made below this one, and removed by {@link SqlSession.close}. */
  readonly temporaryDirectory: string;
  /** Default: half of the machine's memory, at most 8 GB. */
  readonly memoryBytes?: number;
  /** Default: the number of cores. */
  readonly threads?: number;
  /** A query that runs longer is ended. Default: never. */
  readonly seconds?: number;
  /** The compiled `sql-worker.js`. Default: the one beside this module. */
  readonly workerPath?: string;
}

/** Variables that programs need to start at all; nothing else of the environment reaches the queries. */
const ENVIRONMENT = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot"];

/** A process that answers read-only queries over a fixed set of tables, one after the other. */
export class SqlSession {
  readonly #options: SqlSessionOptions;
  readonly #scope: SqlScope;
  #child: ChildProcess | undefined;
  #busy = false;

  private constructor(options: SqlSessionOptions, scope: SqlScope) {
    this.#options = options;
    this.#scope = scope;
  }

  /** Starts the process and makes the views: about 0.2 s. @throws {NeurotablesError} when a part cannot be read. */
  static async open(options: SqlSessionOptions): Promise<SqlSession> {
    const temporaryDirectory = join(options.temporaryDirectory, `sql-${process.pid}-${randomUUID()}`);
    await mkdir(temporaryDirectory, { recursive: true });
    const session = new SqlSession(options, {
      views: options.views,
      catalogue: options.catalogue,
      temporaryDirectory,
      memoryBytes: options.memoryBytes ?? Math.min(8 * 2 ** 30, Math.floor(totalmem() / 2)),
      threads: options.threads ?? availableParallelism(),
      exportPath: join(temporaryDirectory, "result.parquet"),
    });
    try {
      await session.#start();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** Where the result of a `parquet` query lies until the next query or {@link close}. */
  get exportPath(): string {
    return this.#scope.exportPath;
  }

  /**
   * Runs one query and hands its result on piece by piece; the process waits while `sink` is busy, so that memory does
   * not grow with the result. `parquet` results are a file at {@link exportPath}.
   *
   * @throws {UsageError} the query is wrong or refused (exit 2). {InterruptedError} after {@link cancel} or `signal`.
   */
  async query({
    sql,
    format,
    sink,
    signal,
  }: {
    sql: string;
    format: SqlFormat;
    sink: ResultSink;
    signal?: AbortSignal;
  }): Promise<ResultSummary> {
    if (this.#busy) throw new Error("a session runs one query at a time");
    this.#busy = true;
    const cancel = () => this.cancel();
    let late = false;
    const limit = this.#options.seconds;
    const timer =
      limit === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            this.cancel();
          }, limit * 1000);
    try {
      if (this.#child === undefined) await this.#start();
      signal?.throwIfAborted();
      signal?.addEventListener("abort", cancel, { once: true });
      return await this.#exchange({ kind: "query", sql, format }, sink);
    } catch (error) {
      if (late) {
        throw new NeurotablesError("limit/time", `the query was ended after ${limit} s`, {
          exitCode: 2,
          wayOut: "ask for less, or allow more with --timeout",
        });
      }
      if (signal?.aborted || (error instanceof NeurotablesError && error.tag === "interrupted")) {
        throw new InterruptedError("the query was cancelled");
      }
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      this.#busy = false;
    }
  }

  /** Asks the running query to stop; it ends within a fraction of a second. */
  cancel(): void {
    if (this.#child?.connected) this.#child.send({ kind: "cancel" } satisfies SqlRequest);
  }

  /** Ends the process and removes its folder. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGKILL");
      await gone;
    }
    await rm(this.#scope.temporaryDirectory, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const environment: NodeJS.ProcessEnv = { TZ: "UTC" };
    for (const name of ENVIRONMENT) {
      const value = process.env[name];
      if (value !== undefined) environment[name] = value;
    }
    this.#child = fork(this.#options.workerPath ?? workerPath(), [], {
      env: environment,
      cwd: this.#scope.temporaryDirectory,
      execArgv: ["--max-old-space-size=1024"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const nothing: ResultSink = { columns() {}, cells() {}, bytes() {} };
    await this.#exchange({ kind: "open", scope: this.#scope }, nothing);
  }

  /** Sends a request and serves its replies until it is answered, fails, or the process dies. */
  #exchange(request: SqlRequest, sink: ResultSink): Promise<ResultSummary> {
    const child = this.#child as ChildProcess;
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        child.off("message", receive);
        child.off("exit", die);
        action();
      };
      const take = async (deal: () => void | Promise<void>) => {
        try {
          await deal();
        } catch (error) {
          this.#child = undefined;
          child.kill("SIGKILL");
          settle(() => reject(error));
          return;
        }
        if (child.connected) child.send({ kind: "acknowledge" } satisfies SqlRequest);
      };
      const receive = (reply: SqlReply) => {
        if (reply.kind === "columns") sink.columns(reply.columns);
        else if (reply.kind === "cells") void take(() => sink.cells(reply.rows));
        else if (reply.kind === "bytes") void take(() => sink.bytes(reply.piece));
        else if (reply.kind === "done") settle(() => resolve(reply.summary));
        else if (reply.kind === "ready") settle(() => resolve({ rows: 0, seconds: 0 }));
        else settle(() => reject(deserializeError(reply.error)));
      };
      const die = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#child = undefined;
        settle(() => reject(death(code, signal)));
      };
      child.on("message", receive);
      child.on("exit", die);
      child.send(request, (error) => {
        if (error !== null) settle(() => reject(death(child.exitCode, child.signalCode)));
      });
    });
  }
}

function death(code: number | null, signal: NodeJS.Signals | null): NeurotablesError {
  const likely = signal === "SIGKILL" ? " (killed, likely out of memory)" : "";
  return new NeurotablesError("sql/ended", `the process that runs queries ended with ${signal ?? code}${likely}`, {
    fields: { signal, code },
    wayOut: "ask for less at a time (LIMIT, fewer columns), or run again",
  });
}

/** Beside this module in the package; when the sources themselves are run, the built one. */
function workerPath(): string {
  const beside = fileURLToPath(new URL("./sql-worker.js", import.meta.url));
  if (existsSync(beside)) return beside;
  return fileURLToPath(new URL("../../dist/sql/sql-worker.js", import.meta.url));
}
