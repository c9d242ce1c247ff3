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

/** Writes rows of `token_score` of one run, column by column, in batches. */
export class ScoreRowWriter {
  readonly #sink: TableSink;
  readonly #runId: string;
  #columns: ReadonlyMap<string, ArrayBuilder>;

  constructor(sink: TableSink, runId: string) {
    this.#sink = sink;
    this.#runId = runId;
    this.#columns = this.#fresh();
  }

  #fresh(): ReadonlyMap<string, ArrayBuilder> {
    const { fields } = arrowSchema(this.#sink.contract);
    return new Map(fields.map((field) => [field.name, arrayBuilder(field.type)]));
  }

  add(
    docId: string,
    row: { readonly pos: number; readonly window: number; readonly logprob: number },
    optional: (column: OptionalScore) => number | null,
  ): void {
    const columns = this.#columns;
    (columns.get("run_id") as BytesBuilder).appendText(this.#runId);
    (columns.get("doc_id") as BytesBuilder).appendText(docId);
    const pos = columns.get("pos") as NumberBuilder;
    pos.append(row.pos);
    (columns.get("window") as NumberBuilder).append(row.window);
    // No −0: it is another value to the hash of a table.
    (columns.get("logprob") as NumberBuilder).append(Math.fround(row.logprob) + 0);
    for (const name of OPTIONAL_SCORES) {
      const builder = columns.get(name) as NumberBuilder;
      const value = optional(name);
      if (value === null) builder.appendNull();
      else builder.append((name === "max_logprob" ? Math.fround(value) : value) + 0);
    }
    if (pos.length >= BATCH_ROWS) this.flush();
  }

  /** Writes what has been added. */
  flush(): void {
    const length = this.#columns.get("pos")?.length ?? 0;
    if (length === 0) return;
    const schema = arrowSchema(this.#sink.contract);
    const children = schema.fields.map(({ name }) => (this.#columns.get(name) as ArrayBuilder).finish());
    this.#sink.writeBatch(batchOf(schema, children, length));
    this.#columns = this.#fresh();
  }
}
