import { chooseRun, otherRuns, requireTables } from "../dynamic-connectome/choose-run.js";
import type { PlotKind } from "../plot-kind.js";
import { componentsPicture } from "./components-picture.js";
import { readComponents } from "./read-components.js";

const TABLES = ["experiment", "bin", "component", "factor_time", "factor_animal", "factor_pair"];

/** `plot components [RUN]`: who acts together, when, and in which animals. */
export const componentsPlot: PlotKind = {
  name: "components",
  width: 1300,
  minimumWidth: 900,
  rowNoun: "components",
  async draw(tables, { argument, all }, style) {
    requireTables(tables, TABLES);
    const { runId, others } = await chooseRun(tables, argument, "component");
    return {
      ...componentsPicture(await readComponents(tables, runId, { all, notes: otherRuns(others) }), style),
      subject: runId,
    };
  },
};
