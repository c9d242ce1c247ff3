import { spawn } from "node:child_process";
import { join } from "node:path";
import type { RunSummary } from "../../src/engine/types.js";
import { repositoryRoot } from "./real-data.js";

/** The built command line. */
export const commandLine = join(repositoryRoot, "dist", "cli", "main.js");

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `neurotables ARGS` in a process of its own, as a user would. */
export function neurotables(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [commandLine, ...args], {
      cwd: options.cwd ?? repositoryRoot,
      env: { ...process.env, NEUROTABLES_SOURCES: "", NEUROTABLES_HOME: "", NO_COLOR: "1", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
    child.stdin.end(options.input ?? "");
  });
}

/** Runs a verb with `--json` and parses its document; fails loudly when there is none. */
export async function neurotablesJson<T>(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<T> {
  const result = await neurotables([...args, "--json"], options);
  try {
    return JSON.parse(result.stdout) as T;
  } catch {
    throw new Error(
      `neurotables ${args.join(" ")} gave no JSON (exit ${result.code}): ${result.stdout}${result.stderr}`,
    );
  }
}

/** Rows of one query. */
export function query<T = Record<string, unknown>>(home: string, sql: string): Promise<T[]> {
  return neurotablesJson<T[]>(["sql", sql, "--home", home]);
}

/** Steps of a run by status. */
export function stepsBy(summary: RunSummary, status: RunSummary["steps"][number]["status"]): string[] {
  return summary.steps.filter((step) => step.status === status).map((step) => step.step);
}
