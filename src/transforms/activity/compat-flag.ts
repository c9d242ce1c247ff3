import { z } from "zod";

/**
 * The defects of the published activity data that can be switched one by one. All on is the published procedure, all
 * off the corrected one. The names are the causes in `label_diff` and `recording_diff` (specification section 5).
 */
export const COMPAT_FLAGS = [
  "label_nearest",
  "uid_strip",
  "f32_time",
  "f16",
  "assumed_rate",
  "half_window",
  "block_start",
  "impute",
  "drop_meta",
  "unique_first",
  "leifer_side",
] as const;

export type CompatFlag = (typeof COMPAT_FLAGS)[number];

/** Which defects are switched on. */
export type CompatFlags = Readonly<Record<CompatFlag, boolean>>;

/** On, off: one sentence each, for documentation and the explorer. */
export const COMPAT_FLAG_DESCRIPTIONS: Readonly<Record<CompatFlag, { readonly on: string; readonly off: string }>> = {
  label_nearest: {
    on: "Every label, sure or not, is replaced by the first of the unused 300 labels that shares most characters.",
    off: "A label is kept as the source writes it; one with '?' is no label.",
  },
  uid_strip: {
    on: "The recording's name loses every leading and trailing character of '-data.h5', so labels may not be found.",
    off: "The name stays whole.",
  },
  f32_time: {
    on: "Times are cast to float32 before the first one is subtracted.",
    off: "Times are float64.",
  },
  f16: {
    on: "Times and values are rounded to float16.",
    off: "They are not (the table holds float32).",
  },
  assumed_rate: {
    on: "Frames of Nejatbakhsh2020 are 0.25 s apart, whatever the file says.",
    off: "Times are those of the file.",
  },
  half_window: {
    on: "Traces are smoothed before they are resampled, by a causal mean over half of the window, counted in frames.",
    off: "Traces are not smoothed.",
  },
  block_start: {
    on: "Where the source is finer than the grid, the mean of a block is stamped with the time of its start.",
    off: "The mean is taken around its time stamp.",
  },
  impute: {
    on:
      "Missing values are imputed; traces that are all missing, or long missing, are left out. The first four frames of " +
      "Yemini2021 are cut, the first one of Lin2023 becomes F_0.",
    off: "Missing values stay missing and every trace and frame is kept.",
  },
  drop_meta: {
    on:
      "Files that its program does not name, recordings without labels or with fewer than 600 frames, unused cells and " +
      "second names are left out.",
    off: "They are kept; a cell with several names is ambiguous, so it has no label.",
  },
  unique_first: {
    on: "Of cells with equal names, empty ones too, the first is kept.",
    off: "All are kept; cells with the same label have none.",
  },
  leifer_side: {
    on: "A class name without side takes the left neuron, then the right one.",
    off: "It is ambiguous, so no label.",
  },
};

/**
 * Defects that no flag switches: values of all units share a column (`unit_blind`), results depend on directory order
 * and on random slots (`nondet`; here files are in order of their names and slots ascend), both time vectors stand in
 * every row (`repeat_time`), and no table of aliases is used, though zeros are deleted (`no_alias`).
 */
export const UNSWITCHED_DEFECTS = ["unit_blind", "nondet", "repeat_time", "no_alias"] as const;

export type CompatCause = CompatFlag | (typeof UNSWITCHED_DEFECTS)[number];

/** Switches from the names of those that are on. */
export function compatFlags(on: Iterable<CompatFlag>): CompatFlags {
  const names = new Set(on);
  return Object.fromEntries(COMPAT_FLAGS.map((flag) => [flag, names.has(flag)])) as Record<CompatFlag, boolean>;
}

/** The published procedure, bug for bug. */
export const PUBLISHED: CompatFlags = compatFlags(COMPAT_FLAGS);
/** The corrected procedure. */
export const CORRECTED: CompatFlags = compatFlags([]);

/** The parameter `flags` of every transform of the published procedure. */
export const flagsParameter = z
  .array(z.enum(COMPAT_FLAGS))
  .default([...COMPAT_FLAGS])
  .describe("defects of the published procedure that are on; all of them by default");
