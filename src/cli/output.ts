import { once } from "node:events";
import type { Writable } from "node:stream";
import { redact } from "../base/log.js";
import type { Terminal } from "./terminal.js";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export type Paint = (style: Style, text: string) => string;

/** Where a command's words go: data to stdout, talk to stderr. Colours only on terminals, never without a word. */
export class Output {
  readonly terminal: Terminal;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
  /** Colours for what goes to stdout. */
  readonly paint: Paint;
  /** Colours for what goes to stderr. */
  readonly paintTalk: Paint;

  constructor(
    terminal: Terminal,
    options: {
      readonly color?: boolean;
      readonly quiet?: boolean;
      readonly verbose?: boolean;
      readonly json?: boolean;
    } = {},
  ) {
    this.terminal = terminal;
    this.quiet = options.quiet ?? false;
    this.verbose = options.verbose ?? false;
    this.json = options.json ?? false;
    const allowed = (options.color ?? true) && (terminal.env.NO_COLOR ?? "") === "" && terminal.env.TERM !== "dumb";
    this.paint = painter(allowed && terminal.stdoutIsTerminal);
    this.paintTalk = painter(allowed && terminal.stderrIsTerminal);
  }

  /** Writes data to stdout; resolves when the stream can take more. */
  async data(text: string | Uint8Array): Promise<void> {
    await write(this.terminal.stdout, text);
  }

  /** One JSON document, on stdout. int64 values become numbers where exact, otherwise strings. */
  async document(value: unknown): Promise<void> {
    await this.data(`${JSON.stringify(value, jsonValue, 2)}\n`);
  }

  /** A line for people, on stderr. Silenced by --quiet. */
  talk(line = ""): void {
    if (!this.quiet) this.terminal.stderr.write(`${redact(line)}\n`);
  }

  /** A line that --quiet does not silence. */
  warn(line: string): void {
    this.terminal.stderr.write(`${this.paintTalk("yellow", "warning:")} ${redact(line)}\n`);
  }
}

function painter(enabled: boolean): Paint {
  if (!enabled) return (_style, text) => text;
  return (style, text) => {
    const [on, off] = CODES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

async function write(stream: Writable, piece: string | Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  if (!stream.write(piece)) await Promise.race([once(stream, "drain"), once(stream, "close")]);
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  }
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}
