import type { PlotKind } from "../plot-kind.js";
import { requireTable } from "../plot-tables.js";
import { chooseRun } from "./choose-run.js";
import { membershipPicture } from "./membership-picture.js";
import { readMembership } from "./read-membership.js";

const PIPELINE = "membership-randomised";
const TABLES = ["run", "experiment", "assignment", "gate", "blind_score", "document_score", "metric", "roc"];

/** `plot membership [EXPERIMENT or RUN]`: attacks on a run beside what the text alone tells. */
export const membershipPlot: PlotKind = {
  name: "membership",
  width: 1200,
  minimumWidth: 480,
  rowNoun: "curves",
  async draw(tables, { argument }, style) {
    for (const table of TABLES) requireTable(tables, `membership.${table}`, PIPELINE);
    const { runId, notes } = await chooseRun(tables, argument, PIPELINE);
    return { ...membershipPicture(await readMembership(tables, runId, notes), style), subject: runId };
  },
};
