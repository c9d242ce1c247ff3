/** A row of the `…_dropped` tables. */
export interface DroppedRow {
  readonly source_id: string;
  readonly drop_index: number;
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
  readonly item: string;
  readonly reason: string;
  readonly rule: string;
  readonly detail: string | null;
  readonly records: bigint;
}

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
