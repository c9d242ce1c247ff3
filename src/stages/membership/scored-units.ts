import type { Data, RecordBatch } from "apache-arrow";
import { ContractError } from "../../base/errors.js";
import { childRange, nullBits, textOf } from "../../formats/arrow/array-view.js";
import type { TableSource } from "../../tables/table-io.js";

/** Columns of `token_score` beside its key, by the name of their array. */
const SCORE_COLUMNS = {
  window: "window",
  logprob: "logprob",
  maxLogprob: "max_logprob",
  rank: "rank",
  mu: "mu",
  m2: "m2",
  muUniform: "mu_uniform",
  sdUniform: "sd_uniform",
} as const;

export type ScoreColumn = keyof typeof SCORE_COLUMNS;

/** A unit of a run: its tokens, and what the model says of those that it predicts. */
export interface ScoredUnit {
  readonly docId: string;
  /** All tokens of the unit; the scores are of `inputIds[positions[i]]`. */
  readonly inputIds: Int32Array;
  /** Places of the predicted tokens, rising: usually 1 … n − 1. */
  readonly positions: Int32Array;
  /** Window that predicted each; all 0 where the column is not asked for. */
  readonly window: Int32Array;
  /** Nats; all 0 where the column is not asked for. */
  readonly logprob: Float32Array;
  readonly maxLogprob?: Float32Array;
  readonly rank?: Int32Array;
  readonly mu?: Float64Array;
  readonly m2?: Float64Array;
  readonly muUniform?: Float64Array;
  readonly sdUniform?: Float64Array;
}

/** Token numbers that may wait for a unit that comes later (256 MB); beyond, `token` is read again. */
const MOST_WAITING = 2 ** 26;

/**
 * The units of a run with their tokens, in the order of `token_score`. An array is absent where its column is null in
 * any row of the unit, or not asked for. Memory: one unit, one batch of each table, and the tokens of units that stand
 * earlier in `token` than in `token_score` (none where both are in the order of doc_id). Units without a score, such as
 * those of one token, do not come.
 * @throws {ContractError} `contract/unit-split` when a unit comes back after another, `contract/unknown-unit` for scores
 * of a unit without tokens, `contract/position` for a place that its tokens do not have or that does not rise.
 */
export async function* scoredUnits(
  tables: { readonly token: TableSource; readonly token_score: TableSource },
  runId: string,
  columns: readonly ScoreColumn[],
): AsyncGenerator<ScoredUnit> {
  const names = [...new Set(columns)];
  const finished = new Set<string>();
  const tokens = new TokenCursor(tables.token);
  let current: UnitColumns | undefined;
  try {
    const wanted = ["doc_id", "pos", ...names.map((name) => SCORE_COLUMNS[name])];
    for await (const batch of tables.token_score.batches(wanted, { run_id: runId })) {
      const docs = columnOf(batch, "doc_id");
      for (let from = 0; from < batch.numRows; ) {
        const docId = textAt(docs, from);
        const to = endOfText(docs, from);
        if (current?.docId !== docId) {
          if (current !== undefined) yield current.take(await tokens.idsOf(current.docId));
          if (finished.has(docId)) throw unitSplit(runId, docId);
          finished.add(docId);
          current = new UnitColumns(runId, docId, names);
        }
        current.append(batch, from, to);
        from = to;
      }
    }
    if (current !== undefined) yield current.take(await tokens.idsOf(current.docId));
  } finally {
    await tokens.close();
  }
}

/** Tokens of every unit, in stored order. Memory: one batch. */
export async function* tokenUnits(token: TableSource): AsyncGenerator<{ docId: string; inputIds: Int32Array }> {
  for await (const batch of token.batches(["doc_id", "input_ids"])) {
    const docs = columnOf(batch, "doc_id");
    const lists = columnOf(batch, "input_ids");
    const items = lists.children[0]?.values as Int32Array;
    for (let row = 0; row < batch.numRows; row++) {
      const { from, to } = childRange(lists, row, 1);
      yield { docId: textAt(docs, row), inputIds: items.slice(from, to) };
    }
  }
}

/** Finds the tokens of units that are asked for in any order, quickly in the stored one. */
class TokenCursor {
  readonly #table: TableSource;
  readonly #waiting = new Map<string, Int32Array>();
  #waitingIds = 0;
  #units: AsyncGenerator<{ docId: string; inputIds: Int32Array }>;

  constructor(table: TableSource) {
    this.#table = table;
    this.#units = tokenUnits(table);
  }

  async idsOf(docId: string): Promise<Int32Array | undefined> {
    const waiting = this.#waiting.get(docId);
    if (waiting !== undefined) {
      this.#drop(docId, waiting);
      return waiting;
    }
    const ahead = await this.#advance(docId);
    if (ahead !== undefined) return ahead;
    await this.#units.return(undefined);
    this.#units = tokenUnits(this.#table);
    return this.#advance(docId);
  }

  async #advance(docId: string): Promise<Int32Array | undefined> {
    while (true) {
      const next = await this.#units.next();
      if (next.done) return undefined;
      const unit = next.value;
      if (unit.docId === docId) return unit.inputIds;
      if (this.#waiting.has(unit.docId)) continue;
      this.#waiting.set(unit.docId, unit.inputIds);
      this.#waitingIds += unit.inputIds.length;
      for (const [oldest, ids] of this.#waiting) {
        if (this.#waitingIds <= MOST_WAITING) break;
        this.#drop(oldest, ids);
      }
    }
  }

  #drop(docId: string, ids: Int32Array): void {
    this.#waiting.delete(docId);
    this.#waitingIds -= ids.length;
  }

  async close(): Promise<void> {
    await this.#units.return(undefined);
  }
}

type NumberColumn = Int32Array | Float32Array | Float64Array;

const ARRAYS = {
  window: Int32Array,
  logprob: Float32Array,
  maxLogprob: Float32Array,
  rank: Int32Array,
  mu: Float64Array,
  m2: Float64Array,
  muUniform: Float64Array,
  sdUniform: Float64Array,
} as const;

/** Collects the rows of one unit. */
class UnitColumns {
  readonly docId: string;
  readonly #runId: string;
  readonly #columns = new Map<ScoreColumn, NumberColumn | undefined>();
  #positions = new Int32Array(0);
  #rows = 0;

  constructor(runId: string, docId: string, columns: readonly ScoreColumn[]) {
    this.#runId = runId;
    this.docId = docId;
    for (const column of columns) this.#columns.set(column, new ARRAYS[column](0));
  }

  append(batch: RecordBatch, from: number, to: number): void {
    const rows = this.#rows + to - from;
    this.#positions = grown(this.#positions, this.#rows, rows) as Int32Array<ArrayBuffer>;
    this.#positions.set(columnOf(batch, "pos").values.subarray(from, to), this.#rows);
    for (const [column, values] of this.#columns) {
      if (values === undefined) continue;
      const data = columnOf(batch, SCORE_COLUMNS[column]);
      if (hasNull(data, from, to)) {
        this.#columns.set(column, undefined);
        continue;
      }
      const array = grown(values, this.#rows, rows);
      array.set(data.values.subarray(from, to), this.#rows);
      this.#columns.set(column, array);
    }
    this.#rows = rows;
  }

  take(inputIds: Int32Array | undefined): ScoredUnit {
    const { docId } = this;
    const fields = { table: "membership.token_score", run: this.#runId, unit: docId };
    if (inputIds === undefined) {
      throw new ContractError("unknown-unit", `${this.#runId} has scores of ${docId}, of which there are no tokens`, {
        fields,
        wayOut: "Tokens and scores must be of the same units: run the steps that make them again.",
      });
    }
    const positions = this.#positions.subarray(0, this.#rows);
    let last = -1;
    for (const position of positions) {
      if (position <= last || position >= inputIds.length) {
        const message = `${docId} has ${inputIds.length} tokens; ${this.#runId} has a score at ${position}, after ${last}`;
        throw new ContractError("position", message, { fields: { ...fields, position, tokens: inputIds.length } });
      }
      last = position;
    }
    const arrays: Record<string, NumberColumn> = {};
    for (const [column, values] of this.#columns) {
      if (values !== undefined) arrays[column] = values.subarray(0, this.#rows);
    }
    const window = new Int32Array(arrays.window === undefined ? this.#rows : 0);
    const logprob = new Float32Array(arrays.logprob === undefined ? this.#rows : 0);
    return { window, logprob, ...arrays, docId, inputIds, positions };
  }
}

function grown(values: NumberColumn, used: number, needed: number): NumberColumn {
  if (needed <= values.length) return values;
  const larger = new (values.constructor as new (length: number) => NumberColumn)(Math.max(needed, values.length * 2));
  larger.set(values.subarray(0, used));
  return larger;
}

function columnOf(batch: RecordBatch, name: string): Data {
  return batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
}

function hasNull(data: Data, from: number, to: number): boolean {
  const bits = nullBits(data);
  if (bits === undefined) return false;
  for (let bit = data.offset + from; bit < data.offset + to; bit++) {
    if (((bits[bit >> 3] as number) & (1 << (bit & 7))) === 0) return true;
  }
  return false;
}

function textAt(data: Data, row: number): string {
  const { from, to } = childRange(data, row, 1);
  return textOf(data.values as Uint8Array, from, to);
}

/** The first row after `from` whose text differs from its; rows of one text stand together. */
function endOfText(data: Data, from: number): number {
  const bytes = data.values as Uint8Array;
  const first = childRange(data, from, 1);
  const length = first.to - first.from;
  const isSame = (row: number) => {
    const other = childRange(data, row, 1);
    if (other.to - other.from !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[first.from + i] !== bytes[other.from + i]) return false;
    return true;
  };
  let same = from;
  let step = 1;
  while (same + step < data.length && isSame(same + step)) {
    same += step;
    step *= 2;
  }
  let different = Math.min(same + step, data.length);
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (isSame(middle)) same = middle;
    else different = middle;
  }
  return different;
}

function unitSplit(runId: string, docId: string): ContractError {
  return new ContractError("unit-split", `${runId}: scores of ${docId} come in two places`, {
    fields: { table: "membership.token_score", run: runId, unit: docId },
  });
}
