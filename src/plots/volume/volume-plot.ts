import { NeurotablesError } from "../../base/errors.js";
import { someNames } from "../choose-name.js";
import type { PlotKind } from "../plot-kind.js";
import { requireTable } from "../plot-tables.js";
import { chooseSample } from "./choose-sample.js";
import { readVolume } from "./read-volume.js";
import { volumePicture } from "./volume-picture.js";

const PIPELINE = "fisbe";

/** `plot volume SAMPLE`: projections of a volume, its ground truth and the segmentations of it. */
export const volumePlot: PlotKind = {
  name: "volume",
  width: 1200,
  minimumWidth: 300,
  rowNoun: "panels",
  async draw(tables, { argument }, style) {
    requireTable(tables, "fisbe.sample", PIPELINE);
    // Those that were read first: what an error names is worth a try.
    const known = await tables.rows<{ sample_id: string; is_read: boolean }>(
      `SELECT sample_id, size_z IS NOT NULL AS is_read FROM fisbe.sample
       ORDER BY is_read DESC, sample_id LIMIT 100000`,
    );
    const subject = chooseSample(
      argument,
      known.map(({ sample_id: id }) => id),
    );
    const data = await readVolume(tables, subject);
    if ("missing" in data.raw && "missing" in data.truth && data.predictions.length === 0) {
      const read = known.filter(({ is_read: isRead }) => isRead).map(({ sample_id: id }) => id);
      throw new NeurotablesError("plot/nothing-to-show", `of ${subject} there is no projection and no prediction`, {
        fields: { sample: subject, raw: data.raw.missing, truth: data.truth.missing },
        wayOut:
          read.length === 0
            ? `bring volumes with neurotables fetch, then neurotables run ${PIPELINE}`
            : `volumes were read of ${someNames(read)}`,
      });
    }
    return { ...volumePicture(data, style), subject };
  },
};
