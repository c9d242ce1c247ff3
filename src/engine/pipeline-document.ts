import type { core } from "zod";
import { closest, Diagnostics, didYouMean } from "../base/diagnostics.js";
import type { Diagnostic } from "../base/errors.js";
import type { ParseCache } from "./parse-cache.js";
import type { DocumentPath, YamlProblem, YamlText } from "./yaml-text.js";

export type { DocumentPath } from "./yaml-text.js";

/** Largest file, in characters. */
const MAXIMUM_CHARACTERS = 1 << 20;

interface Fault {
  readonly path: DocumentPath;
  readonly at: "key" | "value";
  readonly message: string;
  readonly hint?: string | undefined;
}

/**
 * A YAML file that a person wrote: its plain value, and its faults by path. Positions are looked up only when there
 * are faults, so that a file that was read before needs no parsing.
 */
export class PipelineDocument {
  readonly file: string;
  readonly #text: string;
  readonly #problems: readonly YamlProblem[];
  readonly #faults: Fault[] = [];
  /** Paths that `--set` wrote, for the hint of a fault below them. */
  readonly #set: string[] = [];
  #yaml: YamlText | undefined;
  /** The plain value; undefined when the text is no YAML. */
  value: unknown;

  static async open(text: string, file: string, cache?: ParseCache): Promise<PipelineDocument> {
    if (text.length > MAXIMUM_CHARACTERS) {
      const message = `the file has ${text.length} characters, at most ${MAXIMUM_CHARACTERS} are read`;
      return new PipelineDocument({
        text: "",
        file,
        value: undefined,
        problems: [{ offset: 0, message, hides: true }],
      });
    }
    const known = cache?.get("yaml", text);
    if (known !== undefined) return new PipelineDocument({ text, file, value: known, problems: [] });
    const yaml = await parse(text);
    const { value, problems } = yaml.read();
    if (problems.length === 0) cache?.set("yaml", text, value);
    return new PipelineDocument({ text, file, value, problems, yaml });
  }

  private constructor(given: {
    readonly text: string;
    readonly file: string;
    readonly value: unknown;
    readonly problems: readonly YamlProblem[];
    readonly yaml?: YamlText;
  }) {
    this.file = given.file;
    this.value = given.value;
    this.#text = given.text;
    this.#problems = given.problems;
    this.#yaml = given.yaml;
  }

  /** Whether the value can be trusted to be what the text says. */
  get readable(): boolean {
    return this.#problems.every(({ hides }) => !hides);
  }

  get faultCount(): number {
    return this.#problems.length + this.#faults.length;
  }

  /** All faults with their places, in file order. */
  async faults(): Promise<readonly Diagnostic[]> {
    if (this.faultCount === 0) return [];
    this.#yaml ??= await parse(this.#text);
    const list = new Diagnostics(this.file, this.#text);
    for (const { offset, message } of this.#problems) list.add({ ...this.#yaml.at(offset), message });
    for (const { path, at, message, hint } of this.#faults) {
      list.add({ ...this.#yaml.at(this.#yaml.offset(path, at)), message, hint });
    }
    return list.list();
  }

  /** Writes a value at a dotted path, as `--set` does. Returns false when what should hold it does not exist. */
  set(path: readonly string[], value: unknown): boolean {
    if (!this.readable) return true;
    const named = path[0] === "steps" || path[0] === "sources";
    const anchor = path.slice(0, named ? 2 : 1);
    if (valueAt(this.value, anchor) === undefined && (named || path.length > 1)) return false;
    let holder = this.value;
    for (const segment of path.slice(0, -1)) {
      if (!isContainer(holder)) return false;
      if (!Object.hasOwn(holder, segment)) holder[segment] = {};
      holder = holder[segment];
    }
    const last = path.at(-1);
    if (!isContainer(holder) || last === undefined || last === "__proto__") return false;
    if (Array.isArray(holder) && !(Number(last) < holder.length)) return false;
    holder[last] = value;
    this.#set.push(path.join("."));
    return true;
  }

  /** Adds a fault at a key or a value; where the path is not in the text, at the nearest node above it. */
  fault(path: DocumentPath, message: string, options: { at?: "key" | "value"; hint?: string | undefined } = {}): void {
    const set = this.#set.find((dotted) => `${path.join(".")}.`.startsWith(`${dotted}.`));
    const hints = [options.hint, set === undefined ? undefined : `it comes from --set ${set}=…`].filter(Boolean);
    const hint = hints.length === 0 ? undefined : hints.join("; ");
    this.#faults.push({ path, at: options.at ?? "value", message, hint });
  }

  /** Adds every issue that zod found in the value at `base`. `known` are the keys allowed there, for hints. */
  schemaFaults(
    error: { readonly issues: readonly core.$ZodIssue[] },
    base: DocumentPath,
    known: readonly string[],
  ): void {
    for (const issue of error.issues) {
      const path = [...base, ...issue.path];
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) {
          const hint = issue.path.length === 0 ? knownKeysHint(key, known) : undefined;
          this.fault([...path, key], `unknown key ${JSON.stringify(key)}`, { at: "key", hint });
        }
        continue;
      }
      const value = valueAt(this.value, path);
      if (issue.path.length > 0 && value === undefined) {
        this.fault(path, `missing key ${JSON.stringify(String(path.at(-1)))}`, { at: "key" });
        continue;
      }
      const found = describeValue(value);
      const message =
        issue.code === "invalid_type"
          ? `expected ${typeName(issue.expected)}, found ${found}`
          : /^(Invalid|Too)/.test(issue.message)
            ? `${issue.message.replace(/^Invalid input: /, "")} (found ${found})`
            : `${issue.message}, found ${found}`;
      this.fault(path, message);
    }
  }
}

async function parse(text: string): Promise<YamlText> {
  const { YamlText } = await import("./yaml-text.js");
  return new YamlText(text);
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  let here = value;
  for (const segment of path) {
    if (!isContainer(here) || !Object.hasOwn(here, segment)) return undefined;
    here = here[segment as string];
  }
  return here;
}

/** What people write for the keys of the grammar. */
const SYNONYMS: Readonly<Record<string, string>> = {
  loader: "load",
  transformer: "transform",
  stages: "stage",
  sources: "source",
  inputs: "from",
  outputs: "into",
  parameters: "with",
  pattern: "files",
  path: "files",
  license: "licence",
};

/** Which known key was meant, and else which there are. */
export function knownKeysHint(key: string, known: readonly string[]): string | undefined {
  const near = closest(key, [...known, ...Object.keys(SYNONYMS)]);
  const meant = near === undefined || known.includes(near) ? near : SYNONYMS[near];
  if (meant !== undefined && known.includes(meant)) return `did you mean "${meant}"?`;
  return didYouMean(key, known) ?? (known.length === 0 ? undefined : `known are ${known.join(", ")}`);
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    record: "a mapping",
    object: "a mapping",
    array: "a list",
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return names[expected] ?? expected;
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return String(value);
}
