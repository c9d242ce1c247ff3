import { appendFileSync, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { SerializedError } from "../base/errors.js";
import { redact } from "../base/log.js";

/** The log files of one run: `logs/<run>/<pipeline>.<step>.log` below the home folder, made when first written to. */
export class RunLog {
  readonly #home: string;
  readonly #folder: string;
  readonly #now: () => Date;
  readonly #written = new Set<string>();

  constructor(options: { readonly home: string; readonly run: string; readonly now: () => Date }) {
    this.#home = options.home;
    this.#folder = join(options.home, "logs", options.run);
    this.#now = options.now;
  }

  /** Adds a line. A log that cannot be written is no reason to fail: the journal tells the same in short. */
  write(
    unit: { readonly pipeline: string; readonly step: string; readonly partition: string },
    level: string,
    message: string,
  ): void {
    const path = this.#path(unit);
    const where = unit.partition === "" ? "" : ` [${unit.partition}]`;
    const text = redact(message).replaceAll("\n", "\n    ");
    try {
      if (!this.#written.has(path)) mkdirSync(this.#folder, { recursive: true });
      this.#written.add(path);
      appendFileSync(path, `${this.#now().toISOString()} ${level}${where} ${text}\n`);
    } catch {
      this.#written.delete(path);
    }
  }

  /** Path of a step's log below the home folder, if it has one. */
  path(unit: { readonly pipeline: string; readonly step: string }): string | undefined {
    const path = this.#path(unit);
    return this.#written.has(path) ? relative(this.#home, path) : undefined;
  }

  #path({ pipeline, step }: { readonly pipeline: string; readonly step: string }): string {
    return join(this.#folder, `${pipeline}.${step}.log`);
  }
}

/** An error as a log tells it: tag, message, values, way out; the stack only of what is a bug. */
export function describeError(error: SerializedError): string {
  const lines = [`${error.tag}: ${error.message}`];
  for (const [name, value] of Object.entries(error.fields)) lines.push(`  ${name}: ${JSON.stringify(value)}`);
  if (error.wayOut !== undefined) lines.push(`  ${error.wayOut}`);
  if (error.stack !== undefined) lines.push(error.stack);
  if (error.cause !== undefined) lines.push(`caused by ${describeError(error.cause)}`);
  return lines.join("\n");
}
