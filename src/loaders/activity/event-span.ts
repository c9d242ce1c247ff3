/** Why an event or stimulus cannot be kept, as a reason and a detail of the row that accounts for it. */
export interface SpanFault {
  readonly reason: "no_time" | "ends_before_start";
  readonly detail: string;
}

/**
 * What is wrong with a start and an end on one axis (null where the source states none): a place that is no number, or
 * an end before the start. Null when nothing is.
 */
export function spanFault(start: number | null, end: number | null): SpanFault | null {
  const isPlace = (value: number | null) => value === null || Number.isFinite(value);
  const detail = `start ${start ?? "none"}, end ${end ?? "none"}`;
  if (!isPlace(start) || !isPlace(end)) return { reason: "no_time", detail };
  return start !== null && end !== null && end < start ? { reason: "ends_before_start", detail } : null;
}
