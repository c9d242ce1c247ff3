import { chooseRun, otherRuns, requireTables } from "../dynamic-connectome/choose-run.js";
import type { PlotKind } from "../plot-kind.js";
import { communitiesPicture } from "./communities-picture.js";
import { readTimeline } from "./read-timeline.js";

const TABLES = ["experiment", "bin", "component", "community", "graph", "interval", "flow"];

/** `plot communities [RUN]`: when communities are active, and what becomes of them. */
export const communitiesPlot: PlotKind = {
  name: "communities",
  width: 1300,
  minimumWidth: 900,
  rowNoun: "components",
  async draw(tables, { argument, all }, style) {
    requireTables(tables, TABLES);
    const { runId, others } = await chooseRun(tables, argument, "component");
    const data = await readTimeline(tables, runId, { all, notes: otherRuns(others) });
    return { ...communitiesPicture(data, style), subject: runId };
  },
};
