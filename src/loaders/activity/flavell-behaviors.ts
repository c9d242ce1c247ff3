import type { Hdf5Fields } from "./flavell-fields.js";
import { matrixColumns } from "./matrix-columns.js";
import type { SourceBehavior } from "./source-recording.js";

/** Columns of one dataset that are taken as channels; a wider one is an image or a matrix. */
const MOST_COLUMNS = 1024;

/**
 * Every dataset of `behavior` with one value, or one row of values, per frame as channels; columns become `sub_index`.
 * Values that reach to the end of a time vector longer than the traces keep these times. A dataset of another length is
 * not taken. No unit is stated by the files. Channels without any value are kept as NaN.
 */
export function behaviorChannels(
  fields: Hdf5Fields,
  { frames, timeS }: { readonly frames: number; readonly timeS: Float64Array },
): SourceBehavior[] {
  const channels: SourceBehavior[] = [];
  for (const path of fields.numericIn("/behavior")) {
    const shape = fields.shapeOf(path);
    const [length] = shape;
    if (shape.length > 2 || (length !== frames && length !== timeS.length)) continue;
    if ((shape[1] ?? 1) > MOST_COLUMNS) continue;
    const field = fields.take(path);
    if (field === null) continue;
    const own = length === frames ? {} : { timeS };
    for (const [subIndex, values] of matrixColumns(field.values, length ?? 0, shape[1] ?? 1).entries()) {
      channels.push({ channel: path.slice("/behavior/".length), subIndex, values, ...own });
    }
  }
  return channels;
}
