import type { RecordBatch, Schema } from "apache-arrow";
import {
  BatchAssembler,
  type BytesBuilder,
  type ListBuilder,
  type NumberBuilder,
} from "../../formats/arrow/array-builder.js";
import type { TraceRow } from "../../tables/generated/celegans_activity.js";
import { type Moments, validBitmap } from "./normalise.js";

/** A row of `trace` but for its values. */
export interface TraceHead {
  readonly recordingId: string;
  readonly roi: number;
  readonly kind: TraceRow["kind"];
  readonly unit: string;
  readonly sourceKind: string | null;
  readonly dtS: number | null;
}

/**
 * Collects rows of `trace` as Arrow columns. Values are computed where they will lie: {@link room}, fill it,
 * {@link close} the row. Rows as objects would copy every value twice more.
 */
export class TraceColumns {
  readonly #assembler: BatchAssembler;
  readonly #recordingId: BytesBuilder;
  readonly #roi: NumberBuilder;
  readonly #kind: BytesBuilder;
  readonly #unit: BytesBuilder;
  readonly #sourceKind: BytesBuilder;
  readonly #dtS: NumberBuilder;
  readonly #values: ListBuilder;
  readonly #bitmap: BytesBuilder;
  readonly #valid: NumberBuilder;
  readonly #mean: NumberBuilder;
  readonly #std: NumberBuilder;

  /** @param schema of the contract of `trace` */
  constructor(schema: Schema) {
    const assembler = new BatchAssembler(schema);
    const column = (name: keyof TraceRow) =>
      assembler.columns[schema.fields.findIndex((field) => field.name === name)] as unknown;
    this.#assembler = assembler;
    this.#recordingId = column("recording_id") as BytesBuilder;
    this.#roi = column("roi") as NumberBuilder;
    this.#kind = column("kind") as BytesBuilder;
    this.#unit = column("unit") as BytesBuilder;
    this.#sourceKind = column("source_kind") as BytesBuilder;
    this.#dtS = column("dt_s") as NumberBuilder;
    this.#values = column("values") as ListBuilder;
    this.#bitmap = column("valid_bitmap") as BytesBuilder;
    this.#valid = column("n_valid") as NumberBuilder;
    this.#mean = column("mean") as NumberBuilder;
    this.#std = column("std") as NumberBuilder;
  }

  get rows(): number {
    return this.#assembler.length;
  }

  /** Makes space for this many values, so that those of the rows that follow stay where they are. */
  reserve(values: number): void {
    (this.#values.child as NumberBuilder).reserve(values);
  }

  /** Where the next row's values go; valid until the next call. */
  room(values: number): Float64Array {
    const child = this.#values.child as NumberBuilder;
    child.reserve(values);
    return (child.values as Float64Array).subarray(child.length, child.length + values);
  }

  /** Ends the row whose values are in `values`, which came from {@link room}. */
  close(head: TraceHead, values: Float64Array, { valid, mean, std }: Moments): void {
    this.#recordingId.appendText(head.recordingId);
    this.#roi.append(head.roi);
    this.#kind.appendText(head.kind);
    this.#unit.appendText(head.unit);
    if (head.sourceKind === null) this.#sourceKind.appendNull();
    else this.#sourceKind.appendText(head.sourceKind);
    appendNumber(this.#dtS, head.dtS);
    (this.#values.child as NumberBuilder).length += values.length;
    this.#values.close();
    const bitmap = validBitmap(values, valid);
    if (bitmap === null) this.#bitmap.appendNull();
    else this.#bitmap.appendBytes(bitmap);
    this.#valid.append(valid);
    appendNumber(this.#mean, mean);
    appendNumber(this.#std, std);
  }

  /** The rows so far; starts empty again. */
  finish(): RecordBatch {
    return this.#assembler.finish();
  }
}

function appendNumber(builder: NumberBuilder, value: number | null): void {
  if (value === null) builder.appendNull();
  else builder.append(value);
}
