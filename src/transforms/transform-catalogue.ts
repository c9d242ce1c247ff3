import type { Transform } from "./transform.js";

/** Every transform of the package by the name used in pipelines, imported when first asked for. */
export const transformCatalogue: Readonly<Record<string, () => Promise<Transform>>> = {
  "activity/dropped": async () => (await import("./activity/dropped.js")).dropped as Transform,
  "activity/label-account": async () => (await import("./activity/label-account.js")).labelAccount as Transform,
  "activity/label-diff": async () => (await import("./activity/label-diff.js")).labelDiff as Transform,
  "activity/published-neural": async () =>
    (await import("./activity/published-neural.js")).publishedNeural as Transform,
  "activity/recording-compat": async () =>
    (await import("./activity/recording-compat.js")).recordingCompat as Transform,
  "activity/recording-diff": async () => (await import("./activity/recording-diff.js")).recordingDiff as Transform,
  "activity/recordings": async () => (await import("./activity/recordings.js")).recordings as Transform,
  "activity/roi-compat": async () => (await import("./activity/roi-compat.js")).roiCompat as Transform,
  "activity/traces": async () => (await import("./activity/traces.js")).traces as Transform,
  "connectome/annotation": async () => (await import("./connectome/annotation.js")).annotation as Transform,
  "connectome/consensus": async () => (await import("./connectome/consensus.js")).consensus as Transform,
  "connectome/difference": async () => (await import("./connectome/difference.js")).difference as Transform,
  "connectome/dropped": async () => (await import("./connectome/dropped.js")).dropped as Transform,
  "connectome/edge-compat": async () => (await import("./connectome/edge-compat.js")).edgeCompat as Transform,
  "connectome/extrasynaptic-edge": async () =>
    (await import("./connectome/extrasynaptic-edge.js")).extrasynapticEdge as Transform,
  "connectome/functional-edge": async () =>
    (await import("./connectome/functional-edge.js")).functionalEdge as Transform,
  "connectome/neuron": async () => (await import("./connectome/neuron.js")).neuron as Transform,
  "connectome/neuron-alias": async () => (await import("./connectome/neuron-alias.js")).neuronAlias as Transform,
  "connectome/published-consensus": async () =>
    (await import("./connectome/published-consensus.js")).publishedConsensus as Transform,
  "connectome/resolve-cells": async () => (await import("./connectome/resolve-cells.js")).resolveCells as Transform,
  "connectome/synapse": async () => (await import("./connectome/synapse.js")).synapse as Transform,
  "dynamic-connectome/animals": async () => (await import("./dynamic-connectome/animals.js")).animals as Transform,
  "dynamic-connectome/parameters": async () =>
    (await import("./dynamic-connectome/parameters.js")).parameters as Transform,
  "fisbe/dropped": async () => (await import("./fisbe/dropped.js")).dropped as Transform,
  "fisbe/samples": async () => (await import("./fisbe/samples.js")).samples as Transform,
  "membership/assign": async () => (await import("./membership/assign.js")).assign as Transform,
  "membership/document-scores": async () =>
    (await import("./membership/document-scores.js")).documentScores as Transform,
  "membership/documents": async () => (await import("./membership/documents.js")).documents as Transform,
  "membership/dropped": async () => (await import("./membership/dropped.js")).dropped as Transform,
  "segmentation/predictions": async () => (await import("./segmentation/predictions.js")).predictions as Transform,
  "segmentation/source-files": async () => (await import("./segmentation/source-files.js")).sourceFiles as Transform,
  "structure-function/pairs": async () => (await import("./structure-function/pairs.js")).pairs as Transform,
};
