import { z } from "zod";
import { isJsonObject, type JsonObject, type OrderedJsonValue } from "../../formats/json/json-value.js";
import { parseJson } from "../../formats/json/parse-json.js";
import type { Row } from "../../tables/contract.js";
import { shapeError } from "../connectome/json-records.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { LoadContext, Loader, SourceFile } from "../loader.js";
import { neuropalLabel, roiNumber } from "./neuropal-label.js";
import { escapeSurrogates, isWellFormed } from "./well-formed.js";

const parameters = z.strictObject({
  dataset: z.string().min(1).describe("published dataset of the recordings: Dag2023"),
  roi_base: z
    .union([z.literal(0), z.literal(1)])
    .default(1)
    .describe("whether the file counts ROIs from 0 or 1"),
  confidence_scale: z
    .string()
    .min(1)
    .default("1 to 5, not documented by the source")
    .describe("what the confidences mean"),
});

export type NeuropalLabelsParameters = z.infer<typeof parameters>;

/**
 * Labels apart from the traces: `{uid: [{roi: {label, neuron_class, LR, DV, region, roi_id, confidence}}, {class: […]}]}`.
 * `position` is the place in the document, which the published procedure depends on. The second list names the same
 * labels by class; it is dropped with a row per recording, in which every class counts as one, and checked against the
 * first. Read: labels, classes and further members.
 * @throws {FormatError} `format/json-syntax`, `format/json-duplicate-key`.
 * @throws {LoadError} `load/record-shape` naming file and recording.
 */
export const neuropalLabels: Loader<NeuropalLabelsParameters> = {
  name: "activity/neuropal-labels",
  description: "NeuroPAL labels of several recordings, JSON (Dag 2023)",
  partition: "file",
  outputs: ["label_record"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    const bytes = await readRawFile(file, context.limits);
    const root = parseJson(bytes, {
      file: file.path,
      limits: context.limits,
      ordered: true,
      nonFinite: true,
      duplicateKeys: "error",
    });
    if (!isJsonObject(root)) throw shapeError(file, "the file", "an object of recordings", root);
    for (const [uid, value] of root) loadLabels(context, file, uid, value);
  },
};

function loadLabels(
  context: LoadContext<NeuropalLabelsParameters>,
  file: SourceFile,
  uid: string,
  value: OrderedJsonValue,
): void {
  const { dataset, roi_base: roiBase, confidence_scale: confidenceScale } = context.parameters;
  const place = `recording ${escapeSurrogates(uid)}`;
  if (!isWellFormed(uid)) throw shapeError(file, place, "a name of Unicode text", escapeSurrogates(uid));
  const [labels, classes, ...more] = Array.isArray(value) ? value : [value];
  if (!isJsonObject(labels)) throw shapeError(file, place, "an object of labels by ROI", labels);
  if (classes !== undefined && !isJsonObject(classes)) throw shapeError(file, place, "an object of classes", classes);
  context.countRead(file, labels.size + (classes?.size ?? 0) + more.length);
  const rows: Row[] = [];
  const unknown = new Map<string, number>();
  let position = -1;
  for (const [key, entry] of labels) {
    position++;
    const number = roiNumber(key);
    const roi = number !== null && number >= roiBase ? number : null;
    const item = escapeSurrogates(`${uid}: ${key}`);
    if (roi === null || !isJsonObject(entry)) {
      const rule =
        roi === null ? `a label's key is the number of its ROI, counted from ${roiBase}` : "a label is an object";
      context.drop({ file, scope: "roi", item, reason: roi === null ? "no_roi_number" : "no_label", rule });
      continue;
    }
    const read = neuropalLabel(entry);
    for (const [member, detail] of read.unreadable) {
      const rule = "the value is none of those the format has";
      context.drop({ file, scope: "value", item: `${item}.${member}`, reason: "unreadable", rule, detail, count: 0 });
    }
    for (const [member] of read.others) unknown.set(member, (unknown.get(member) ?? 0) + 1);
    rows.push({
      dataset,
      worm_uid: uid,
      roi,
      roi_base: roiBase,
      position,
      source_id: file.sourceId,
      label: read.label,
      neuron_class: read.neuronClass,
      lr: read.lr,
      dv: read.dv,
      note: read.note,
      neuropal_roi_ids: read.neuropalRoiIds,
      confidence: read.confidence,
      confidence_scale: read.confidence === null ? null : confidenceScale,
    });
  }
  context.sink("label_record").write(rows);
  context.countCarried(file, rows.length);
  for (const [member, count] of unknown) {
    const rule = "the record table has no column for it";
    const item = escapeSurrogates(`${uid}: ${member}`);
    context.drop({ file, scope: "column", item, reason: "unknown_field", rule, detail: `${count} labels`, count: 0 });
  }
  if (classes !== undefined) dropClasses(context, { file, uid, labels, classes });
  for (const index of more.keys()) {
    const rule = "a recording has two members: labels by ROI and by class";
    context.drop({ file, scope: "value", item: `${uid}[${index + 2}]`, reason: "unknown_field", rule });
  }
}

/** Drops the list by class: what it says of a label stands in the list by ROI, as far as it does. */
function dropClasses(
  context: Pick<LoadContext<unknown>, "drop">,
  options: {
    readonly file: SourceFile;
    readonly uid: string;
    readonly labels: JsonObject;
    readonly classes: JsonObject;
  },
): void {
  const { file, uid, labels, classes } = options;
  let repeated = 0;
  const strays: string[] = [];
  for (const [key, entries] of classes) {
    const name = escapeSurrogates(key);
    for (const entry of Array.isArray(entries) ? entries : [entries]) {
      // A triple of Julia: label, ROI, confidence of the match to the traces.
      const label = isJsonObject(entry) ? entry.get("1") : undefined;
      const roi = isJsonObject(entry) ? entry.get("2") : undefined;
      const known = labels.get(String(roi));
      const same = isJsonObject(label) && isJsonObject(known) && known.get("label") === label.get("label");
      if (same) repeated++;
      else strays.push(`${name} ${String(roi)}`);
    }
  }
  context.drop({
    file,
    scope: "column",
    item: `${uid}[1]`,
    reason: "class_index",
    rule: "the list by class repeats labels of the list by ROI",
    detail:
      `${classes.size} classes, ${repeated} labels of the list by ROI` +
      (strays.length === 0 ? "" : `, ${strays.length} that it has not: ${strays.slice(0, 10).join(", ")}`),
    count: classes.size,
  });
}
