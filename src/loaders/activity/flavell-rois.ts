import type { LoadContext, SourceFile } from "../loader.js";
import { type Hdf5Fields, type NumberField, shapeFault, twoAxes } from "./flavell-fields.js";
import type { SourceRoi } from "./source-recording.js";

const MATCH = "/neuropal_registration/roi_match";
const CONFIDENCE = "/neuropal_registration/roi_match_confidence";

/**
 * The ROIs of a recording, numbered from 1, with their ROIs of the NeuroPAL volume (`roi_match`, length M ≥ N: the ROI of
 * the traces for each ROI of the volume, 0 for none) and whether the file names them as NSM (`idx_nsm`). Statements
 * about no single ROI are returned as `extra` of the recording.
 */
export function registeredRois(
  context: Pick<LoadContext<unknown>, "drop">,
  options: { readonly file: SourceFile; readonly fields: Hdf5Fields; readonly roiCount: number },
): { rois: SourceRoi[]; extra: Record<string, unknown> } {
  const { file, fields, roiCount } = options;
  const extra: Record<string, unknown> = {};
  const isRoi = (roi: number) => Number.isInteger(roi) && roi >= 1 && roi <= roiCount;
  const matches = Array.from({ length: roiCount }, () => ({ ids: [] as number[], confidences: [] as number[] }));

  const match = fields.take(MATCH);
  const confidence = fields.take(CONFIDENCE);
  if (match !== null) {
    if (match.shape.length !== 1) throw shapeFault(match, file, "one axis");
    if (confidence !== null && confidence.values.length !== match.values.length) {
      throw shapeFault(confidence, file, `the length of ${MATCH}, ${match.values.length}`);
    }
    extra.neuropal_roi_count = match.values.length;
    const unmatched: Record<string, number> = {};
    for (const [index, roi] of match.values.entries()) {
      const sure = confidence?.values[index];
      if (isRoi(roi)) {
        const found = matches[roi - 1] as (typeof matches)[number];
        found.ids.push(index + 1);
        if (sure !== undefined) found.confidences.push(sure);
        continue;
      }
      if (sure !== undefined && sure !== 0) unmatched[index + 1] = sure;
      if (roi !== 0) dropValue(context, { file, item: `${MATCH}[${index}]`, roi, roiCount });
    }
    if (Object.keys(unmatched).length > 0) extra.unmatched_roi_match_confidence = unmatched;
  } else if (confidence !== null) extra.roi_match_confidence = [...confidence.values];

  const nsm = fields.take("/gcamp/idx_nsm");
  const nsmRois = new Set(nsm?.values ?? []);
  if (nsm !== null) extra.idx_nsm = [...nsm.values];
  for (const roi of nsmRois) if (!isRoi(roi)) dropValue(context, { file, item: nsm?.path as string, roi, roiCount });

  for (const name of ["match_org_to_skip", "match_skip_to_org"]) {
    const field = fields.take(`/gcamp/${name}`);
    if (field !== null) extra[name] = isIdentity(field, file, roiCount) ? "identity" : rowsOf(field);
  }
  const rois = matches.map(({ ids, confidences }, index): SourceRoi => {
    const own = {
      ...(confidences.length > 0 ? { roi_match_confidence: confidences } : {}),
      ...(nsmRois.has(index + 1) ? { idx_nsm: true } : {}),
    };
    return {
      roi: index + 1,
      roiBase: 1,
      columnIndex: index,
      neuropalRoiIds: match === null ? null : ids,
      extra: own,
    };
  });
  return { rois, extra };
}

function dropValue(
  context: Pick<LoadContext<unknown>, "drop">,
  { file, item, roi, roiCount }: { file: SourceFile; item: string; roi: number; roiCount: number },
): void {
  context.drop({
    file,
    scope: "value",
    item,
    reason: "no_such_roi",
    rule: "a match names an ROI of the traces, counted from 1",
    detail: `${roi}, of ${roiCount} ROIs`,
    count: 0,
  });
}

/** Whether a 2 × N table of pairs (in the arbitrary order of a Julia Dict) maps every ROI 1 … N to itself. */
function isIdentity(field: NumberField, file: SourceFile, roiCount: number): boolean {
  const [rows, columns] = twoAxes(field, file);
  if (rows !== 2 || columns !== roiCount) return false;
  const seen = new Set(field.values.subarray(0, columns));
  if (seen.size !== roiCount) return false;
  for (let n = 0; n < columns; n++) {
    const roi = field.values[n] as number;
    if (!Number.isInteger(roi) || roi < 1 || roi > roiCount || roi !== field.values[columns + n]) return false;
  }
  return true;
}

function rowsOf({ shape, values }: NumberField): number[][] {
  const columns = shape[1] as number;
  return Array.from({ length: shape[0] as number }, (_, row) => [
    ...values.subarray(row * columns, row * columns + columns),
  ]);
}
