import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { core } from "zod";
import { closest, Diagnostics, didYouMean } from "../base/diagnostics.js";
import type { Diagnostic } from "../base/errors.js";

/** Largest pipeline file in characters, and how many nodes aliases may expand to. */
const MAXIMUM_CHARACTERS = 1 << 20;
const MAXIMUM_ALIASES = 100;

export type DocumentPath = readonly PropertyKey[];

/** A pipeline's YAML with positions: turns paths into `line:column` and collects faults. */
export class PipelineDocument {
  readonly file: string;
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #faults: Diagnostics;
  readonly #document: Document | undefined;
  /** Paths that `--set` wrote, for the hint of a fault below them. */
  readonly #set: string[] = [];

  constructor(text: string, file: string) {
    this.file = file;
    this.#text = text.length > MAXIMUM_CHARACTERS ? "" : text;
    this.#faults = new Diagnostics(file, this.#text);
    if (text.length > MAXIMUM_CHARACTERS) {
      this.#add(0, `a pipeline file has at most ${MAXIMUM_CHARACTERS} characters, this one ${text.length}`);
      return;
    }
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: "1.2",
    });
    for (const problem of [...this.#document.errors, ...this.#document.warnings]) {
      // The fault of an unclosed bracket or quote is found where the text ends; the way there is what helps.
      this.#add(problem.pos[0], describeYamlProblem(problem));
    }
  }

  /** Whether the text is YAML at all (duplicate keys aside, which do not hide the rest). */
  get readable(): boolean {
    return this.#document?.errors.every((error) => error.code === "DUPLICATE_KEY") ?? false;
  }

  get faults(): readonly Diagnostic[] {
    return this.#faults.list();
  }

  /** Writes a value at a dotted path, as `--set` does. Returns false when the path's parent does not exist. */
  set(path: readonly string[], value: unknown): boolean {
    if (this.#document === undefined || !this.readable) return true;
    const named = path[0] === "steps" || path[0] === "sources";
    if (!this.#has(path.slice(0, named ? 2 : 1)) && (named || path.length > 1)) return false;
    try {
      this.#document.setIn(path, this.#document.createNode(value));
    } catch {
      return false;
    }
    this.#set.push(path.join("."));
    return true;
  }

  /** The plain value; undefined after a fault that hides it. */
  value(): unknown {
    if (this.#document === undefined || !this.readable) return undefined;
    try {
      return this.#document.toJS({ maxAliasCount: MAXIMUM_ALIASES });
    } catch (error) {
      this.#aliasFault(error as Error);
      return undefined;
    }
  }

  /** Adds a fault at a key or a value; where the path is not in the text, at the nearest node above it. */
  fault(path: DocumentPath, message: string, options: { at?: "key" | "value"; hint?: string | undefined } = {}): void {
    const set = this.#set.find((dotted) => `${path.join(".")}.`.startsWith(`${dotted}.`));
    const hint = [options.hint, set === undefined ? undefined : `it comes from --set ${set}=…`]
      .filter(Boolean)
      .join("; ");
    this.#add(this.#offset(path, options.at ?? "value"), message, hint === "" ? undefined : hint);
  }

  /** Adds every issue that zod found in the value at `base`. `known` gives the keys allowed at a path, for hints. */
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
      if (issue.path.length > 0 && this.#node(path) === undefined) {
        this.fault(path, `missing key ${JSON.stringify(String(path.at(-1)))}`, { at: "key" });
        continue;
      }
      const found = describeValue(this.#node(path));
      const message =
        issue.code === "invalid_type"
          ? `expected ${typeName(issue.expected)}, found ${found}`
          : /^(Invalid|Too)/.test(issue.message)
            ? `${issue.message.replace(/^Invalid input: /, "")} (found ${found})`
            : `${issue.message}, found ${found}`;
      this.fault(path, message);
    }
  }

  #add(offset: number, message: string, hint?: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.#faults.add({ line: Math.max(line, 1), column: Math.max(col, 1), message, hint });
  }

  /** Points at the alias without an anchor, or at the last of too many. */
  #aliasFault(error: Error): void {
    let last = 0;
    let unresolved: { readonly offset: number; readonly name: string } | undefined;
    const document = this.#document as Document;
    visit(document, {
      Alias(_key, alias) {
        last = alias.range?.[0] ?? last;
        if (alias.resolve(document) === undefined) unresolved ??= { offset: last, name: alias.source };
      },
    });
    if (unresolved !== undefined)
      this.#add(unresolved.offset, `there is no anchor &${unresolved.name} before this alias`);
    else this.#add(last, `too many aliases: ${error.message}`);
  }

  #has(path: DocumentPath): boolean {
    return this.#node(path) !== undefined;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) && this.#document !== undefined ? node.resolve(this.#document) : node;
  }

  #node(path: DocumentPath): unknown {
    let node: unknown = this.#document?.contents;
    for (const segment of path) {
      const here = this.#resolve(node);
      if (isMap(here)) {
        const pair = here.items.find(({ key }) => keyText(key) === String(segment));
        if (pair === undefined) return undefined;
        node = pair.value;
      } else if (isSeq(here)) {
        node = here.items[Number(segment)];
      } else return undefined;
    }
    return node ?? undefined;
  }

  /** Offset of a path's key or value, or of the nearest ancestor's key. */
  #offset(path: DocumentPath, at: "key" | "value"): number {
    let node: unknown = this.#document?.contents;
    let offset = start(node) ?? 0;
    for (const [index, segment] of path.entries()) {
      const here = this.#resolve(node);
      const last = index === path.length - 1;
      if (isMap(here)) {
        // Of duplicate keys the last is the one that counts.
        const pair = here.items.findLast(({ key }) => keyText(key) === String(segment));
        if (pair === undefined) return offset;
        offset = start(pair.key) ?? offset;
        if (last && at === "value") offset = start(pair.value) ?? offset;
        node = pair.value;
      } else if (isSeq(here)) {
        node = here.items[Number(segment)];
        offset = start(node) ?? offset;
      } else return offset;
    }
    return offset;
  }
}

/** `--set` makes keys that are plain values. */
function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** What people write for the keys of the grammar. */
const SYNONYMS: Readonly<Record<string, string>> = {
  loader: "load",
  transformer: "transform",
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

function describeValue(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  const value = isScalar(node) ? node.value : node;
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return String(value);
}

function describeYamlProblem(problem: { readonly code: string; readonly message: string }): string {
  if (problem.code === "DUPLICATE_KEY") return "duplicate key";
  if (problem.code === "TAB_AS_INDENT") return "a tab as indentation: YAML takes spaces";
  return problem.message.replace(/\s*:?\s*$/, "");
}
