import { LoadError } from "../../base/errors.js";
import type { LoadContext } from "../loader.js";
import type { Hdf5Content } from "./hdf5-content.js";
import { dropExtraLabels } from "./label-list.js";
import type { NwbObjects } from "./nwb-objects.js";
import type { SourceRoi } from "./source-recording.js";

/** Names under which columns and datasets hold names of neurons. */
const LABEL_NAMES = /^(?:(?:roi|cell|neuron|id)_?)?(?:label|name|neuron|id_label|neuron_id)s?$/i;

/** Where the names and numbers of the ROIs stand, before the traces are read. */
export interface NwbRoiSource {
  /** The table of ROIs. */
  readonly table: string | null;
  /** Row of the table of every ROI; null: in order. */
  readonly rows: readonly number[] | null;
  /** The dataset of labels: a column of the table, or a list in the order of the traces. */
  readonly labels: string | null;
  readonly labelsInTable: boolean;
  /** How many ROIs these say there are; null when they do not say. */
  readonly count: number | null;
}

/**
 * Finds what names the ROIs: the table that `rois` of the series refers to, in it a column of labels; else a dataset of
 * texts with the name of a list of labels, wherever it is. `given` is the path or name that the parameters state.
 * @throws {LoadError} `load/ambiguous-labels` when several could be it, `load/missing-field`.
 */
export function findRois(
  content: Hdf5Content,
  objects: NwbObjects,
  options: { readonly series: string; readonly given: string | undefined },
): NwbRoiSource {
  const { series, given } = options;
  let table = regionTable(content, `${series}/rois`);
  const rows = content.has(`${series}/rois`) ? Array.from(content.numbers(`${series}/rois`).values) : null;
  const inTable = table === null ? [] : members(content, table).filter((path) => isLabels(content, path, given));
  const free = inTable.length > 0 ? [] : freeLabels(content, { given, shape: content.shapeOf(`${series}/data`) });
  const [labels] = inTable.length > 0 ? inTable : free;
  if (labels === undefined && given !== undefined) throw content.missing(given);
  if (labels !== undefined && inTable.length === 0) {
    const parent = labels.slice(0, labels.lastIndexOf("/"));
    const around = objects.all.find(({ path, type }) => path === parent && objects.isA(type, "DynamicTable"));
    table ??= around?.path ?? null;
  }
  const labelCount = labels === undefined ? null : (content.shapeOf(labels)?.[0] ?? null);
  return {
    table,
    rows,
    labels: labels ?? null,
    labelsInTable: inTable.length > 0 && rows !== null,
    count: rows?.length ?? labelCount,
  };
}

function regionTable(content: Hdf5Content, rois: string): string | null {
  if (!content.has(rois)) return null;
  const address = content.hdf5.attribute(rois, "table")?.values;
  if (!(address instanceof BigUint64Array)) return null;
  const group = content.entries.find(
    ({ path, kind }) => kind === "group" && content.hdf5.addressOf(path) === address[0],
  );
  return group?.path ?? null;
}

function members(content: Hdf5Content, group: string): string[] {
  return content.hdf5
    .children(group)
    .filter(({ kind }) => kind === "dataset")
    .map(({ path }) => path);
}

function isLabels(content: Hdf5Content, path: string, given: string | undefined): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (given !== undefined) return path === given || name === given;
  return LABEL_NAMES.test(name) && content.isText(path) && content.shapeOf(path)?.length === 1;
}

function freeLabels(
  content: Hdf5Content,
  { given, shape }: { given: string | undefined; shape: readonly number[] | null },
): string[] {
  const all = content.entries
    .filter(({ path, kind }) => kind === "dataset" && !/^\/(general|specifications|intervals)\//.test(path))
    .map(({ path }) => path)
    .filter((path) => isLabels(content, path, given));
  if (all.length < 2) return all;
  const fitting = all.filter((path) => shape?.includes(content.shapeOf(path)?.[0] ?? -1));
  if (fitting.length === 1) return fitting;
  throw new LoadError("ambiguous-labels", `${content.file.path}: the labels may be ${all.join(" or ")}`, {
    fields: { file: content.file.path, found: all },
    wayOut: "Name the dataset with `labels` in the step's parameters.",
  });
}

/** The ROIs of `count` traces: numbers of the table's `id`, labels, and its other plain columns as `extra`. */
export function readRois(
  context: LoadContext<unknown>,
  content: Hdf5Content,
  { source, count }: { readonly source: NwbRoiSource; readonly count: number },
): SourceRoi[] {
  const { table, labels: labelPath } = source;
  const labels = labelPath === null ? null : content.texts(labelPath);
  if (labels !== null && !source.labelsInTable) {
    const item = (index: number) => `${labelPath}[${index}]`;
    dropExtraLabels(context, { file: content.file, labels, rois: count, item });
  }
  if (source.rows !== null && source.rows.length !== count) {
    throw new LoadError("labels", `${content.file.path}: ${source.rows.length} regions in rois for ${count} traces`, {
      fields: { file: content.file.path, field: "rois", regions: source.rows.length, rois: count },
    });
  }
  const row = (roi: number) => source.rows?.[roi] ?? roi;
  const columns = table === null ? [] : plainColumns(content, table, labelPath);
  const ids = table !== null && content.has(`${table}/id`) ? content.numbers(`${table}/id`).values : null;
  const height = ids?.length ?? (source.labelsInTable ? labels?.length : undefined);
  for (const [roi, at] of (source.rows ?? []).entries()) {
    if (Number.isInteger(at) && at >= 0 && at < (height ?? Number.POSITIVE_INFINITY)) continue;
    throw new LoadError(
      "regions",
      `${content.file.path}: rois[${roi}] is row ${at} of a table of ${height ?? "no"} rows`,
      {
        fields: { file: content.file.path, field: "rois", roi, row: at, rows: height ?? null },
      },
    );
  }
  const numbers = Array.from({ length: count }, (_, roi) => ids?.[row(roi)] ?? Number.NaN);
  const numbered =
    new Set(numbers).size === count && numbers.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 31);
  const base = numbered && count > 0 && Math.min(...numbers) > 0 ? 1 : 0;
  return numbers.map((id, roi): SourceRoi => {
    const extra: Record<string, unknown> = Object.create(null);
    for (const { name, values } of columns) extra[name] = values[row(roi)] ?? null;
    if (!numbered && ids !== null) extra.id = id;
    const label = labels?.[source.labelsInTable ? row(roi) : roi];
    return { roi: numbered ? id : roi, roiBase: base, columnIndex: roi, labelRaw: label?.trim() ? label : null, extra };
  });
}

/** One value per row, text or number; masks and ragged columns stay behind and are dropped. */
function plainColumns(content: Hdf5Content, table: string, labels: string | null) {
  const paths = members(content, table);
  const height = content.shapeOf(`${table}/id`)?.[0] ?? (labels === null ? null : content.shapeOf(labels)?.[0]);
  return paths.flatMap((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const shape = content.shapeOf(path);
    if (name === "id" || path === labels || shape?.length !== 1 || shape[0] !== height) return [];
    if (name.endsWith("_index") || paths.includes(`${path}_index`)) return [];
    if (content.isText(path))
      return [{ name, values: content.texts(path) as readonly (string | number | undefined)[] }];
    return content.isNumeric(path) ? [{ name, values: Array.from(content.numbers(path).values) }] : [];
  });
}
