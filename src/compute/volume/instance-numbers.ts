import type { LabelledVoxels } from "./label-runs.js";

/** How the labels of a volume become instances. */
export interface InstanceNumbers {
  /** Per label, in the order given: its number from 1. */
  readonly numbers: readonly number[];
  /** Per label: its id as the volume's attributes count, before numbering. */
  readonly ids: readonly number[];
}

/**
 * Numbers the labels of a volume with one channel per instance as the FISBe evaluation does: channels without a voxel do
 * not count; where no value is above 1 the volume is taken as binary masks, and channel i (of those left, from 0) has
 * the id i + 1; then, channel by channel and value by value, instances are numbered from 1. The same value in two
 * channels is two instances.
 * @param labels by channel, then by value
 */
export function numberInstances(labels: readonly LabelledVoxels[]): InstanceNumbers {
  const isBinary = labels.every(({ label }) => label <= 1);
  let channels = -1;
  let last = -1;
  const ids = labels.map(({ channel, label }) => {
    if (channel !== last) {
      channels++;
      last = channel;
    }
    return isBinary ? channels + 1 : label;
  });
  return { numbers: labels.map((_, index) => index + 1), ids };
}

/** Numbers of the instances that a list of ids names, in its order: the first instance with that id; unknown ones apart. */
export function instancesOfIds(
  ids: readonly number[],
  numbers: InstanceNumbers,
): { readonly found: readonly number[]; readonly unknown: readonly number[] } {
  const found: number[] = [];
  const unknown: number[] = [];
  for (const id of ids) {
    const index = numbers.ids.indexOf(id);
    if (index < 0) unknown.push(id);
    else found.push(numbers.numbers[index] as number);
  }
  return { found, unknown };
}
