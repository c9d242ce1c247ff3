import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { SerializedError } from "../../src/base/errors.js";
import type { RunSummary } from "../../src/engine/types.js";
import { repositoryRoot } from "./real-data.js";

/** The built command line. */
export const commandEntry = join(repositoryRoot, "dist", "cli", "main.js");

/** What became of a command. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is going on. */
export interface StartedCommand {
  readonly pid: number;
  /** Resolves once stderr holds the text; rejects when the command ends without it. */
  said(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** As a terminal does on Ctrl-C: SIGINT for the whole process group. */
  pressControlC(): void;
  readonly outcome: Promise<CommandOutcome>;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the rest of its words: `["prlimit", "--fsize=1000"]`. */
  readonly under?: readonly string[];
}

const living = new Set<ChildProcess>();
// A test that failed half-way leaves nothing running.
afterAll(() => {
  for (const child of living) child.kill("SIGKILL");
});

/** Starts `neurotables` in a process of its own. */
export function startCommand(words: readonly string[], options: CommandOptions = {}): StartedCommand {
  const [program, ...rest] = [...(options.under ?? []), process.execPath, commandEntry, ...words] as [string];
  const child = spawn(program, rest, {
    cwd: options.cwd ?? repositoryRoot,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  living.add(child);
  child.once("close", () => living.delete(child));
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const outcome = new Promise<CommandOutcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    pid: child.pid as number,
    said: (text) =>
      said(
        child,
        () => stderr.includes(text),
        text,
        () => stderr,
      ),
    kill: (signal) => void child.kill(signal),
    pressControlC: () => void process.kill(-(child.pid as number), "SIGINT"),
    outcome,
  };
}

function said(child: ChildProcess, found: () => boolean, text: string, all: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!found()) return;
      child.stderr?.off("data", look);
      resolve();
    };
    child.stderr?.on("data", look);
    child.once("close", () => reject(new Error(`the command ended without saying "${text}": ${all()}`)));
    look();
  });
}

/** Runs `neurotables` in a process of its own. */
export function command(words: readonly string[], options?: CommandOptions): Promise<CommandOutcome> {
  return startCommand(words, options).outcome;
}

/** The document that a command printed with `--json`. */
export function document(outcome: CommandOutcome): unknown {
  try {
    return JSON.parse(outcome.stdout);
  } catch {
    throw new Error(`no JSON: exit ${outcome.code ?? outcome.signal}\n${outcome.stdout}\n${outcome.stderr}`);
  }
}

export function summaryOf(outcome: CommandOutcome): RunSummary {
  return document(outcome) as RunSummary;
}

/** The error of a command that failed as a whole. */
export function errorOf(outcome: CommandOutcome): SerializedError {
  const { error } = document(outcome) as { error?: SerializedError };
  if (error === undefined) throw new Error(`no error: ${outcome.stdout}`);
  return error;
}
