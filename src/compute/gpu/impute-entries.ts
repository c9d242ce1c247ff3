import { denseTiles } from "./dense-mttkrp.js";
import { cached, type Kernel, kernel } from "./kernel.js";
import type { GpuStorage, Recorder } from "./recorder.js";

const LANES = 64;

/** One invocation for each listed entry; those outside of the box that is bound are left to another dispatch. */
function imputeKernel(rank: number): Kernel {
  return kernel({
    name: "imputation of entries",
    reads: { entries: "u32", a: "f32", b: "f32", c: "f32" },
    writes: ["x"],
    parameters: {
      rank: "u32",
      count: "u32",
      begin: "u32",
      size: "u32",
      second: "u32",
      third: "u32",
      i0: "u32",
      j0: "u32",
      k0: "u32",
    },
    invocations: LANES,
    body: `
  let at = group * ${LANES}u + lane;
  if (at >= p.count) { return; }
  let entry = entries[p.entries_at + at];
  if (entry < p.begin || entry - p.begin >= p.size) { return; }
  let row = entry / p.third;
  let aAt = p.a_at + (row / p.second - p.i0) * ${rank}u;
  let bAt = p.b_at + (row % p.second - p.j0) * ${rank}u;
  let cAt = p.c_at + (entry % p.third - p.k0) * ${rank}u;
  var sum = 0.0;
  for (var r = 0u; r < p.rank; r++) { sum += a[aAt + r] * b[bAt + r] * c[cAt + r]; }
  x[p.x_at + entry - p.begin] = sum;`,
  });
}

/** See the command `imputeEntries`. Cost: 3·entries·rank for each part of the tensor that fits a binding. */
export function imputeEntries(
  recorder: Recorder,
  tensor: { readonly values: GpuStorage; readonly shape: readonly [number, number, number] },
  entries: GpuStorage,
  factors: readonly GpuStorage[],
  rank: number,
): void {
  const { shape, values } = tensor;
  const most = recorder.mostElements;
  for (const { begin, size } of denseTiles(shape, most, Math.max(1, Math.floor(most / rank)))) {
    const start = (begin[0] * shape[1] + begin[1]) * shape[2] + begin[2];
    const length = size[0] * size[1] * size[2];
    const factor = (axis: 0 | 1 | 2) => ({
      storage: factors[axis] as GpuStorage,
      start: begin[axis] * rank,
      length: size[axis] * rank,
    });
    for (let first = 0; first < entries.length; first += most) {
      const count = Math.min(most, entries.length - first);
      recorder.dispatch(
        cached(`impute ${rank}`, () => imputeKernel(rank)),
        {
          operands: {
            entries: { storage: entries, start: first, length: count },
            a: factor(0),
            b: factor(1),
            c: factor(2),
            x: { storage: values, start, length },
          },
          parameters: {
            rank,
            count,
            begin: start,
            size: length,
            second: shape[1],
            third: shape[2],
            i0: begin[0],
            j0: begin[1],
            k0: begin[2],
          },
          groups: Math.ceil(count / LANES),
          work: LANES * rank * 3,
        },
      );
    }
  }
}
