import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  importOnnxRuntime,
  type OnnxRuntime,
  type OnnxTensor,
} from "../../src/stages/membership/language-models/onnx-runtime.js";
import { type TinyModel, tinyLogits } from "./onnx-model-bytes.js";

/**
 * The real runtime: installed, or in the folder that `NEUROTABLES_TEST_ONNXRUNTIME` names (one with `node_modules`);
 * undefined where it is in neither.
 */
export async function realOnnxRuntime(): Promise<OnnxRuntime | undefined> {
  const folder = process.env.NEUROTABLES_TEST_ONNXRUNTIME;
  const path = folder === undefined ? undefined : join(folder, "node_modules/onnxruntime-node/dist/index.js");
  const name = path !== undefined && existsSync(path) ? pathToFileURL(path).href : undefined;
  return importOnnxRuntime(name).catch(() => undefined);
}

class Tensor implements OnnxTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];

  constructor(type: string, data: unknown, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

/** A runtime that runs one model in JavaScript, whatever the bytes; `feeds` collects what it is given. */
export function pretendedRuntime(
  model: TinyModel,
  options: {
    readonly inputs?: readonly string[];
    readonly metadata?: readonly { name: string; type: string; shape: readonly (number | string)[] }[];
    readonly spoil?: (logits: Float32Array) => void;
    readonly feeds?: Readonly<Record<string, OnnxTensor>>[];
  } = {},
): OnnxRuntime {
  const { inputs = ["input_ids"], metadata = [], spoil, feeds } = options;
  return {
    Tensor,
    InferenceSession: {
      create: async () => ({
        inputNames: inputs,
        outputNames: ["present", "logits"],
        inputMetadata: metadata,
        async run(given) {
          feeds?.push(given);
          const ids = Array.from(given.input_ids?.data as BigInt64Array, Number);
          const logits = new Float32Array(ids.length * model.vocabulary);
          for (let i = 0; i < ids.length; i++) logits.set(tinyLogits(model, ids.slice(0, i + 1)), i * model.vocabulary);
          spoil?.(logits);
          return { logits: new Tensor("float32", logits, [1, ids.length, model.vocabulary]) };
        },
      }),
    },
  };
}
