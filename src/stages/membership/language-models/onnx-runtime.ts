import { UsageError } from "../../../base/errors.js";

/** What is used of `onnxruntime-node`, which is no dependency: it is imported where it is there. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OnnxSession> };
  readonly Tensor: new (
    type: string,
    data: BigInt64Array | Float32Array | Uint8Array,
    dims: readonly number[],
  ) => OnnxTensor;
}

export interface OnnxTensor {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Per input its type and size; sizes that are open are texts. */
  readonly inputMetadata?: readonly {
    readonly name: string;
    readonly type?: string;
    readonly shape?: readonly (number | string)[];
  }[];
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches?: readonly string[],
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
  release?(): Promise<void>;
}

const PACKAGE = "onnxruntime-node";

/**
 * The runtime, imported when a model is run.
 * @throws {UsageError} `usage/no-onnxruntime` with the line that installs it.
 */
export async function importOnnxRuntime(name: string = PACKAGE): Promise<OnnxRuntime> {
  try {
    const module = (await import(name)) as OnnxRuntime & { readonly default?: OnnxRuntime };
    return module.default ?? module;
  } catch (error) {
    throw new UsageError("no-onnxruntime", `the package ${PACKAGE} is not installed, or does not run here`, {
      fields: { package: PACKAGE },
      wayOut: `Install it beside neurotables: npm install --ignore-scripts ${PACKAGE}@1.30.0 (the scripts only fetch libraries for GPUs).`,
      cause: error,
    });
  }
}
