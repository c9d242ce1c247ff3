/** Bounds that every reader of foreign bytes obeys. */
export interface Limits {
  /** Largest file or decompressed member, in bytes. */
  readonly bytes: number;
  /** Most members, sheets, datasets or records. */
  readonly entries: number;
  /** Most decompressed bytes per compressed byte. */
  readonly ratio: number;
  /** Deepest nesting of groups, cells, objects. */
  readonly depth: number;
  /** Most cells in one array, sheet or list. */
  readonly cells: number;
}

/** Generous for laboratory files, far below what would hurt a laptop. */
export const DEFAULT_LIMITS: Limits = {
  bytes: 4 * 1024 ** 3,
  entries: 1_000_000,
  ratio: 2_000,
  depth: 64,
  cells: 500_000_000,
};
