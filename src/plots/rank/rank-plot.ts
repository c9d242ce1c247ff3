import { chooseRun, requireTables } from "../dynamic-connectome/choose-run.js";
import type { PlotKind } from "../plot-kind.js";
import { rankPicture } from "./rank-picture.js";
import { readRank } from "./read-rank.js";

/** `plot rank [RUN]`: what speaks for each number of components. */
export const rankPlot: PlotKind = {
  name: "rank",
  width: 1000,
  minimumWidth: 480,
  rowNoun: "ranks",
  async draw(tables, { argument }, style) {
    requireTables(tables, ["experiment", "rank"]);
    const { runId, others } = await chooseRun(tables, argument, "rank");
    return { ...rankPicture(await readRank(tables, runId, others), style), subject: runId };
  },
};
