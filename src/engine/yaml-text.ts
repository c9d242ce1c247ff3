import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";

/** How many nodes aliases may expand to. */
const MAXIMUM_ALIASES = 100;

export type DocumentPath = readonly PropertyKey[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a text as YAML, whatever it should mean. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
  /** A duplicate key hides nothing else; after anything else the value is not to be trusted. */
  readonly hides: boolean;
}

/** A YAML text with the positions of its keys and values. */
export class YamlText {
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(text: string) {
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: "1.2",
    });
  }

  /** The plain value, and what is wrong with the text. Aliases are expanded within bounds. */
  read(): { readonly value: unknown; readonly problems: readonly YamlProblem[] } {
    const problems: YamlProblem[] = [...this.#document.errors, ...this.#document.warnings].map((problem) => ({
      offset: problem.pos[0],
      message: describeProblem(problem),
      hides: problem.code !== "DUPLICATE_KEY",
    }));
    if (problems.some(({ hides }) => hides)) return { value: undefined, problems };
    try {
      return { value: this.#document.toJS({ maxAliasCount: MAXIMUM_ALIASES }), problems };
    } catch (error) {
      return { value: undefined, problems: [...problems, this.#aliasProblem(error as Error)] };
    }
  }

  /** Lines and columns count from 1. */
  at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Offset of a path's key or value; where the text has no such path, of the nearest key above it. */
  offset(path: DocumentPath, at: "key" | "value"): number {
    let node: unknown = this.#document.contents;
    let offset = start(node) ?? 0;
    for (const [index, segment] of path.entries()) {
      const here = isAlias(node) ? node.resolve(this.#document) : node;
      const last = index === path.length - 1;
      if (isMap(here)) {
        // Of duplicate keys the last is the one that counts.
        const pair = here.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(segment));
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

  /** Points at the alias without an anchor, or at the last of too many. */
  #aliasProblem(error: Error): YamlProblem {
    let last = 0;
    let unresolved: { readonly offset: number; readonly name: string } | undefined;
    visit(this.#document, {
      Alias: (_key, alias) => {
        last = alias.range?.[0] ?? last;
        if (alias.resolve(this.#document) === undefined) unresolved ??= { offset: last, name: alias.source };
      },
    });
    if (unresolved === undefined) return { offset: last, message: `too many aliases: ${error.message}`, hides: true };
    return {
      offset: unresolved.offset,
      message: `there is no anchor &${unresolved.name} before this alias`,
      hides: true,
    };
  }
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function describeProblem(problem: { readonly code: string; readonly message: string }): string {
  if (problem.code === "DUPLICATE_KEY") return "duplicate key";
  if (problem.code === "MULTIPLE_DOCS") return "a second YAML document begins here: one file is one pipeline";
  if (problem.code === "TAB_AS_INDENT") return "a tab as indentation: YAML takes spaces";
  return problem.message.replace(/\s*:?\s*$/, "");
}
