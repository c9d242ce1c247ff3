import { LoadError } from "../../base/errors.js";
import { parseJson } from "../../formats/json/parse-json.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { shapeError } from "./json-records.js";
import { fileName, readRawFile } from "./raw-file.js";
import { lineCell, readText } from "./text-records.js";

/**
 * The labels of a matrix that stand in a file of their own: a JSON array of names, or text lines whose last field is
 * the name (`12 <tab> ADAL`: a number before it must be the 0-based line).
 * @throws {LoadError} `load/record-shape` naming file and row.
 */
export async function readLabelFile(
  context: Pick<LoadContext<unknown>, "limits">,
  file: SourceFile,
): Promise<string[]> {
  if (fileName(file).endsWith(".json")) {
    const bytes = await readRawFile(file, context.limits);
    const root = parseJson(bytes, { file: file.path, limits: context.limits });
    if (!Array.isArray(root)) throw shapeError(file, "the file", "an array of names", root);
    return root.map((label, index) => {
      if (typeof label !== "string") throw shapeError(file, `index ${index}`, "a name", label);
      return label.trim();
    });
  }
  const options = { separator: "whitespace", header: "none", comment: "#", ragged: "keep" } as const;
  const { records } = await readText(context, file, options);
  return records.map(({ line, fields }, index) => {
    const label = fields.at(-1) as string;
    if (fields.length === 1 || (fields.length === 2 && Number(fields[0]) === index)) return label;
    throw shapeError(file, lineCell(line), `a name, or ${index} and a name`, fields.join(" "));
  });
}

/**
 * Labels are unique, not blank and as many as the matrix has lines.
 * @throws {LoadError} `load/labels` naming the file that holds them.
 */
export function checkLabels(options: {
  readonly labels: readonly string[];
  readonly file: string;
  readonly matrix: string;
  readonly dims: readonly number[];
}): void {
  const { labels, file, matrix, dims } = options;
  const fail = (problem: string, more: Record<string, string | number> = {}) =>
    new LoadError("labels", `${file}: ${problem}`, { fields: { file, matrix, ...more } });
  if (dims.length !== 2 || dims[0] !== labels.length || dims[1] !== labels.length) {
    throw fail(`${labels.length} labels do not fit ${matrix}, which is ${dims.join(" x ")}`, { labels: labels.length });
  }
  const seen = new Set<string>();
  for (const [index, label] of labels.entries()) {
    if (label === "") throw fail(`label ${index + 1} is blank`, { row: index + 1 });
    if (seen.has(label))
      throw fail(`label ${index + 1}, ${label}, stands there for the second time`, { row: index + 1 });
    seen.add(label);
  }
}
