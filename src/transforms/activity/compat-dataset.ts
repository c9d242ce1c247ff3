import { compareCodeUnits } from "../../base/canonical-json.js";

/** What the published loader of one dataset does beyond the common procedure (specification section 2.2). */
export interface CompatDataset {
  /** What becomes of an empty name: the position of the column, an empty text, or `nan`. */
  readonly emptyName: "position" | "empty" | "nan";
  /** Whether missing values are imputed and columns without any value removed. */
  readonly imputed: boolean;
  /** First frames that are cut off. */
  readonly cutFrames: number;
  /** The first frame of each trace is this statement of the ROI (`roi_record.extra`). */
  readonly firstFrame: string | null;
  /** Only cells for which this statement of the ROI, where it is a number, is above 0 are published. */
  readonly useFlag: string | null;
  /** Traces with long gaps and with straight stretches are left out, and sides are guessed. */
  readonly leifer: boolean;
  /** Characters that are stripped from both ends of the file name before labels are looked up. */
  readonly uidStrip: string | null;
  /** Order of files: names first as listed here, then by code unit; or by the number at their start. */
  readonly fileOrder: readonly string[] | "number";
}

const COMMON: CompatDataset = {
  emptyName: "position",
  imputed: false,
  cutFrames: 0,
  firstFrame: null,
  useFlag: null,
  leifer: false,
  uidStrip: null,
  fileOrder: [],
};

const DATASETS: Readonly<Record<string, CompatDataset>> = {
  Kato2015: { ...COMMON, fileOrder: ["WT_Stim.mat", "WT_NoStim.mat"] },
  Nejatbakhsh2020: { ...COMMON, emptyName: "empty", imputed: true },
  Yemini2021: { ...COMMON, imputed: true, cutFrames: 4 },
  Dag2023: { ...COMMON, uidStrip: "-data.h5" },
  Leifer2023: { ...COMMON, emptyName: "empty", imputed: true, leifer: true, fileOrder: "number" },
  Lin2023: { ...COMMON, emptyName: "empty", imputed: true, firstFrame: "F_0", useFlag: "use_flag" },
  Venkatachalam2024: { ...COMMON, emptyName: "nan", imputed: true },
};

/** Rules of a dataset; of one that was not published, the common ones. */
export function compatDataset(dataset: string): CompatDataset {
  return DATASETS[dataset] ?? COMMON;
}

/** Order of the files of a dataset in the published procedure. */
export function compareFiles({ fileOrder }: CompatDataset, a: string, b: string): number {
  if (fileOrder === "number") return leadingNumber(a) - leadingNumber(b) || compareCodeUnits(a, b);
  const rank = (name: string) => (fileOrder.includes(name) ? fileOrder.indexOf(name) : fileOrder.length);
  return rank(a) - rank(b) || compareCodeUnits(a, b);
}

function leadingNumber(name: string): number {
  const digits = /^\d+/.exec(name);
  return digits === null ? Number.MAX_SAFE_INTEGER : Number(digits[0]);
}

/** Python's `text.strip(characters)`: takes every leading and trailing character of the set away. */
export function stripCharacters(text: string, characters: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text[start] as string)) start++;
  while (end > start && characters.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}
