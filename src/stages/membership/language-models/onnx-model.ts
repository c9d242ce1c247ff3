import { FormatError, LoadError } from "../../../base/errors.js";
import { distributionMoments } from "./distribution-moments.js";
import type { LanguageModel, ModelCapabilities, WindowScores } from "./language-model.js";
import type { OnnxRuntime, OnnxSession, OnnxTensor } from "./onnx-runtime.js";
import type { ServerWindow } from "./server-model.js";

/** One thread in the runtime: sums in another order would give other last digits. */
const SESSION = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  logSeverityLevel: 3,
};

/** A causal language model in ONNX: token numbers in, logits of every place out. */
export class OnnxModel implements LanguageModel {
  readonly name: string;
  readonly vocabulary: number;
  readonly capabilities: ModelCapabilities = {
    tokenIdsIn: true,
    maximum: true,
    rank: true,
    fullDistribution: true,
  };
  readonly #runtime: OnnxRuntime;
  readonly #session: OnnxSession;

  private constructor(name: string, runtime: OnnxRuntime, session: OnnxSession, vocabulary: number) {
    this.name = name;
    this.#runtime = runtime;
    this.#session = session;
    this.vocabulary = vocabulary;
  }

  /**
   * Opens a model and asks it once, for the number of its tokens.
   * @throws {FormatError} `format/onnx` where the runtime cannot read it, or it has inputs that are not known.
   * @throws {LoadError} `load/onnx-output` where its output is no logits of every place.
   */
  static async open(name: string, bytes: Uint8Array, runtime: OnnxRuntime): Promise<OnnxModel> {
    let session: OnnxSession;
    try {
      session = await runtime.InferenceSession.create(bytes, SESSION);
    } catch (error) {
      throw new FormatError("onnx", `${name} cannot be opened: ${reasonOf(error)}`, {
        fields: { model: name },
        wayOut: "Export it as one file (weights inside) with an operator set that the runtime knows.",
        cause: error,
      });
    }
    try {
      const probe = new OnnxModel(name, runtime, session, 0);
      const { dims } = await probe.#logits(Int32Array.of(0, 0));
      return new OnnxModel(name, runtime, session, dims[2] as number);
    } catch (error) {
      await session.release?.();
      throw error;
    }
  }

  /**
   * Everything that is asked of a window, from its logits in float64; sums of distributions over its wanted places.
   * Memory: logits of a window in float32, V float64.
   * @throws {LoadError} `load/onnx-output`, `load/not-a-number` naming the place.
   */
  async score(window: ServerWindow, signal: AbortSignal): Promise<WindowScores> {
    signal.throwIfAborted();
    const { begin, end, wanted = { first: begin + 1, last: end - 1 } } = window;
    const ids = window.ids.subarray(begin, end);
    const unknown = ids.find((id) => id < 0 || id >= this.vocabulary);
    if (unknown !== undefined) {
      throw new LoadError("token-number", `${this.name} has ${this.vocabulary} tokens, none with number ${unknown}`, {
        fields: { model: this.name, vocabulary: this.vocabulary, token: unknown },
        wayOut: "Cut the texts by the tokenizer of the model.",
      });
    }
    const { data } = await this.#logits(ids);
    const [n, size] = [ids.length - 1, this.vocabulary];
    const floats = Array.from({ length: 6 }, () => new Float64Array(n));
    const [logprob, maxLogprob, mu, m2, muUniform, sdUniform] = floats as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const rank = new Int32Array(n);
    const probabilitySum = new Float64Array(size);
    const row = new Float64Array(size);
    for (let i = 0; i < n; i++) {
      row.set(data.subarray(i * size, (i + 1) * size));
      const largest = toLogProbabilities(row, i);
      const own = row[ids[i + 1] as number] as number;
      let above = 0;
      for (let id = 0; id < size; id++) if ((row[id] as number) > own) above += 1;
      [logprob[i], maxLogprob[i], rank[i]] = [own, largest, above];
      const moments = distributionMoments(row);
      [mu[i], m2[i], muUniform[i], sdUniform[i]] = [moments.mu, moments.m2, moments.muUniform, moments.sdUniform];
      const place = begin + i + 1;
      if (place < wanted.first || place > wanted.last) continue;
      for (let id = 0; id < size; id++)
        probabilitySum[id] = (probabilitySum[id] as number) + Math.exp(row[id] as number);
    }
    return { logprob, maxLogprob, rank, mu, m2, muUniform, sdUniform, probabilitySum };
  }

  async close(): Promise<void> {
    await this.#session.release?.();
  }

  async #logits(ids: Int32Array): Promise<{ data: Float32Array; dims: readonly number[] }> {
    const names = this.#session.outputNames;
    const name = names.includes("logits") ? "logits" : (names[0] as string);
    const { [name]: logits } = await this.#session.run(this.#feeds(ids), [name]);
    const { dims = [], data, type } = logits ?? {};
    if (
      type === "float32" &&
      data instanceof Float32Array &&
      dims.length === 3 &&
      dims[0] === 1 &&
      dims[1] === ids.length
    ) {
      return { data, dims };
    }
    throw new LoadError(
      "onnx-output",
      `${this.name}: the output ${name} for ${ids.length} tokens is ${type} [${dims.join(", ")}], not float32 [1, ${ids.length}, vocabulary]`,
      {
        fields: { model: this.name, output: name, type: type ?? null, shape: dims },
        wayOut:
          "Export it as a causal language model in float32 that keeps the logits of every place (not of the last alone).",
      },
    );
  }

  #feeds(ids: Int32Array): Record<string, OnnxTensor> {
    const { Tensor } = this.#runtime;
    const n = ids.length;
    const whole = (value: (i: number) => number) =>
      new Tensor(
        "int64",
        BigInt64Array.from({ length: n }, (_, i) => BigInt(value(i))),
        [1, n],
      );
    const feeds: Record<string, OnnxTensor> = {};
    for (const name of this.#session.inputNames) {
      if (name === "input_ids") feeds[name] = whole((i) => ids[i] as number);
      else if (name === "attention_mask") feeds[name] = whole(() => 1);
      else if (name === "position_ids") feeds[name] = whole((i) => i);
      else if (name === "use_cache_branch") feeds[name] = new Tensor("bool", Uint8Array.of(0), [1]);
      else feeds[name] = this.#emptyPast(name);
    }
    return feeds;
  }

  /** Keys and values of no earlier tokens: open sizes are the batch, 1, and then the length, 0. */
  #emptyPast(name: string): OnnxTensor {
    const { type, shape } = this.#session.inputMetadata?.find((input) => input.name === name) ?? {};
    const known = /^past/.test(name) && type === "float32" && shape !== undefined;
    if (!known) {
      throw new FormatError("onnx", `${this.name} has an input that is not known: ${name}`, {
        fields: { model: this.name, input: name },
        wayOut: "Export it with input_ids, and attention_mask and position_ids at most.",
      });
    }
    const dims = shape.map((size, i) => (typeof size === "number" && size > 0 ? size : i === 0 ? 1 : 0));
    return new this.#runtime.Tensor("float32", new Float32Array(0), dims);
  }
}

/** Logits → log-probabilities, in place. @returns the greatest */
function toLogProbabilities(row: Float64Array, place: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of row) if (value > largest) largest = value;
  for (const value of row) sum += Math.exp(value - largest);
  const total = largest + Math.log(sum);
  if (!Number.isFinite(total)) {
    throw new LoadError("not-a-number", `the logits at place ${place} are not numbers`, {
      fields: { place },
      wayOut: "The model overflows on this text: export it in float32.",
    });
  }
  for (let id = 0; id < row.length; id++) row[id] = Math.min(0, (row[id] as number) - total);
  return Math.min(0, largest - total);
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 200) ?? "";
}
