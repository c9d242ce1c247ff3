import type { Stage } from "./stage.js";

/** Stages by the name used in pipelines; a module is imported when its stage is asked for. */
export const stageCatalogue: Readonly<Record<string, () => Promise<Stage>>> = {
  "segmentation/baselines": async () => (await import("./segmentation/run-baselines.js")).baselines as Stage,
  "segmentation/pool": async () => (await import("./segmentation/pool-scores.js")).poolScores as Stage,
  "segmentation/score": async () => (await import("./segmentation/score-predictions.js")).scorePredictions as Stage,
};
