import type { ExitCode } from "../base/errors.js";
import type { Output } from "./output.js";

/** One option of a verb, or of all. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  readonly kind: "flag" | "text";
  readonly multiple?: boolean;
  /** What stands for the value in help: `DIR`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly description: string;
  /** What completion offers for the value. */
  readonly completes?: "files" | "folders";
}

/** One verb, as help, completion and the parser see it. Holds no code: its module is loaded when it is used. */
export interface VerbSpec {
  readonly name: string;
  readonly summary: string;
  readonly description: readonly string[];
  /** What follows the verb: `PIPELINE…`. */
  readonly operands: string;
  readonly minimumOperands: number;
  readonly maximumOperands: number;
  /** What completion offers for operands. */
  readonly completes?: "pipelines" | "tables" | "folders";
  /** Words of which the first operand is one; completion offers them. */
  readonly words?: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly (readonly [command: string, says: string])[];
  readonly load: () => Promise<VerbModule>;
}

export interface VerbModule {
  run(context: VerbContext): Promise<ExitCode>;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a verb gets. */
export interface VerbContext {
  readonly output: Output;
  readonly operands: readonly string[];
  readonly options: CommandOptions;
}

/** The options given, typed by the way they are read. */
export class CommandOptions {
  readonly #values: OptionValues;

  constructor(values: OptionValues) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }
}
