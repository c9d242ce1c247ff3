import type { Stage } from "./stage.js";

/** Stages by the name used in pipelines; a module is imported when its stage is asked for. */
export const stageCatalogue: Readonly<Record<string, () => Promise<Stage>>> = {
  "communities/detect": async () => (await import("./communities/detect.js")).detect as Stage,
  "communities/timeline": async () => (await import("./communities/timeline.js")).timeline as Stage,
  "membership/classify": async () => (await import("./membership/classify.js")).classify as Stage,
  "membership/controls": async () => (await import("./membership/controls.js")).controls as Stage,
  "membership/evaluate": async () => (await import("./membership/evaluate.js")).evaluate as Stage,
  "membership/features": async () => (await import("./membership/features.js")).features as Stage,
  "membership/gate": async () => (await import("./membership/gate.js")).gate as Stage,
  "membership/overlap": async () => (await import("./membership/overlap.js")).overlap as Stage,
  "membership/runs": async () => (await import("./membership/runs.js")).runs as Stage,
  "membership/score-ngram": async () => (await import("./membership/score-ngram.js")).scoreNgram as Stage,
  "membership/score-onnx": async () => (await import("./membership/score-onnx.js")).scoreOnnx as Stage,
  "membership/score-server": async () => (await import("./membership/score-server.js")).scoreServer as Stage,
  "membership/scoring-units": async () => (await import("./membership/score-server-units.js")).scoringUnits as Stage,
  "membership/sequence-attacks": async () =>
    (await import("./membership/sequence-attacks.js")).sequenceAttacks as Stage,
  "membership/tokenise": async () => (await import("./membership/tokenise.js")).tokenise as Stage,
  "membership/train-tokenizer": async () => (await import("./membership/train-tokenizer.js")).trainTokenizer as Stage,
  "ntf/affinity": async () => (await import("./ntf/affinity-stage.js")).affinity as Stage,
  "ntf/factors": async () => (await import("./ntf/factors.js")).factors as Stage,
  "segmentation/baselines": async () => (await import("./segmentation/run-baselines.js")).baselines as Stage,
  "segmentation/pool": async () => (await import("./segmentation/pool-scores.js")).poolScores as Stage,
  "segmentation/score": async () => (await import("./segmentation/score-predictions.js")).scorePredictions as Stage,
};
