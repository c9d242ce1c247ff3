import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { readDelimited } from "../../formats/delimited-text/read-delimited.js";
import { type OfficialScore, type OfficialValue, officialNumber } from "./official-score.js";

/** One row of the published summary. */
export interface OfficialRow {
  readonly sample: string;
  readonly score: OfficialScore;
}

/** The summary of the published tool over many images. */
export interface OfficialSummary {
  readonly images: readonly OfficialRow[];
  /** The rows at the end that are no images; `avg_inst` is the tool's aggregate (the combination of both sets). */
  readonly aggregates: Readonly<Partial<Record<AggregateRow, OfficialScore>>>;
}

export type AggregateRow = (typeof AGGREGATE_ROWS)[number];

const THRESHOLD_GROUP = /^th_\d+_\d+$/;
const AGGREGATE_ROWS = ["mean", "sum", "avg_inst"] as const;

/**
 * Reads the summary CSV of the published tool: `;`, LF or CRLF, header cells of the last two key segments joined by a
 * blank (`general Num GT`, `th_0_5 AP_TP`), `nan` where it divided by zero (null). The rows `mean`, `sum` and `avg_inst`
 * are told apart from the images; columns of unknown groups are left out. Cost: the file in memory.
 * @throws {FormatError} of the format; `format/score-number`; `format/score-keys` for a header without two segments;
 * `format/duplicate-sample`.
 */
export function readOfficialSummary(
  bytes: Uint8Array,
  { file, limits }: { readonly file: string; readonly limits: Limits },
): OfficialSummary {
  const table = readDelimited(bytes, {
    file,
    limits,
    separator: ";",
    header: "first",
    trim: true,
    required: ["sample"],
  });
  const at = table.columns.indexOf("sample");
  const keys = table.columns.map((name, index) => (index === at ? undefined : keyOf(name, file)));
  const images: OfficialRow[] = [];
  const aggregates: Partial<Record<AggregateRow, OfficialScore>> = {};
  const seen = new Set<string>();
  for (const { fields, line } of table.records) {
    const sample = fields[at] as string;
    if (seen.has(sample) || sample === "") {
      const problem = sample === "" ? "a row without a sample" : `the sample "${sample}" is there twice`;
      throw new FormatError("duplicate-sample", `${file}:${line}: ${problem}`, { fields: { file, line, sample } });
    }
    seen.add(sample);
    const score = scoreOf(fields, keys, `${file}:${line}`);
    const aggregate = AGGREGATE_ROWS.find((name) => name === sample);
    if (aggregate === undefined) images.push({ sample, score });
    else aggregates[aggregate] = score;
  }
  return { images, aggregates };
}

interface Key {
  readonly group: string;
  readonly name: string;
}

function keyOf(column: string, file: string): Key {
  const space = column.indexOf(" ");
  if (space > 0) return { group: column.slice(0, space), name: column.slice(space + 1) };
  throw new FormatError("score-keys", `${file}: the column "${column}" has no two parts, like "general TP_05"`, {
    fields: { file, column },
  });
}

function scoreOf(fields: readonly string[], keys: readonly (Key | undefined)[], file: string): OfficialScore {
  const general: Record<string, OfficialValue> = {};
  const confusion: Record<string, OfficialValue | Record<string, OfficialValue>> = {};
  for (const [index, key] of keys.entries()) {
    if (key === undefined) continue;
    const value = officialNumber(fields[index], { file, key: `${key.group} ${key.name}` });
    if (key.group === "general") general[key.name] = value;
    else if (key.group === "confusion_matrix") confusion[key.name] = value;
    else if (THRESHOLD_GROUP.test(key.group)) {
      const group = (confusion[key.group] ?? {}) as Record<string, OfficialValue>;
      group[key.name] = value;
      confusion[key.group] = group;
    }
  }
  return { general, confusion_matrix: confusion };
}
