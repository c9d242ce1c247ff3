import type { Loader } from "./loader.js";

/** Every loader of the package by the name used in pipelines, imported when first asked for. */
export const loaderCatalogue: Readonly<Record<string, () => Promise<Loader>>> = {
  "activity/flavell-hdf5": async () => (await import("./activity/flavell-hdf5.js")).flavellHdf5,
  "activity/text-files": async () => (await import("./activity/text-files.js")).textFiles,
  "activity/zipped-csv": async () => (await import("./activity/zipped-csv.js")).zippedCsv,
  "connectome/adjacency-matrix": async () => (await import("./connectome/adjacency-matrix.js")).adjacencyMatrix,
  "connectome/aliases": async () => (await import("./connectome/aliases.js")).aliases,
  "connectome/cell-groups": async () => (await import("./connectome/cell-groups.js")).cellGroups,
  "connectome/cell-positions": async () => (await import("./connectome/cell-positions.js")).cellPositions,
  "connectome/cell-table": async () => (await import("./connectome/cell-table.js")).cellTable,
  "connectome/count-matrices": async () => (await import("./connectome/count-matrices.js")).countMatrices,
  "connectome/edge-list": async () => (await import("./connectome/edge-list.js")).edgeList,
  "connectome/extrasynaptic": async () => (await import("./connectome/extrasynaptic.js")).extrasynaptic,
  "connectome/functional-list": async () => (await import("./connectome/functional-list.js")).functionalList,
  "connectome/functional-matrix": async () => (await import("./connectome/functional-matrix.js")).functionalMatrix,
  "connectome/functional-table": async () => (await import("./connectome/functional-table.js")).functionalTable,
  "connectome/hdf5-matrix": async () => (await import("./connectome/hdf5-matrix.js")).hdf5Matrix,
  "connectome/matlab-matrix": async () => (await import("./connectome/matlab-matrix.js")).matlabMatrix,
  "connectome/nemanode": async () => (await import("./connectome/nemanode.js")).nemaNode,
  "connectome/neuron-connect": async () => (await import("./connectome/neuron-connect.js")).neuronConnect,
  "connectome/openworm": async () => (await import("./connectome/openworm.js")).openWorm,
  "connectome/synapse-list": async () => (await import("./connectome/synapse-list.js")).synapseList,
};
