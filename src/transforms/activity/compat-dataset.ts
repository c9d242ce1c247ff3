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
  /** Frames per second that it takes for granted, whatever the file says; null: the times of the file. */
  readonly assumedRateHz: number | null;
  /** The files that its program names, in that order; or all of a folder by name, or by the number at their start. */
  readonly files: readonly string[] | "name" | "number";
}

const COMMON: CompatDataset = {
  emptyName: "position",
  imputed: false,
  cutFrames: 0,
  firstFrame: null,
  useFlag: null,
  leifer: false,
  uidStrip: null,
  assumedRateHz: null,
  files: "name",
};

const DATASETS: Readonly<Record<string, CompatDataset>> = {
  Kato2015: { ...COMMON, files: ["WT_Stim.mat", "WT_NoStim.mat"] },
  Nichols2017: { ...COMMON, files: ["n2_let.mat", "n2_prelet.mat", "npr1_let.mat", "npr1_prelet.mat"] },
  Skora2018: { ...COMMON, files: ["WT_fasted.mat", "WT_starved.mat"] },
  Kaplan2020: {
    ...COMMON,
    files: ["MNhisCl_RIShisCl", "RIShisCl", "SMDhisCl_RIShisCl"].map((name) => `Neuron2019_Data_${name}.mat`),
  },
  Nejatbakhsh2020: { ...COMMON, emptyName: "empty", imputed: true, assumedRateHz: 4 },
  Yemini2021: {
    ...COMMON,
    imputed: true,
    cutFrames: 4,
    files: ["Head_Activity_OH15500.mat", "Head_Activity_OH16230.mat", "Tail_Activity_OH16230.mat"],
  },
  Uzel2022: { ...COMMON, files: ["Uzel_WT.mat"] },
  Dag2023: { ...COMMON, uidStrip: "-data.h5" },
  Leifer2023: { ...COMMON, emptyName: "empty", imputed: true, leifer: true, files: "number" },
  Lin2023: { ...COMMON, emptyName: "empty", imputed: true, firstFrame: "F_0", useFlag: "use_flag" },
  Venkatachalam2024: { ...COMMON, emptyName: "nan", imputed: true },
};

/** Rules of a dataset; of one that was not published, the common ones. */
export function compatDataset(dataset: string): CompatDataset {
  return DATASETS[dataset] ?? COMMON;
}

/** Order of the files of a dataset in the published procedure. */
export function compareFiles({ files }: CompatDataset, a: string, b: string): number {
  if (files === "number") return leadingNumber(a) - leadingNumber(b) || compareCodeUnits(a, b);
  if (files === "name") return compareCodeUnits(a, b);
  const rank = (name: string) => (files.includes(name) ? files.indexOf(name) : files.length);
  return rank(a) - rank(b) || compareCodeUnits(a, b);
}

/** Whether the published program reads a file of this name. */
export function isPublishedFile({ files }: CompatDataset, name: string): boolean {
  return typeof files === "string" || files.includes(name);
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
