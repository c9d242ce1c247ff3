import type { EdgeDroppedRow } from "../../tables/generated/celegans_connectome.js";

/** A row of the `…_dropped` tables. */
export type DroppedRow = EdgeDroppedRow;

/** Collects what a transform leaves out, numbered per file in the order of adding. */
export class DropList {
  readonly rows: DroppedRow[] = [];
  readonly #next = new Map<string, number>();

  add(drop: Omit<DroppedRow, "drop_index" | "records"> & { readonly records?: bigint }): void {
    const index = this.#next.get(drop.source_id) ?? 0;
    this.#next.set(drop.source_id, index + 1);
    this.rows.push({ records: 1n, ...drop, drop_index: index });
  }
}
