import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigError,
  EXIT,
  type ExitCode,
  InterruptedError,
  NeurotablesError,
  serializeError,
} from "../base/errors.js";
import { redact } from "../base/log.js";
import type { Output, Paint } from "./output.js";
import { visibleText } from "./text-width.js";

/**
 * Says what went wrong, once: on stderr for people, with --json as `{ "error": … }` on stdout. What is not one of our
 * errors is a bug: its stack goes to a file.
 *
 * @returns the exit code.
 */
export async function reportError(thrown: unknown, output: Output): Promise<ExitCode> {
  const error = isAbort(thrown) ? new InterruptedError() : thrown;
  if (!(error instanceof NeurotablesError)) return reportBug(error, output);
  if (output.json) {
    const diagnostics = error instanceof ConfigError ? { diagnostics: error.diagnostics } : {};
    await output.document({ error: { ...serializeError(error), ...diagnostics } });
  } else {
    output.terminal.stderr.write(redact(errorText(error, output.paintTalk)));
    if (output.verbose && error.stack !== undefined) output.talk(error.stack);
  }
  return error.exitCode;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}

/** An expected error for people: message, place, frame, way out. Ends in a line end. */
export function errorText(error: NeurotablesError, paint: Paint): string {
  const lines: string[] = [];
  if (error instanceof ConfigError && error.diagnostics.length > 0) {
    for (const fault of error.diagnostics) {
      const hint = fault.hint === undefined ? "" : `; ${fault.hint}`;
      const place = paint("bold", `${fault.file}:${fault.line}:${fault.column}`);
      lines.push(`${place} ${paint("red", "error:")} ${visibleText(fault.message + hint)}`, indent(fault.frame), "");
    }
    const count = error.diagnostics.length;
    lines.push(`${count} ${count === 1 ? "fault" : "faults"} ${paint("dim", `[${error.tag}]`)}`);
  } else {
    lines.push(`${paint("red", "error:")} ${visibleText(error.message)} ${paint("dim", `[${error.tag}]`)}`);
    const frame = error.fields.frame;
    if (typeof frame === "string") lines.push(indent(frame));
  }
  if (error.wayOut !== undefined) lines.push(`  ${paint("cyan", "→")} ${indent(error.wayOut).trimStart()}`);
  return `${lines.join("\n")}\n`;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${visibleText(line)}`)
    .join("\n");
}

async function reportBug(thrown: unknown, output: Output): Promise<ExitCode> {
  const plain = serializeError(thrown);
  const text = redact(`${plain.stack ?? plain.message}\nnode ${process.version} ${process.platform} ${process.arch}\n`);
  const path = join(tmpdir(), `neurotables-bug-${new Date().toISOString().replace(/[:.]/g, "-")}-${process.pid}.log`);
  let written = true;
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch {
    written = false;
  }
  const wayOut = written ? `please report it with ${path}` : "please report it with the output of --verbose";
  if (output.json) {
    const { stack: _stack, ...rest } = plain;
    await output.document({ error: { ...rest, message: redact(plain.message), wayOut } });
  } else {
    const paint = output.paintTalk;
    output.terminal.stderr.write(
      `${paint("red", "bug:")} ${redact(visibleText(plain.message))} ${paint("dim", "[bug]")}\n  ${paint("cyan", "→")} ${wayOut}\n`,
    );
    if (output.verbose || !written) output.terminal.stderr.write(text);
  }
  return EXIT.bug;
}
