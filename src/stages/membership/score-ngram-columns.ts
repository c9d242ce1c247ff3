import { type Data, type DataType, type Field, type List, makeData, type Schema } from "apache-arrow";
import type { TokenScores } from "../../compute/language-model/score-ngram.js";
import { batchOf } from "../../formats/arrow/array-builder.js";
import { arrowSchema } from "../../tables/arrow-schema.js";
import type { TableSink } from "../../tables/table-io.js";
import { SCORE_COLUMNS } from "./score-columns.js";

/** Rows of one batch of `token_score`. */
const BATCH_ROWS = 65_536;

/** Scores of a unit with the place and the window of each. */
export interface UnitScores extends TokenScores {
  readonly position: Int32Array;
  readonly window: Int32Array;
}

const COLUMNS = {
  pos: "position",
  window: "window",
  ...SCORE_COLUMNS,
} as const satisfies Record<string, keyof UnitScores>;

type Column = keyof typeof COLUMNS;

/** Writes `token_score` in batches of typed arrays, several units in one where they are short. */
export class TokenScoreWriter {
  readonly #sink: TableSink;
  readonly #schema: Schema;
  #length = 0;
  #texts: { readonly runId: string; readonly docId: string; readonly rows: number }[] = [];
  #arrays = new Map<Column, Int32Array | Float32Array | Float64Array>();

  constructor(sink: TableSink) {
    this.#sink = sink;
    this.#schema = arrowSchema(sink.contract);
  }

  /** Adds the first `rows` scores of a unit; copies them. */
  write(runId: string, docId: string, scores: UnitScores, rows: number): void {
    for (let from = 0; from < rows; ) {
      const some = Math.min(rows - from, BATCH_ROWS - this.#length);
      for (const name of Object.keys(COLUMNS) as Column[]) {
        this.#array(name).set(scores[COLUMNS[name]].subarray(from, from + some), this.#length);
      }
      this.#texts.push({ runId, docId, rows: some });
      this.#length += some;
      from += some;
      if (this.#length === BATCH_ROWS) this.flush();
    }
  }

  flush(): void {
    const length = this.#length;
    if (length === 0) return;
    const children = this.#schema.fields.map((field) => {
      if (field.name === "run_id")
        return repeatedText(
          field,
          this.#texts.map(({ runId, rows }) => [runId, rows]),
        );
      if (field.name === "doc_id")
        return repeatedText(
          field,
          this.#texts.map(({ docId, rows }) => [docId, rows]),
        );
      return dataOf(field.type, { length, data: this.#array(field.name as Column).subarray(0, length) });
    });
    this.#sink.writeBatch(batchOf(this.#schema, children, length));
    this.#length = 0;
    this.#texts = [];
    this.#arrays = new Map();
  }

  #array(name: Column): Int32Array | Float32Array | Float64Array {
    const known = this.#arrays.get(name);
    if (known !== undefined) return known;
    const field = this.#schema.fields.find((one) => one.name === name) as Field;
    const made = new (field.type.ArrayType as Float64ArrayConstructor)(BATCH_ROWS);
    this.#arrays.set(name, made);
    return made;
  }
}

/** Writes a row of `document_mean_probability`. */
export function writeMeanProbability(
  sink: TableSink,
  row: { readonly runId: string; readonly docId: string; readonly predicted: number; readonly p: Float64Array },
): void {
  const schema = arrowSchema(sink.contract);
  const children = schema.fields.map(({ name, type }) => {
    if (name === "run_id") return repeatedText({ type }, [[row.runId, 1]]);
    if (name === "doc_id") return repeatedText({ type }, [[row.docId, 1]]);
    if (name === "n_predicted") return dataOf(type, { length: 1, data: Int32Array.of(row.predicted) });
    const child = dataOf((type as List).children[0]?.type as DataType, { length: row.p.length, data: row.p });
    return dataOf(type, { length: 1, valueOffsets: Int32Array.of(0, row.p.length), child });
  });
  sink.writeBatch(batchOf(schema, children, 1));
}

function dataOf(type: DataType, buffers: { readonly length: number; readonly [buffer: string]: unknown }): Data {
  return makeData({ type, nullCount: 0, ...buffers } as never) as Data;
}

/** A column of texts, each as often in a row as it says. */
function repeatedText(field: Pick<Field, "type">, texts: readonly (readonly [string, number])[]): Data {
  const encoded = texts.map(([text, times]) => [Buffer.from(text, "utf8"), times] as const);
  const length = encoded.reduce((sum, [, times]) => sum + times, 0);
  const data = Buffer.alloc(encoded.reduce((sum, [bytes, times]) => sum + bytes.length * times, 0));
  const valueOffsets = new Int32Array(length + 1);
  let [row, at] = [0, 0];
  for (const [bytes, times] of encoded) {
    const end = at + bytes.length * times;
    if (bytes.length > 0) data.fill(bytes, at, end);
    for (let i = 0; i < times; i++) valueOffsets[++row] = at += bytes.length;
  }
  return dataOf(field.type, { length, valueOffsets, data });
}
