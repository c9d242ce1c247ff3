import { execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The store as plain JavaScript in a temporary folder, for child processes. Compiles what the store imports. */
export function compileStore(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "neurotables-compiled-"));
  const options = ["--ignoreConfig", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--types", "node"];
  const places = ["--rootDir", join(ROOT, "src"), "--outDir", folder];
  try {
    execFileSync(
      process.execPath,
      [join(ROOT, "node_modules/typescript/bin/tsc"), ...options, ...places, join(ROOT, "src/store/store.ts")],
      { cwd: ROOT, stdio: "pipe" },
    );
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`the store does not compile alone: ${(error as { stdout?: Buffer }).stdout?.toString()}`);
  }
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What became of a child process. */
export interface ChildOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A child that runs a module's text, with `Store` in scope; `begun` when it first prints something. */
export function startChild(options: {
  readonly compiled: string;
  readonly script: string;
  readonly values: readonly string[];
  readonly spawn?: SpawnOptions;
}): { readonly begun: Promise<void>; readonly outcome: Promise<ChildOutcome>; kill(): void } {
  const text = `import { Store } from ${JSON.stringify(join(options.compiled, "store/store.js"))};\n${options.script}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", text, "--", ...options.values], {
    stdio: ["ignore", "pipe", "pipe"],
    ...options.spawn,
  });
  let output = "";
  child.stdout?.on("data", (data: Buffer) => {
    output += data;
  });
  child.stderr?.on("data", (data: Buffer) => {
    output += data;
  });
  const outcome = new Promise<ChildOutcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, output }));
  });
  const begun = new Promise<void>((resolve) => void child.stdout?.once("data", () => resolve()));
  return { begun, outcome, kill: () => void child.kill("SIGKILL") };
}
