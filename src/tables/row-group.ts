/** Uncompressed bytes that a row group should have. */
const ROW_GROUP_BYTES = 32 * 1024 ** 2;

/**
 * Rows per row group for rows of that size: a power of two from 64 (volumes) to 2^20 (narrow tables), so that one group
 * is about 32 MiB.
 */
export function rowGroupRows(bytes: number, rows: number): number {
  if (rows === 0) return 64;
  const fitting = Math.max(1, ROW_GROUP_BYTES / Math.max(1, bytes / rows));
  return Math.min(2 ** 20, Math.max(64, 2 ** Math.floor(Math.log2(fitting))));
}
