import type { LoadContext, SourceFile } from "../loader.js";
import { type Hdf5Fields, shapeFault } from "./flavell-fields.js";
import type { SourceEvent } from "./source-recording.js";

interface EventOptions {
  readonly file: SourceFile;
  readonly fields: Hdf5Fields;
  readonly frames: number;
}

/** Events of a file and how many it holds, those that are dropped included. */
export interface ReadEvents {
  readonly events: readonly SourceEvent[];
  readonly read: number;
}

const REVERSALS = "/behavior/reversal_events";

/** Datasets with the frames of single moments, counted from 1, and the name of the event. */
const MOMENTS = [["/timing/time_food_encounter", "food_encounter"]] as const;

/**
 * Reversals from `reversal_events`, 2 × n: starts and ends, `[start, end)` counted from 0. One that lies outside of the
 * recording is dropped with a row.
 * @throws {LoadError} `load/shape` when there are not two rows.
 */
export function reversalEvents(context: Pick<LoadContext<unknown>, "drop">, options: EventOptions): ReadEvents {
  const { file, fields, frames } = options;
  const field = fields.take(REVERSALS);
  if (field === null) return { events: [], read: 0 };
  const [rows, count = 0, ...more] = field.shape;
  if (rows !== 2 || field.shape.length < 2 || more.length > 0) throw shapeFault(field, file, "2 x n");
  const pairs = Array.from({ length: count }, (_, n): [number, number] => [
    field.values[n] as number,
    field.values[count + n] as number,
  ]);
  return { events: reversalsOf(context, { file, item: REVERSALS, pairs, frames }), read: count };
}

/** The pairs that are `[start, end)` of the recording's frames, as events; the others are dropped with a row each. */
export function reversalsOf(
  context: Pick<LoadContext<unknown>, "drop">,
  options: {
    readonly file: SourceFile;
    readonly item: string;
    readonly pairs: readonly (readonly [number, number])[];
    readonly frames: number;
  },
): SourceEvent[] {
  const { file, item, pairs, frames } = options;
  const events: SourceEvent[] = [];
  for (const [n, [start, end]] of pairs.entries()) {
    if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= frames) {
      events.push({ name: "reversal", kStart: start, kEnd: end });
    } else dropEvent(context, { file, item: `${item}[${n}]`, detail: `${start} to ${end}, of ${frames} frames` });
  }
  return events;
}

/** Events of one moment (`time_food_encounter`): frame value − 1, the value verbatim. */
export function frameEvents(context: Pick<LoadContext<unknown>, "drop">, options: EventOptions): ReadEvents {
  const { file, fields, frames } = options;
  const events: SourceEvent[] = [];
  let read = 0;
  for (const [path, name] of MOMENTS) {
    for (const value of fields.take(path)?.values ?? []) {
      read++;
      if (Number.isInteger(value) && value >= 1 && value <= frames) {
        events.push({ name, kStart: value - 1, value: String(value) });
      } else dropEvent(context, { file, item: path, detail: `frame ${value}, of ${frames} frames` });
    }
  }
  return { events, read };
}

function dropEvent(
  context: Pick<LoadContext<unknown>, "drop">,
  { file, item, detail }: { file: SourceFile; item: string; detail: string },
): void {
  context.drop({
    file,
    scope: "value",
    item,
    reason: "frame_out_of_range",
    rule: "an event lies on frames of the recording",
    detail,
  });
}
