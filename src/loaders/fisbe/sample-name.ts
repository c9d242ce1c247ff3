/** Parts of a sample's name, `<line>-<YYYYMMDD>_<slide group>_<position>`. */
export interface SampleName {
  readonly line: string;
  /** ISO 8601. */
  readonly date: string;
  readonly group: number;
  readonly position: string;
}

const NAME = /^(?<line>[A-Za-z0-9_]+)-(?<date>\d{8})_(?<group>\d{1,9})_(?<position>[A-Z]\d+)$/;

/** What the name of a sample says; undefined for another kind of name. The line may hold underscores (`JRC_SS05008`). */
export function parseSampleName(name: string): SampleName | undefined {
  const parts = NAME.exec(name)?.groups;
  if (parts === undefined) return undefined;
  const { line, date, group, position } = parts as Record<string, string>;
  return {
    line: line as string,
    date: `${date?.slice(0, 4)}-${date?.slice(4, 6)}-${date?.slice(6)}`,
    group: Number(group),
    position: position as string,
  };
}

/** The sample that a file is of: its base name up to the first dot, as the evaluation tool has it. */
export function sampleOfPath(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.indexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}

/** The listed sample that a volume belongs to: a crop is of the sample that its name begins with. */
export function listedName(sample: string): string {
  return sample.replace(/_crop$/, "");
}
