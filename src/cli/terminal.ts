import type { Readable, Writable } from "node:stream";

/** Everything a command reads from and writes to. Tests give their own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Characters in a line, asked each time: windows are resized. */
  columns(): number;
  /** Calls back on Ctrl-C (SIGINT) and SIGTERM, until the function it returns is called. */
  onInterrupt(listener: () => void): () => void;
}

/** The process's own streams. When the reader of stdout goes away (`| head`) the process ends quietly. */
export function processTerminal(): Terminal {
  const gone = (error: NodeJS.ErrnoException) => error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
  process.stdout.on("error", (error) => {
    if (!gone(error)) throw error;
    process.exit(0);
  });
  process.stderr.on("error", (error) => {
    // Nobody listens to the talk any more: the work goes on.
    if (!gone(error)) throw error;
  });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    stdinIsTerminal: process.stdin.isTTY === true,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    // Some pseudo-terminals say 0.
    columns: () => process.stdout.columns || process.stderr.columns || 80,
    onInterrupt(listener) {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
  };
}
