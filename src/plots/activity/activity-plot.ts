import { NeurotablesError } from "../../base/errors.js";
import { chooseName } from "../choose-name.js";
import type { PlotKind } from "../plot-kind.js";
import { requireTable } from "../plot-tables.js";
import { activityPicture } from "./activity-picture.js";
import { ACTIVITY_PIPELINE, readActivity } from "./read-activity.js";

/** `plot activity RECORDING`. */
export const activityPlot: PlotKind = {
  name: "activity",
  width: 1000,
  minimumWidth: 500,
  rowNoun: "rows",
  async draw(tables, { argument, all, channels }, style) {
    for (const table of ["recording", "roi", "trace"]) {
      requireTable(tables, `celegans_activity.${table}`, ACTIVITY_PIPELINE);
    }
    const known = await tables.rows<{ recording_id: string }>(
      "SELECT recording_id FROM celegans_activity.recording ORDER BY recording_id LIMIT 100000",
    );
    const subject = chooseName(
      "recording",
      argument,
      known.map(({ recording_id: id }) => id),
    );
    const data = await readActivity(tables, subject, { all, channels });
    if (data.traces.length === 0) {
      throw new NeurotablesError("plot/nothing-to-show", `${subject} has no resampled trace`, {
        fields: { recording: subject, rois: data.recording.rois, frames: data.recording.frames },
        wayOut: `neurotables sql "FROM celegans_activity.trace WHERE recording_id = '${subject}'" shows what it has`,
      });
    }
    return { ...activityPicture(data, style), subject };
  },
};
