import { isJsonObject, type JsonObject, type OrderedJsonValue } from "../../formats/json/json-value.js";
import type { LoadContext, SourceFile } from "../loader.js";
import { neuropalLabel, roiNumber } from "./neuropal-label.js";
import type { SourceRoi } from "./source-recording.js";
import { escapeSurrogates } from "./well-formed.js";
import { type FieldValue, jsonOf, membersOf, vectorOf } from "./wormwideweb-fields.js";

/** Values of CePNEM, one per ROI. */
export const ROI_VALUES = [
  "rel_enc_str_v",
  "rel_enc_str_θh",
  "rel_enc_str_P",
  "forwardness",
  "dorsalness",
  "feedingness",
  "tau_vals",
] as const;

interface RoiOptions {
  readonly file: SourceFile;
  readonly members: ReadonlyMap<string, FieldValue>;
  readonly roiCount: number;
  readonly confidenceScale: string;
}

/**
 * The ROIs of a recording, counted from 1 as `labeled` counts them, each with its label, its values of CePNEM and the
 * categories that name it (`1/v/fwd`). A label of an ROI that is not there is dropped with a row.
 * @returns the ROIs, how many labels were dropped, and the keys whose value has not one number per ROI.
 */
export function wormRois(
  context: Pick<LoadContext<unknown>, "drop">,
  options: RoiOptions,
): { rois: SourceRoi[]; droppedLabels: number; unfit: string[] } {
  const { file, members, roiCount, confidenceScale } = options;
  const labels = new Map<number, Partial<SourceRoi>>();
  const extras = Array.from({ length: roiCount }, (): Record<string, unknown> => Object.create(null));
  const unfit: string[] = [];

  for (const key of ROI_VALUES) {
    const value = members.get(key);
    if (value === undefined || value === null) continue;
    const vector = vectorOf(value);
    if (vector?.length !== roiCount) unfit.push(key);
    else for (const [index, number] of vector.entries()) (extras[index] as Record<string, unknown>)[key] = number;
  }
  const changing = vectorOf(members.get("encoding_changing_neurons"));
  for (const roi of changing ?? []) {
    const extra = extras[roi - 1];
    if (extra !== undefined) extra.encoding_changing = true;
  }
  for (const [path, roi] of categories(members.get("neuron_categorization"), "")) {
    const extra = extras[roi - 1];
    if (extra === undefined) continue;
    extra.neuron_categorization = [...((extra.neuron_categorization as string[] | undefined) ?? []), path];
  }

  let droppedLabels = 0;
  const labeled = membersOf(members.get("labeled"));
  if (labeled === null && members.get("labeled") !== undefined && members.get("labeled") !== null)
    unfit.push("labeled");
  for (const [key, value] of labeled ?? []) {
    const roi = roiNumber(key);
    const entry = entryOf(value);
    if (roi === null || roi < 1 || roi > roiCount || entry === null || labels.has(roi)) {
      droppedLabels++;
      const rule = "a label is an object under the number of an ROI, counted from 1";
      const detail = `${roiCount} ROIs`;
      context.drop({
        file,
        scope: "roi",
        item: `labeled.${escapeSurrogates(key)}`,
        reason: "no_such_roi",
        rule,
        detail,
      });
      continue;
    }
    const read = neuropalLabel(entry);
    for (const [member, detail] of read.unreadable) {
      const rule = "the value is none of those the format has";
      const item = `labeled.${key}.${member}`;
      context.drop({ file, scope: "value", item, reason: "unreadable", rule, detail, count: 0 });
    }
    labels.set(roi, {
      labelRaw: read.label,
      confidence: read.confidence,
      confidenceScale: read.confidence === null ? null : confidenceScale,
      lr: read.lr,
      dv: read.dv,
      note: read.note,
      neuropalRoiIds: read.neuropalRoiIds,
    });
    const extra = extras[roi - 1] as Record<string, unknown>;
    if (read.neuronClass !== null) extra.neuron_class = read.neuronClass;
    for (const [member, other] of read.others) extra[member] = other;
  }
  const rois = extras.map(
    (extra, index): SourceRoi => ({ roi: index + 1, roiBase: 1, columnIndex: index, ...labels.get(index + 1), extra }),
  );
  return { rois, droppedLabels, unfit };
}

/** A label as an object: of JSON, or a group of an HDF5 file. */
function entryOf(value: FieldValue): JsonObject | null {
  const entry = jsonOf(value);
  return isJsonObject(entry) ? entry : null;
}

/** The lists of ROI numbers in nested objects, by their path. */
function* categories(value: FieldValue | undefined, path: string): Generator<[path: string, roi: number]> {
  const members = membersOf(value);
  if (members !== null) {
    for (const [name, member] of members) yield* categories(member, path === "" ? name : `${path}/${name}`);
    return;
  }
  for (const roi of vectorOf(value) ?? []) if (Number.isInteger(roi)) yield [path, roi];
}

/** A value for `extra`: lists of consecutive whole numbers as `first:last`, as the manifests write them. */
export function compactRanges(value: OrderedJsonValue): OrderedJsonValue {
  if (!Array.isArray(value)) return value;
  const first = value[0];
  const consecutive =
    value.length > 2 && typeof first === "number" && value.every((each, index) => each === first + index);
  return consecutive ? `${first}:${first + value.length - 1}` : value.map(compactRanges);
}
