/**
 * With which ddof the traces were z-scored by their source: 1 or 0 when every trace without NaN has the standard
 * deviation 1 so (within 1e-9), null when neither holds. Cost: O(T × N).
 */
export function zscoreDdof(traces: readonly (Float64Array | null)[]): 0 | 1 | null {
  let counted = 0;
  const fits = [true, true];
  for (const trace of traces) {
    if (trace === null || trace.length < 2) continue;
    let sum = 0;
    for (const value of trace) sum += value;
    const mean = sum / trace.length;
    let squares = 0;
    for (const value of trace) squares += (value - mean) ** 2;
    if (!Number.isFinite(squares) || squares === 0) continue;
    counted++;
    for (const ddof of [0, 1]) {
      if (Math.abs(Math.sqrt(squares / (trace.length - ddof)) - 1) > 1e-9) fits[ddof] = false;
    }
  }
  if (counted === 0) return null;
  return fits[1] ? 1 : fits[0] ? 0 : null;
}
