import type { Data, RecordBatch } from "apache-arrow";
import { childRange, textOf } from "../../../formats/arrow/array-view.js";
import type { TableSource } from "../../../tables/table-io.js";
import { LOWEST_LOGPROB } from "./token-attacks.js";

/** Mean losses of one unit. */
export interface UnitLosses {
  readonly unit: number;
  readonly windows: ReadonlyMap<number, number>;
}

/** Mean loss of every unit and window of a run. Memory: one number per window. */
export async function runLosses(tokenScore: TableSource, runId: string): Promise<Map<string, UnitLosses>> {
  const sums = new Map<string, Map<number, { sum: number; n: number }>>();
  for await (const batch of tokenScore.batches(["doc_id", "window", "logprob"], { run_id: runId })) {
    const [docs, windows, logprobs] = ["doc_id", "window", "logprob"].map((name) => columnOf(batch, name)) as Data[];
    let [docId, last] = ["", ""];
    let ofUnit = new Map<number, { sum: number; n: number }>();
    for (let row = 0; row < batch.numRows; row++) {
      const { from, to } = childRange(docs as Data, row, 1);
      docId = textOf((docs as Data).values as Uint8Array, from, to);
      if (row === 0 || docId !== last) {
        ofUnit = sums.get(docId) ?? new Map();
        sums.set(docId, ofUnit);
        last = docId;
      }
      const window = (windows as Data).values[row] as number;
      const entry = ofUnit.get(window) ?? { sum: 0, n: 0 };
      if (entry.n === 0) ofUnit.set(window, entry);
      entry.sum -= Math.max((logprobs as Data).values[row] as number, LOWEST_LOGPROB);
      entry.n++;
    }
  }
  return new Map([...sums].map(([docId, windows]) => [docId, lossesOf(windows)]));
}

function lossesOf(windows: ReadonlyMap<number, { readonly sum: number; readonly n: number }>): UnitLosses {
  let [sum, n] = [0, 0];
  for (const entry of windows.values()) {
    sum += entry.sum;
    n += entry.n;
  }
  return { unit: sum / n, windows: new Map([...windows].map(([window, entry]) => [window, entry.sum / entry.n])) };
}

function columnOf(batch: RecordBatch, name: string): Data {
  return batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
}
