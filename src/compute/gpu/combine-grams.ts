import { cached, type Kernel, kernel } from "./kernel.js";
import type { GpuStorage, Recorder } from "./recorder.js";

const LANES = 64;
const RUN = 32;

function combineKernel(add: boolean): Kernel {
  return kernel({
    name: "combination of gram matrices",
    reads: { left: "f32", right: "f32", weights: "f32" },
    writes: ["out"],
    parameters: {
      size: "u32",
      outputs: "u32",
      terms: "u32",
      leftDistance: "u32",
      rightDistance: "u32",
      weightDistance: "u32",
    },
    invocations: LANES,
    body: `
  let at = group * ${LANES}u + lane;
  if (at >= p.outputs * p.size) { return; }
  let entry = at % p.size;
  let weightsAt = p.weights_at + (at / p.size) * p.weightDistance;
  var sum = 0.0;
  for (var begin = 0u; begin < p.terms; begin += ${RUN}u) {
    var part = 0.0;
    let end = min(begin + ${RUN}u, p.terms);
    for (var term = begin; term < end; term++) {
      let product = left[p.left_at + term * p.leftDistance + entry] * right[p.right_at + term * p.rightDistance + entry];
      part += weights[weightsAt + term] * product;
    }
    sum += part;
  }
  out[p.out_at + at] = ${add ? "out[p.out_at + at] + " : ""}sum;`,
  });
}

interface Side {
  readonly storage: GpuStorage;
  readonly count: number;
}

/** See the command `combineGrams`. Cost: 3·outputs·count·rank². */
export function combineGrams(
  recorder: Recorder,
  left: Side,
  right: Side,
  rank: number,
  outputs: number,
  weights: GpuStorage,
  out: GpuStorage,
): void {
  const size = rank * rank;
  const count = Math.max(left.count, right.count);
  const most = recorder.mostElements;
  const terms = Math.max(1, Math.min(count, Math.floor(most / size)));
  const rows = Math.max(1, Math.min(outputs, Math.floor(most / Math.max(size, count))));
  const side = ({ storage, count: found }: Side, term: number, length: number) =>
    found === 1 ? { storage, start: 0, length: size } : { storage, start: term * size, length: length * size };
  for (let row = 0; row < outputs; row += rows) {
    const taken = Math.min(rows, outputs - row);
    for (let term = 0; term < count; term += terms) {
      const length = Math.min(terms, count - term);
      recorder.dispatch(
        cached(`combine ${term > 0}`, () => combineKernel(term > 0)),
        {
          operands: {
            left: side(left, term, length),
            right: side(right, term, length),
            weights: { storage: weights, start: row * count + term, length: (taken - 1) * count + length },
            out: { storage: out, start: row * size, length: taken * size },
          },
          parameters: {
            size,
            outputs: taken,
            terms: length,
            leftDistance: left.count === 1 ? 0 : size,
            rightDistance: right.count === 1 ? 0 : size,
            weightDistance: count,
          },
          groups: Math.ceil((taken * size) / LANES),
          work: LANES * length * 3,
        },
      );
    }
  }
}
