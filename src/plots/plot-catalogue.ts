import { didYouMean } from "../base/diagnostics.js";
import { UsageError } from "../base/errors.js";
import { activityPlot } from "./activity/activity-plot.js";
import { communitiesPlot } from "./communities/communities-plot.js";
import { componentsPlot } from "./components/components-plot.js";
import { connectomePlot } from "./connectome/connectome-plot.js";
import { membershipPlot } from "./membership/membership-plot.js";
import type { PlotKind } from "./plot-kind.js";
import { rankPlot } from "./rank/rank-plot.js";
import { volumePlot } from "./volume/volume-plot.js";

/** Every kind of picture, in the order of help. */
export const PLOT_KINDS: readonly PlotKind[] = [
  activityPlot,
  communitiesPlot,
  componentsPlot,
  connectomePlot,
  membershipPlot,
  rankPlot,
  volumePlot,
];

/** @throws {UsageError} `usage/unknown-plot`. */
export function findPlotKind(name: string): PlotKind {
  const kind = PLOT_KINDS.find((candidate) => candidate.name === name);
  if (kind !== undefined) return kind;
  const names = PLOT_KINDS.map((candidate) => candidate.name);
  const near = didYouMean(name, names);
  throw new UsageError("unknown-plot", `there is no picture "${name}"${near === undefined ? "" : `; ${near}`}`, {
    fields: { kind: name },
    wayOut: `the kinds are ${names.join(", ")}; neurotables plot --help says what they show`,
  });
}
