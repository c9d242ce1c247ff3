import { LoadError } from "../../base/errors.js";
import type { SourceFile } from "../loader.js";
import type { LabelledDocument } from "./score-folds.js";

/** Why a document is not in the tables. */
export const DROP_RULES = {
  unknown_document: "scores and tokens need a label: a row of the assignment",
  no_label: "a document without a label is not in the comparison",
  no_tokens: "a document needs its tokens",
  empty: "a document without tokens has no score",
  one_token: "of one token nothing is predicted",
  no_scores: "a document needs scores",
} as const;
export type DropReason = keyof typeof DROP_RULES;

/** What the files say of one document. */
export class ScoreDocument {
  readonly name: string;
  label: 0 | 1 | null = null;
  fold: number | null = null;
  cluster: string;
  /** Whether the assignment names it. */
  assigned = false;
  tokens: number | undefined;
  /** Places that have a score, one bit each. */
  #scored: Uint8Array | undefined;
  scores = 0;
  /** Rows of it by file. */
  readonly rows = new Map<SourceFile, number>();

  constructor(name: string) {
    this.name = name;
    this.cluster = name;
  }

  /** Why it is not used, as far as labels and tokens say. */
  get reason(): DropReason | undefined {
    if (!this.assigned) return "unknown_document";
    if (this.label === null) return "no_label";
    if (this.tokens === undefined) return "no_tokens";
    if (this.tokens === 0) return "empty";
    return this.tokens === 1 ? "one_token" : undefined;
  }

  /** Notes a score; false when there is one at that place. */
  note(pos: number): boolean {
    this.#scored ??= new Uint8Array(((this.tokens ?? 0) + 7) >> 3);
    const bit = 1 << (pos & 7);
    const byte = this.#scored[pos >> 3] as number;
    if ((byte & bit) !== 0) return false;
    this.#scored[pos >> 3] = byte | bit;
    this.scores++;
    return true;
  }

  /** The first place from 1 on without a score. */
  firstMissing(): number | undefined {
    for (let pos = 1; pos < (this.tokens ?? 0); pos++) {
      if (((this.#scored?.[pos >> 3] ?? 0) & (1 << (pos & 7))) === 0) return pos;
    }
    return undefined;
  }

  labelled(docId: string, cluster: string): LabelledDocument {
    return { docId, label: this.label as 0 | 1, fold: this.fold, cluster };
  }
}

/** Documents by name. */
export class ScoreDocuments {
  readonly #documents = new Map<string, ScoreDocument>();
  readonly #most: number;
  readonly #folder: string;

  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /** The document of a name, new where there is none; counts one row of a file. */
  of(name: string, file: SourceFile): ScoreDocument {
    let document = this.#documents.get(name);
    if (document === undefined) {
      if (this.#documents.size >= this.#most) {
        throw new LoadError("too-many-documents", `${this.#folder}: more than ${this.#most} documents`, {
          fields: { folder: this.#folder, limit: this.#most },
        });
      }
      document = new ScoreDocument(name);
      this.#documents.set(name, document);
    }
    document.rows.set(file, (document.rows.get(file) ?? 0) + 1);
    return document;
  }

  get(name: string): ScoreDocument | undefined {
    return this.#documents.get(name);
  }

  /** In code-unit order of their names. */
  sorted(): ScoreDocument[] {
    return [...this.#documents.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
