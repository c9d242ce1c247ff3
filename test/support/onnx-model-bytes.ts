/** A protocol buffer, field by field: numbers as varints, the rest with its length. */
function message(...fields: readonly (readonly [field: number, value: number | string | Uint8Array])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === "number") return [varint(field << 3), varint(value)];
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      return [varint((field << 3) | 2), varint(bytes.length), bytes];
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

const [FLOAT, INT64] = [1, 7];

function tensor(name: string, dims: readonly number[], values: Float32Array | BigInt64Array): Buffer {
  const type = values instanceof Float32Array ? FLOAT : INT64;
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(...dims.map((dim) => [1, dim] as const), [2, type], [8, name], [9, raw]);
}

function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Buffer {
  const dims = shape.map((size) => [1, message(typeof size === "number" ? [1, size] : [2, size])] as const);
  return message([1, name], [2, message([1, message([1, type], [2, message(...dims)])])]);
}

function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): Buffer {
  return message(
    ...inputs.map((name) => [1, name] as const),
    [2, output],
    [4, type],
    ...Object.entries(attributes).map(([name, i]) => [5, message([1, name], [3, i], [20, 2])] as const),
  );
}

export interface TinyModel {
  readonly vocabulary: number;
  readonly width: number;
  /** vocabulary × width */
  readonly embedding: Float32Array;
  /** width × vocabulary */
  readonly output: Float32Array;
}

/** Weights without any meaning, the same every time. */
export function tinyModel(vocabulary: number, width: number): TinyModel {
  const weights = (n: number, shift: number) =>
    Float32Array.from({ length: n }, (_, i) => Math.sin((i + 1) * 12.9898 + shift) * 0.7);
  return { vocabulary, width, embedding: weights(vocabulary * width, 0), output: weights(width * vocabulary, 1) };
}

/** Logits after the first `n` tokens, in float64: the sum of their embeddings times the output weights. */
export function tinyLogits({ vocabulary, width, embedding, output }: TinyModel, ids: readonly number[]): Float64Array {
  const logits = new Float64Array(vocabulary);
  for (let k = 0; k < width; k++) {
    const sum = ids.reduce((total, id) => total + (embedding[id * width + k] as number), 0);
    for (let id = 0; id < vocabulary; id++) {
      logits[id] = (logits[id] as number) + sum * (output[k * vocabulary + id] as number);
    }
  }
  return logits;
}

/**
 * The model as ONNX: `logits = CumSum(Gather(embedding, input_ids)) · output`. `reverse` sums from the end, as no causal
 * model does; `lastOnly` keeps one place.
 */
export function onnxBytes(
  model: TinyModel,
  how: { readonly reverse?: boolean; readonly lastOnly?: boolean } = {},
): Buffer {
  const { vocabulary, width, embedding, output } = model;
  const sum = how.lastOnly
    ? node("ReduceSum", ["embedded", "axis"], "summed", { keepdims: 1 })
    : node("CumSum", ["embedded", "axis"], "summed", { reverse: how.reverse ? 1 : 0 });
  const graph = message(
    [1, node("Gather", ["embedding", "input_ids"], "embedded", { axis: 0 })],
    [1, sum],
    [1, node("MatMul", ["summed", "output"], "logits")],
    [2, "tiny"],
    [5, tensor("embedding", [vocabulary, width], embedding)],
    [5, tensor("output", [width, vocabulary], output)],
    [5, tensor("axis", how.lastOnly ? [1] : [], BigInt64Array.of(1n))],
    [11, valueInfo("input_ids", INT64, [1, "sequence"])],
    [12, valueInfo("logits", FLOAT, [1, "places", vocabulary])],
  );
  return message([1, 8], [7, graph], [8, message([1, ""], [2, 13])]);
}
