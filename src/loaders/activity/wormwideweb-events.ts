import type { LoadContext, SourceFile } from "../loader.js";
import type { SourceEvent } from "./source-recording.js";
import { escapeSurrogates } from "./well-formed.js";
import { type FieldValue, membersOf, rowsOf, transposed, vectorOf } from "./wormwideweb-fields.js";

/**
 * Reversals as pairs of frames: rows of two, or two rows of starts and ends. Of a 2 x 2 table the reading in which
 * reversals follow each other is taken, pairs when both do.
 */
export function pairsOf(value: FieldValue): [number, number][] | null {
  const rows = rowsOf(value);
  if (rows === null) return null;
  const width = rows[0]?.length ?? 0;
  if (rows.length === 0 || width === 0) return [];
  const asPairs = (table: readonly Float64Array[]) =>
    table.map(([a, b]): [number, number] => [a as number, b as number]);
  const ordered = (pairs: readonly [number, number][]) =>
    pairs.every(([start, end], n) => start <= end && start >= (pairs[n - 1]?.[1] ?? start));
  if (width === 2) {
    const pairs = asPairs(rows);
    if (rows.length !== 2 || ordered(pairs)) return pairs;
    const turned = asPairs(transposed(rows));
    return ordered(turned) ? turned : pairs;
  }
  return rows.length === 2 ? asPairs(transposed(rows)) : null;
}

/** `{heat: [803]}` as names and frames; null when it is something else. */
export function momentsOf(value: FieldValue): [name: string, frame: number][] | null {
  const members = membersOf(value);
  if (members === null) return null;
  const moments: [string, number][] = [];
  for (const [name, member] of members) {
    const frames = typeof member === "number" ? [member] : vectorOf(member);
    if (frames === null) return null;
    for (const frame of frames) moments.push([name, frame]);
  }
  return moments;
}

/** Moments as events at frame value − 1, the value verbatim; one outside of the recording is dropped with a row. */
export function momentEvents(
  context: Pick<LoadContext<unknown>, "drop">,
  options: { readonly file: SourceFile; readonly moments: readonly [string, number][]; readonly frames: number },
): SourceEvent[] {
  const { file, moments, frames } = options;
  const events: SourceEvent[] = [];
  for (const [name, frame] of moments) {
    if (Number.isInteger(frame) && frame >= 1 && frame <= frames) {
      events.push({ name, kStart: frame - 1, value: String(frame) });
      continue;
    }
    context.drop({
      file,
      scope: "value",
      item: `events.${escapeSurrogates(name)}`,
      reason: "frame_out_of_range",
      rule: "an event lies on frames of the recording",
      detail: `frame ${frame}, of ${frames} frames`,
    });
  }
  return events;
}
