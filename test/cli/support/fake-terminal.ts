import { PassThrough, Writable } from "node:stream";
import type { Terminal } from "../../../src/cli/terminal.js";

export interface FakeTerminal extends Terminal {
  readonly stdin: PassThrough;
  /** Everything written to stdout so far. */
  out(): string;
  bytes(): Buffer;
  /** Everything written to stderr so far. */
  err(): string;
  /** As if Ctrl-C was pressed. */
  interrupt(): void;
}

export function fakeTerminal(
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly terminal?: boolean;
    readonly columns?: number;
    readonly stdin?: string;
  } = {},
): FakeTerminal {
  const stdout = collector();
  const stderr = collector();
  const listeners = new Set<() => void>();
  const stdin = new PassThrough();
  if (options.stdin !== undefined) stdin.end(options.stdin);
  const isTerminal = options.terminal ?? false;
  return {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    stdinIsTerminal: isTerminal && options.stdin === undefined,
    stdoutIsTerminal: isTerminal,
    stderrIsTerminal: isTerminal,
    columns: () => options.columns ?? 80,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    out: () => stdout.bytes().toString("utf8"),
    bytes: stdout.bytes,
    err: () => stderr.bytes().toString("utf8"),
    interrupt() {
      for (const listener of [...listeners]) listener();
    },
  };
}

function collector(): { stream: Writable; bytes(): Buffer } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece, _encoding, done) {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(pieces) };
}
