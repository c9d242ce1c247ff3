import type { Schema } from "apache-arrow";
import {
  type ArrayBuilder,
  arrayBuilder,
  type BytesBuilder,
  batchOf,
  type NumberBuilder,
} from "../../formats/arrow/array-builder.js";
import { arrowSchema } from "../../tables/arrow-schema.js";
import type { TableSink } from "../../tables/table-io.js";

/** Columns of `token_score` that may be null. */
export const OPTIONAL_SCORES = ["max_logprob", "rank", "mu", "m2", "mu_uniform", "sd_uniform"] as const;
export type OptionalScore = (typeof OPTIONAL_SCORES)[number];

const BATCH_ROWS = 65_536;

interface Builders {
  readonly all: ReadonlyMap<string, ArrayBuilder>;
  readonly runId: BytesBuilder;
  readonly docId: BytesBuilder;
  readonly pos: NumberBuilder;
  readonly window: NumberBuilder;
  readonly logprob: NumberBuilder;
  readonly optional: readonly { readonly name: OptionalScore; readonly builder: NumberBuilder }[];
}

/** Writes rows of `token_score` of one run, column by column, in batches. */
export class ScoreRowWriter {
  readonly #sink: TableSink;
  readonly #schema: Schema;
  readonly #runId: string;
  #builders: Builders;

  constructor(sink: TableSink, runId: string) {
    this.#sink = sink;
    this.#schema = arrowSchema(sink.contract);
    this.#runId = runId;
    this.#builders = buildersOf(this.#schema);
  }

  add(
    docId: string,
    row: { readonly pos: number; readonly window: number; readonly logprob: number },
    optional: (column: OptionalScore) => number | null,
  ): void {
    const builders = this.#builders;
    builders.runId.appendText(this.#runId);
    builders.docId.appendText(docId);
    builders.pos.append(row.pos);
    builders.window.append(row.window);
    // No −0: it is another value to the hash of a table.
    builders.logprob.append(Math.fround(row.logprob) + 0);
    for (const { name, builder } of builders.optional) {
      const value = optional(name);
      if (value === null) builder.appendNull();
      else builder.append((name === "max_logprob" ? Math.fround(value) : value) + 0);
    }
    if (builders.pos.length >= BATCH_ROWS) this.flush();
  }

  /** Writes what has been added. */
  flush(): void {
    const { all, pos } = this.#builders;
    const { length } = pos;
    if (length === 0) return;
    const children = this.#schema.fields.map(({ name }) => (all.get(name) as ArrayBuilder).finish());
    this.#sink.writeBatch(batchOf(this.#schema, children, length));
    this.#builders = buildersOf(this.#schema);
  }
}

function buildersOf(schema: Schema): Builders {
  const all = new Map(schema.fields.map((field) => [field.name, arrayBuilder(field.type)]));
  const numbers = (name: string) => all.get(name) as NumberBuilder;
  return {
    all,
    runId: all.get("run_id") as BytesBuilder,
    docId: all.get("doc_id") as BytesBuilder,
    pos: numbers("pos"),
    window: numbers("window"),
    logprob: numbers("logprob"),
    optional: OPTIONAL_SCORES.map((name) => ({ name, builder: numbers(name) })),
  };
}
