import { compareCodeUnits } from "../base/canonical-json.js";
import { NEURON_LABELS } from "../tables/neuron-registry.js";
import { writeHdf5 } from "./hdf5-writer.js";
import { cellColumn, doubleMatrix, sparseMatrixValue } from "./matlab-values.js";
import { writeMatlab5 } from "./matlab5-writer.js";
import { writeMatlab73 } from "./matlab73-writer.js";
import { zeroPadded } from "./sample-spelling.js";
import type { SyntheticConnectome, SyntheticEdge } from "./synthetic-connectome.js";

/** Neurons with a connection in NeuronConnect, in an order that is not alphabetical, as in the published matrices. */
function matrixOrder(connectome: SyntheticConnectome): string[] {
  const { chemical, gap } = connectome.chklovskii;
  const cells = new Set([...chemical, ...gap].flatMap((edge) => [edge.pre, edge.post]));
  const reversed = (label: string) => [...label].reverse().join("");
  return [...cells].sort((a, b) => compareCodeUnits(reversed(a), reversed(b)));
}

function matrix(edges: readonly SyntheticEdge[], order: readonly string[], symmetric: boolean): number[][] {
  const at = new Map(order.map((label, index) => [label, index]));
  const rows = order.map(() => new Array<number>(order.length).fill(0));
  for (const { pre, post, weight } of edges) {
    const [i, j] = [at.get(pre) as number, at.get(post) as number];
    (rows[i] as number[])[j] = weight;
    if (symmetric) (rows[j] as number[])[i] = weight;
  }
  return rows;
}

/** `ConnOrdered_040903.mat`: MATLAB v5, sparse chemical and gap matrices, cell of zero-padded names. */
export function varshneyMatrices(connectome: SyntheticConnectome): Uint8Array {
  const order = matrixOrder(connectome);
  return writeMatlab5({
    variables: [
      ["Q_sorted", doubleMatrix(order.map((_, index) => [index, 0, 1]))],
      ["A_init_t_ordered", sparseMatrixValue(matrix(connectome.chklovskii.chemical, order, false))],
      ["Ag_t_ordered", sparseMatrixValue(matrix(connectome.chklovskii.gap, order, true))],
      ["Neuron_ordered", cellColumn(order.map(zeroPadded))],
    ],
  });
}

/** `Neuro279_Syn.mat` and `Order279.mat`: MATLAB v7.3; read in HDF5 order the matrix is transposed. */
export function uzelMatrices(connectome: SyntheticConnectome): { synapses: Uint8Array; order: Uint8Array } {
  const order = matrixOrder(connectome).reverse();
  const labels = cellColumn(order.map(zeroPadded));
  return {
    synapses: writeMatlab73({
      variables: { Neuro279_Syn: doubleMatrix(matrix(connectome.chklovskii.chemical, order, false)) },
      compress: true,
    }),
    order: writeMatlab73({
      variables: { Order279: { ...labels, dims: [1, order.length] } },
    }),
  };
}

/** `aconnectome_default.h5`: float64 `chem` and `gap`, 300 × 300 in slot order; rows are postsynaptic. */
export function atlasMatrices(connectome: SyntheticConnectome): Uint8Array {
  const flipped = (edges: readonly SyntheticEdge[]) =>
    edges.map(({ pre, post, weight }) => ({ pre: post, post: pre, weight }));
  const flat = (edges: readonly SyntheticEdge[], symmetric: boolean) =>
    Float64Array.from(matrix(edges, NEURON_LABELS, symmetric).flat());
  const shape = [NEURON_LABELS.length, NEURON_LABELS.length];
  return writeHdf5({
    datasets: {
      chem: { shape, data: flat(flipped(connectome.whole.chemical), false) },
      gap: { shape, data: flat(connectome.whole.gap, true) },
    },
  });
}
