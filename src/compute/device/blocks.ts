/** Rows of a block: what work is cut into, whatever the number of threads. */
export const BLOCK_ROWS = 64;

export interface Block {
  readonly start: number;
  /** One past the last. */
  readonly end: number;
}

/** `size` rows in blocks of `rows`, by size alone; the last may be shorter. */
export function blocksOf(size: number, rows = BLOCK_ROWS): Block[] {
  return Array.from({ length: Math.ceil(size / rows) }, (_, at) => ({
    start: at * rows,
    end: Math.min(size, (at + 1) * rows),
  }));
}
