import type { Data, RecordBatch } from "apache-arrow";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { ContractError } from "../../base/errors.js";
import type { EdgeList } from "../../compute/graph/weighted-graph.js";
import { type ValueReader, valueReader } from "../../formats/arrow/value-reader.js";
import type { ExperimentRow } from "../../tables/generated/dynamic_connectome.js";
import type { TableSource } from "../../tables/table-io.js";

/** The pairs of every component of a run, as edges between numbered neurons. */
export interface ComponentPairs {
  /** All neurons of the run, by code unit: the nodes. */
  readonly neurons: readonly string[];
  /** Components, rising, with their pairs of positive value; the earlier neuron first, in order. */
  readonly components: ReadonlyMap<number, EdgeList>;
}

export interface PairTables {
  readonly component: TableSource;
  readonly factor_pair: TableSource;
}

/**
 * Reads the pairs of one direction of a run. Sorted, so that nothing after depends on the order of rows or neurons.
 * @throws {ContractError} `contract/orphan` for pairs of a component or neuron that the run does not have.
 */
export async function readComponentPairs(
  tables: PairTables,
  { run_id, neurons: named }: Pick<ExperimentRow, "run_id" | "neurons">,
  direction: "together" | "opposite",
): Promise<ComponentPairs> {
  const neurons = [...named].sort(compareCodeUnits);
  const index = new Map(neurons.map((name, i) => [name, i]));
  const numbers: number[] = [];
  for await (const row of tables.component.rows<{ component: number }>(["component"], { run_id })) {
    numbers.push(row.component);
  }
  numbers.sort((a, b) => a - b);
  const collected = new Map(numbers.map((component) => [component, new PairCollector()]));
  const wanted = ["component", "neuron_i", "neuron_j", "value"];
  for await (const batch of tables.factor_pair.batches(wanted, { run_id, direction })) {
    const [component, first, second, value] = wanted.map((name) => columnReader(batch, name)) as [
      ValueReader,
      ValueReader,
      ValueReader,
      ValueReader,
    ];
    for (let row = 0; row < batch.numRows; row++) {
      const [number, one, other] = [component(row) as number, first(row) as string, second(row) as string];
      const [pairs, i, j] = [collected.get(number), index.get(one), index.get(other)];
      if (pairs === undefined || i === undefined || j === undefined) {
        const missing = pairs === undefined ? `component ${number}` : `neuron ${i === undefined ? one : other}`;
        throw new ContractError("orphan", `factor_pair has ${missing}, which ${run_id} does not have`, {
          fields: {
            table: "dynamic_connectome.factor_pair",
            run_id,
            component: number,
            neuron_i: one,
            neuron_j: other,
          },
          wayOut: "run the factorisation again, so that its tables come from one run",
        });
      }
      pairs.add(Math.min(i, j), Math.max(i, j), value(row) as number);
    }
  }
  return { neurons, components: new Map(numbers.map((k) => [k, (collected.get(k) as PairCollector).sorted()])) };
}

function columnReader(batch: RecordBatch, name: string): ValueReader {
  return valueReader(batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data);
}

/** Growing columns of edges. */
class PairCollector {
  #from = new Int32Array(64);
  #to = new Int32Array(64);
  #weights = new Float64Array(64);
  #count = 0;
  #inOrder = true;

  add(i: number, j: number, weight: number): void {
    if (!(weight > 0)) return;
    const at = this.#count;
    if (at === this.#from.length) this.#grow();
    if (at > 0) {
      const [before, other] = [this.#from[at - 1] as number, this.#to[at - 1] as number];
      this.#inOrder &&= before < i || (before === i && other < j);
    }
    this.#from[at] = i;
    this.#to[at] = j;
    this.#weights[at] = weight;
    this.#count++;
  }

  #grow(): void {
    const length = 2 * this.#from.length;
    const [from, to, weights] = [new Int32Array(length), new Int32Array(length), new Float64Array(length)];
    from.set(this.#from);
    to.set(this.#to);
    weights.set(this.#weights);
    this.#from = from;
    this.#to = to;
    this.#weights = weights;
  }

  sorted(): EdgeList {
    const [from, to, weights] = [this.#from, this.#to, this.#weights].map((column) =>
      column.subarray(0, this.#count),
    ) as [Int32Array, Int32Array, Float64Array];
    if (this.#inOrder) return { from, to, weights };
    const order = Int32Array.from({ length: this.#count }, (_, k) => k);
    order.sort((a, b) => (from[a] as number) - (from[b] as number) || (to[a] as number) - (to[b] as number));
    return {
      from: order.map((k) => from[k] as number),
      to: order.map((k) => to[k] as number),
      weights: Float64Array.from(order, (k) => weights[k] as number),
    };
  }
}
