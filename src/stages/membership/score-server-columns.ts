import { type Data, type DataType, makeData, type RecordBatch, type Schema, Utf8 } from "apache-arrow";
import { batchOf } from "../../formats/arrow/array-builder.js";
import type { WindowScores } from "./language-models/language-model.js";
import { SCORE_COLUMNS } from "./score-columns.js";
import type { PlannedWindow } from "./score-server-windows.js";

type ScoreColumn = keyof typeof SCORE_COLUMNS;
type Numbers = Int32Array | Float32Array | Float64Array;

/** Scores of a unit, put together from those of its windows: one per predicted place, rising. */
export class UnitScores {
  readonly #columns = new Map<string, Numbers>();
  readonly rows: number;
  /** Sum of the distributions, where they are whole. */
  readonly probabilitySum: Float64Array | undefined;

  constructor(windows: readonly PlannedWindow[], scores: readonly WindowScores[]) {
    this.rows = windows.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    const [pos, window] = [new Int32Array(this.rows), new Int32Array(this.rows)];
    this.#columns.set("pos", pos).set("window", window);
    const told = (Object.keys(SCORE_COLUMNS) as ScoreColumn[]).filter(
      (name) => scores[0]?.[SCORE_COLUMNS[name]] !== undefined,
    );
    for (const name of told) this.#columns.set(name, arrayOf(name, this.rows));
    let row = 0;
    for (const [i, { from, to, firstPosition, window: place }] of windows.entries()) {
      for (const name of told) {
        const values = scores[i]?.[SCORE_COLUMNS[name]] as Float64Array | Int32Array;
        this.#columns.get(name)?.set(values.subarray(from - firstPosition, to - firstPosition + 1), row);
      }
      for (let position = from; position <= to; position++, row++) [pos[row], window[row]] = [position, place];
    }
    this.probabilitySum = summed(scores);
  }

  /** Rows of `token_score`. @param schema of its contract */
  batch(schema: Schema, runId: string, docId: string): RecordBatch {
    const children = schema.fields.map(({ name, type }) => {
      if (name === "run_id") return repeatedText(runId, this.rows);
      if (name === "doc_id") return repeatedText(docId, this.rows);
      return numbers(type, this.rows, this.#columns.get(name));
    });
    return batchOf(schema, children, this.rows);
  }
}

function arrayOf(name: ScoreColumn, length: number): Numbers {
  if (name === "rank") return new Int32Array(length);
  return name === "logprob" || name === "max_logprob" ? new Float32Array(length) : new Float64Array(length);
}

function summed(scores: readonly WindowScores[]): Float64Array | undefined {
  let total: Float64Array | undefined;
  for (const { probabilitySum } of scores) {
    if (probabilitySum === undefined) return undefined;
    total ??= new Float64Array(probabilitySum.length);
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (probabilitySum[i] as number);
  }
  return total;
}

/** Moments over all tokens are infinite where one has no probability: null, as a column that is not told. */
function numbers(type: DataType, length: number, values: Numbers | undefined): Data {
  const bitmap = new Uint8Array((length + 7) >> 3);
  const data = values ?? new (type.ArrayType as Float64ArrayConstructor)(length);
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    const known = values !== undefined && (!(values instanceof Float64Array) || Number.isFinite(values[i]));
    if (known) bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
    else nullCount += 1;
  }
  return makeData({ type, length, nullCount, nullBitmap: nullCount === 0 ? undefined : bitmap, data } as never) as Data;
}

function repeatedText(text: string, rows: number): Data {
  const bytes = Buffer.from(text);
  const data = Buffer.alloc(bytes.length * rows);
  if (data.length > 0) data.fill(bytes);
  const valueOffsets = new Int32Array(rows + 1);
  for (let i = 0; i <= rows; i++) valueOffsets[i] = i * bytes.length;
  return makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets, data }) as Data;
}
