import { cached, type Kernel, kernel } from "./kernel.js";
import type { Recorder, Span } from "./recorder.js";

const LANES = 64;
const RUN = 32;

function contractKernel(rank: number, weighted: boolean, add: boolean): Kernel {
  return kernel({
    name: "contraction",
    reads: weighted ? { values: "f32", weights: "f32" } : { values: "f32" },
    writes: ["out"],
    parameters: { rows: "u32", terms: "u32", rowDistance: "u32", termDistance: "u32", scale: "f32" },
    invocations: LANES,
    body: `
  let at = group * ${LANES}u + lane;
  if (at >= p.rows * ${rank}u) { return; }
  let row = at / ${rank}u;
  let r = at % ${rank}u;
  let start = p.values_at + row * p.rowDistance + r;
  var sum = 0.0;
  for (var begin = 0u; begin < p.terms; begin += ${RUN}u) {
    var part = 0.0;
    let end = min(begin + ${RUN}u, p.terms);
    for (var term = begin; term < end; term++) {
      part += values[start + term * p.termDistance]${weighted ? ` * weights[p.weights_at + term * ${rank}u + r]` : ""};
    }
    sum += part;
  }
  out[p.out_at + at] = ${add ? "out[p.out_at + at] + " : ""}p.scale * sum;`,
  });
}

export interface Contraction {
  readonly values: Span;
  /** terms × rank; all 1 where left out. */
  readonly weights?: Span;
  /** rows × rank. */
  readonly out: Span;
  readonly rank: number;
  readonly rows: number;
  readonly terms: number;
  readonly rowDistance: number;
  readonly termDistance: number;
  readonly scale?: number;
  readonly add?: boolean;
}

/** out[row, r] (+)= scale · Σ over terms of values[row, term, r] · weights[term, r]. */
export function contract(recorder: Recorder, contraction: Contraction): void {
  const { values, weights, out, rank, rows, terms, rowDistance, termDistance, scale = 1, add = false } = contraction;
  const weighted = weights !== undefined;
  recorder.dispatch(
    cached(`contract ${rank} ${weighted} ${add}`, () => contractKernel(rank, weighted, add)),
    {
      operands: weighted ? { values, weights, out } : { values, out },
      parameters: { rows, terms, rowDistance, termDistance, scale },
      groups: Math.ceil((rows * rank) / LANES),
      work: LANES * terms * 2,
    },
  );
}
