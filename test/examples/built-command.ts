import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtPackage } from "../cli/support/built-package.js";
import { repositoryRoot } from "../support/real-data.js";

/** What a command printed. */
export interface CommandOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of an example as a project of its own, into which the package is installed. */
export class ExampleProject {
  readonly folder: string;
  readonly #main: string;

  constructor(example: string) {
    this.#main = join(builtPackage(), "cli", "main.js");
    this.folder = mkdtempSync(join(tmpdir(), "neurotables-example-"));
    cpSync(join(repositoryRoot, "examples", example), this.folder, { recursive: true });
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(repositoryRoot, join(this.folder, "node_modules", "neurotables"), "junction");
  }

  /** Runs a line of shell that begins with `npx neurotables`. Quotes are double, without escapes. */
  shell(line: string): CommandOutput {
    return this.run(wordsOf(line));
  }

  run(words: readonly string[]): CommandOutput {
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.#main, ...words], {
      cwd: this.folder,
      encoding: "utf8",
      env: environment({}),
    });
    return { code: status, stdout, stderr };
  }

  /** The same without blocking this process, so that a server in it can answer. */
  async shellBeside(line: string, variables: Readonly<Record<string, string>>): Promise<CommandOutput> {
    const child = spawn(process.execPath, [this.#main, ...wordsOf(line)], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: environment(variables),
    });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => err.push(text));
    const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    return { code, stdout: out.join(""), stderr: err.join("") };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => (match[1] ?? match[2]) as string);
  if (words.slice(0, 2).join(" ") !== "npx neurotables") throw new Error(`not a command of this package: ${line}`);
  return words.slice(2);
}

function environment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NEUROTABLES_HOME: _home, NEUROTABLES_SOURCES: _sources, ...env } = process.env;
  return { ...env, NO_COLOR: "1", ...variables };
}
