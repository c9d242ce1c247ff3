import { LoadError } from "../../base/errors.js";
import type { LoadContext, SourceFile } from "../loader.js";

/**
 * Accounts for labels of a list beyond the last ROI: one dropped row each.
 * @throws {LoadError} `load/labels` when the list is shorter than the traces: which ROI has none is not said.
 */
export function dropExtraLabels(
  context: LoadContext<unknown>,
  list: {
    readonly file: SourceFile;
    readonly labels: readonly string[];
    readonly rois: number;
    /** Where label `index` stands, as a person would look it up. */
    readonly item: (index: number) => string;
  },
): void {
  const { file, labels, rois, item } = list;
  if (labels.length < rois) {
    throw new LoadError("labels", `${file.path}: ${labels.length} labels for ${rois} ROIs`, {
      fields: { file: file.path, labels: labels.length, rois },
      wayOut: "Every ROI needs a label; that of an ROI without one is empty.",
    });
  }
  context.countRead(file, labels.length - rois);
  for (let index = rois; index < labels.length; index++) {
    context.drop({
      file,
      scope: "roi",
      item: item(index),
      reason: "label_without_trace",
      rule: "label k belongs to trace k",
      detail: `${JSON.stringify(labels[index])}; ${rois} traces`,
    });
  }
}
