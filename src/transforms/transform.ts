import type { ZodType } from "zod";
import type { Log } from "../base/log.js";
import type { TableSink, TableSource } from "../tables/table-io.js";

export interface TransformContext<P> {
  readonly parameters: P;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** An input by its table name (`edge_record`), or `dataset.table` for another dataset's. */
  input(table: string): TableSource;
  /** The sink of one of the transform's outputs. */
  sink(table: string): TableSink;
  progress(done: number, total: number, unit: string): void;
}

/** Tables in, tables out; pure. */
export interface Transform<P = unknown> {
  readonly name: string;
  readonly description: string;
  /** Tables it reads; a pipeline's `from` must provide exactly these. */
  readonly inputs: readonly string[];
  /**
   * Inputs that come partition by partition, one run of the transform per partition (a recording), with the same
   * partitions in its outputs; the other inputs come whole, every time. The first of them says which partitions there
   * are; of the others each gets what has the same name, which may be nothing.
   */
  readonly each?: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: ZodType<P>;
  run(context: TransformContext<P>): Promise<void>;
}
