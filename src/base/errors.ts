/**
 * Every error a user can meet is a {@link NeurotablesError}: a tag to branch on, the values involved, and a way out.
 * Lower layers throw, the command line alone prints and maps {@link NeurotablesError.exitCode}.
 */

/** Exit codes of the command-line contract. */
export const EXIT = {
  ok: 0,
  stepFailed: 1,
  usage: 2,
  invalid: 3,
  checkFailed: 4,
  network: 5,
  locked: 6,
  storage: 7,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Which exit code wins when several apply (DESIGN section 5). */
export const EXIT_PRECEDENCE: readonly ExitCode[] = [130, 70, 7, 6, 5, 4, 3, 2, 1, 0];

/** Values that make the message checkable: file, table, column, row, line, expected, found. */
export type ErrorFields = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

export interface ErrorOptions {
  readonly fields?: ErrorFields;
  /** One sentence that says what the user can do. */
  readonly wayOut?: string;
  readonly cause?: unknown;
}

/** The plain form of an error, for journals, JSON output and messages between processes. */
export interface SerializedError {
  readonly tag: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  readonly fields: ErrorFields;
  readonly wayOut?: string;
  readonly cause?: SerializedError;
  readonly stack?: string;
}

/** The base of all expected errors. `tag` is `layer/problem`, for example `format/truncated`. */
export class NeurotablesError extends Error {
  readonly tag: string;
  readonly fields: ErrorFields;
  readonly wayOut: string | undefined;
  readonly exitCode: ExitCode;

  constructor(tag: string, message: string, options: ErrorOptions & { readonly exitCode?: ExitCode } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "NeurotablesError";
    this.tag = tag;
    this.fields = options.fields ?? {};
    this.wayOut = options.wayOut;
    this.exitCode = options.exitCode ?? EXIT.stepFailed;
  }
}

/** A file's bytes are not what its format promises, or pass a limit. Tags `format/…`. Exit 1. */
export class FormatError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`format/${problem}`, message, options);
    this.name = "FormatError";
  }
}

/** A source file is well-formed but its content breaks what the loader requires. Tags `load/…`. Exit 1. */
export class LoadError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`load/${problem}`, message, options);
    this.name = "LoadError";
  }
}

/** A computing device that cannot be had, is lost, or is asked for what it cannot do. Tags `device/…`. Exit 1. */
export class DeviceError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`device/${problem}`, message, options);
    this.name = "DeviceError";
  }
}

/** Rows break the contract of their table. Tags `contract/…`. Exit 1. */
export class ContractError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`contract/${problem}`, message, options);
    this.name = "ContractError";
  }
}

/** The command line was used wrongly. Exit 2. */
export class UsageError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`usage/${problem}`, message, { ...options, exitCode: EXIT.usage });
    this.name = "UsageError";
  }
}

/** One fault in a text file that a person wrote. Lines and columns count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
  /** The source line and a caret line, ready to print. */
  readonly frame: string;
}

/** A pipeline, schema or configuration file is invalid: all its faults at once. Exit 3. */
export class ConfigError extends NeurotablesError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(problem: string, message: string, diagnostics: readonly Diagnostic[] = [], options: ErrorOptions = {}) {
    super(`config/${problem}`, message, { ...options, exitCode: EXIT.invalid });
    this.name = "ConfigError";
    this.diagnostics = diagnostics;
  }
}

/** A declared data check does not hold. Exit 4. */
export class CheckError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`check/${problem}`, message, { ...options, exitCode: EXIT.checkFailed });
    this.name = "CheckError";
  }
}

/** Another machine did not give what was asked, or not what was pinned. Tags `network/…`. Exit 5. */
export class NetworkError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`network/${problem}`, message, { ...options, exitCode: EXIT.network });
    this.name = "NetworkError";
  }
}

/** Somebody else holds what is needed. Exit 6. */
export class LockedError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`locked/${problem}`, message, { ...options, exitCode: EXIT.locked });
    this.name = "LockedError";
  }
}

/** Reading or writing the home folder failed, or its content is damaged. Exit 7. */
export class StorageError extends NeurotablesError {
  constructor(problem: string, message: string, options: ErrorOptions = {}) {
    super(`storage/${problem}`, message, { ...options, exitCode: EXIT.storage });
    this.name = "StorageError";
  }
}

/** The user or the system asked to stop. Exit 130. */
export class InterruptedError extends NeurotablesError {
  constructor(message = "interrupted", options: ErrorOptions = {}) {
    super("interrupted", message, { ...options, exitCode: EXIT.interrupted });
    this.name = "InterruptedError";
  }
}

/** Turns anything thrown into its plain form; what is not ours is tagged `bug` with its stack. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof NeurotablesError) {
    return {
      tag: error.tag,
      message: error.message,
      exitCode: error.exitCode,
      fields: error.fields,
      ...(error.wayOut === undefined ? {} : { wayOut: error.wayOut }),
      ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
    };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    tag: "bug",
    message: error instanceof Error ? error.message : String(error),
    exitCode: EXIT.bug,
    fields: {},
    ...(stack === undefined ? {} : { stack }),
  };
}

/** The inverse of {@link serializeError}, for the receiving process. */
export function deserializeError(plain: SerializedError): NeurotablesError {
  const error = new NeurotablesError(plain.tag, plain.message, {
    fields: plain.fields,
    exitCode: plain.exitCode,
    ...(plain.wayOut === undefined ? {} : { wayOut: plain.wayOut }),
    ...(plain.cause === undefined ? {} : { cause: deserializeError(plain.cause) }),
  });
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

/** The exit code that wins among several (0 for none). */
export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const present = new Set(codes);
  return EXIT_PRECEDENCE.find((code) => present.has(code)) ?? EXIT.ok;
}
