import { UsageError } from "../../../base/errors.js";

/** A key that goes into the header of requests and nowhere else: it has no text, no JSON and no fields. */
export class ServerSecret {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /**
   * The key in an environment variable.
   * @throws {UsageError} `usage/no-key`, `usage/bad-key`, naming the variable alone.
   */
  static fromEnvironment(name: string, environment: NodeJS.ProcessEnv = process.env): ServerSecret {
    const key = environment[name]?.trim() ?? "";
    if (key === "") {
      throw new UsageError("no-key", `the environment variable ${name}, which key_variable names, is not set`, {
        fields: { variable: name },
        wayOut: `Set ${name} to the key of the server where neurotables runs. Work of a pipeline is done in processes of its own, which get no variable whose name speaks of a key, token, password, secret or auth: choose another name.`,
      });
    }
    if (!/^[\x21-\x7e]+$/.test(key)) {
      throw new UsageError("bad-key", `the environment variable ${name} holds characters that no key has`, {
        fields: { variable: name },
        wayOut: "A key is printable ASCII without white space.",
      });
    }
    return new ServerSecret(key);
  }

  /** Value of the header `authorization`. */
  header(): string {
    return `Bearer ${this.#key}`;
  }

  /** The text without the key. */
  redact(text: string): string {
    return text.replaceAll(this.#key, "[redacted]");
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }
}
