import type { SeededRandom } from "../seeded-random.js";

/** The two data sets of FISBe and the three splits of each. */
export const LABELLINGS = ["completely", "partly"] as const;
export type Labelling = (typeof LABELLINGS)[number];
export const SPLITS = ["train", "val", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** Names of one split. */
export interface SplitNames {
  readonly labelling: Labelling;
  readonly split: Split;
  readonly names: readonly string[];
}

/**
 * Invented sample names `<line>-<date>_<slide group>_<position>` in all spellings of lines (R, VT, JRC_SS). Lines that
 * nobody has bred: their numbers begin with zeros. As in the real list, all images of a line are in one split, and one
 * line has several.
 */
export function sampleNames(
  random: SeededRandom,
  counts: Readonly<Record<Labelling, Readonly<Record<Split, number>>>>,
): SplitNames[] {
  let lines = 0;
  return LABELLINGS.flatMap((labelling) =>
    SPLITS.map((split) => {
      const names: string[] = [];
      let line = "";
      for (let i = 0; i < counts[labelling][split]; i++) {
        if (i % 2 === 0) line = lineName(lines++);
        names.push(`${line}-${date(random)}_${61 + random.integer(6)}_${random.pick("ABCDEFGHIJ".split(""))}${1 + i}`);
      }
      return { labelling, split, names };
    }),
  );
}

function lineName(index: number): string {
  const number = String(index + 1);
  if (index % 3 === 0) return `R00${"ABCDEFGH"[(index / 3) % 8]}${number.padStart(2, "0")}`;
  return index % 3 === 1 ? `VT${number.padStart(6, "0")}` : `JRC_SS${number.padStart(5, "0")}`;
}

function date(random: SeededRandom): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${2016 + random.integer(3)}${two(1 + random.integer(12))}${two(1 + random.integer(28))}`;
}

/** `sample_list_per_split.txt` in the published format. */
export function splitListText(splits: readonly SplitNames[]): string {
  const lines: string[] = [];
  LABELLINGS.forEach((labelling, index) => {
    lines.push(`(${index + 1}) samples for FlyLight ${labelling}:`, "");
    for (const split of SPLITS) {
      const found = splits.filter((names) => names.labelling === labelling && names.split === split);
      lines.push(`${split}:`, ...found.flatMap(({ names }) => names), "");
    }
  });
  return `${lines.join("\n")}\n`;
}
