import type { Command, MatrixView, Mode, RowGrams, TensorOperand } from "../device/command.js";
import type { DeviceBuffer } from "../device/device.js";
import { combineGrams } from "./combine-grams.js";
import { denseMttkrp } from "./dense-mttkrp.js";
import { factorUpdate, type GpuRowGrams } from "./factor-update.js";
import { fitTerms } from "./fit-terms.js";
import { gramProduct, groupGrams } from "./grams.js";
import { imputeEntries } from "./impute-entries.js";
import { type GpuView, matrixProduct } from "./matrix-product.js";
import { pairMttkrp } from "./pair-mttkrp.js";
import { projectRows } from "./project-rows.js";
import { type GpuStorage, type Recorder, whole } from "./recorder.js";
import { reduceRows } from "./reduce-rows.js";
import { squareMttkrp } from "./square-mttkrp.js";

type StorageOf = (buffer: DeviceBuffer) => GpuStorage;

/** Turns one checked command into steps. */
export function record(recorder: Recorder, command: Command, storageOf: StorageOf): void {
  const view = (matrix: MatrixView): GpuView => {
    const { buffer, offset = 0, row, column, batch = 0 } = matrix;
    return { storage: storageOf(buffer), offset, row, column, batch };
  };
  const rowGrams = ({ grams, rowGroup }: RowGrams): GpuRowGrams =>
    rowGroup === undefined ? { grams: storageOf(grams) } : { grams: storageOf(grams), rowGroup: storageOf(rowGroup) };
  switch (command.kind) {
    case "matrixProduct": {
      const { m, n, k, batches = 1, left, right, out, scale = 1, keep = 0 } = command;
      matrixProduct(recorder, { m, n, k, batches, left: view(left), right: view(right), out: view(out), scale, keep });
      return;
    }
    case "mttkrp": {
      const { tensor, mode, factors, rank, out } = command;
      mttkrp(recorder, tensor, mode, factors.map(factorsBut(mode, storageOf)), rank, storageOf(out), storageOf);
      return;
    }
    case "gramProduct": {
      const factors = command.factors.map(({ buffer, rows }) => ({ factor: storageOf(buffer), rows }));
      gramProduct(recorder, factors, command.rank, storageOf(command.out));
      return;
    }
    case "groupGrams": {
      const { factor, rows, rank, groups, weights, out } = command;
      groupGrams(recorder, storageOf(factor), rows, rank, storageOf(weights), groups, storageOf(out));
      return;
    }
    case "combineGrams": {
      const { left, right, rank, outputs, weights, out } = command;
      const side = ({ buffer, count }: typeof left) => ({ storage: storageOf(buffer), count });
      combineGrams(recorder, side(left), side(right), rank, outputs, storageOf(weights), storageOf(out));
      return;
    }
    case "factorUpdate": {
      const { factor, rows, rank, numerator } = command;
      const source = whole(storageOf(numerator));
      factorUpdate(recorder, command, rowGrams(command), storageOf(factor), rows, rank, source);
      return;
    }
    case "leadingModes": {
      const { tensor, factors, rank, out } = command;
      const [rows] = tensor.shape;
      const dense = { values: storageOf(tensor.values), shape: tensor.shape };
      const storages = factors.map(storageOf);
      const numerator = recorder.scratch(rows * rank);
      denseMttkrp(recorder, dense, 0, storages, rank, numerator);
      factorUpdate(recorder, command, rowGrams(command), storages[0] as GpuStorage, rows, rank, numerator);
      denseMttkrp(recorder, dense, 1, storages, rank, whole(storageOf(out)));
      return;
    }
    case "fitTerms": {
      const { factor, rows, rank, numerator, out } = command;
      const [a, m, target] = [factor, numerator, out].map(storageOf) as [GpuStorage, GpuStorage, GpuStorage];
      fitTerms(recorder, rowGrams(command), a, rows, rank, m, target);
      return;
    }
    case "imputeEntries": {
      const { tensor, entries, factors, rank } = command;
      const dense = { values: storageOf(tensor.values), shape: tensor.shape };
      imputeEntries(recorder, dense, storageOf(entries), factors.map(storageOf), rank);
      return;
    }
    case "reduceRows": {
      const { reduction, values, rows, columns, out } = command;
      reduceRows(recorder, reduction, storageOf(values), rows, columns, storageOf(out));
      return;
    }
    case "projectRows":
      projectRows(recorder, command, storageOf(command.values));
      return;
    case "copy":
      recorder.copy(whole(storageOf(command.from)), whole(storageOf(command.to)));
  }
}

/** The factor of the mode itself is not read and need not be a buffer of the device. */
function factorsBut(mode: Mode, storageOf: StorageOf) {
  return (factor: DeviceBuffer, axis: number): GpuStorage => (axis === mode ? NOTHING : storageOf(factor));
}
const NOTHING: GpuStorage = { length: 0, partBytes: 4, parts: [] };

function mttkrp(
  recorder: Recorder,
  tensor: TensorOperand,
  mode: Mode,
  factors: readonly GpuStorage[],
  rank: number,
  out: GpuStorage,
  storageOf: StorageOf,
): void {
  if (tensor.form === "dense") {
    denseMttkrp(recorder, { values: storageOf(tensor.values), shape: tensor.shape }, mode, factors, rank, whole(out));
  } else if (tensor.form === "pairs") {
    pairMttkrp(recorder, { ...tensor, roots: storageOf(tensor.roots) }, mode, factors, rank, out);
  } else squareMttkrp(recorder, { ...tensor, roots: storageOf(tensor.roots) }, mode, factors, rank, out);
}
