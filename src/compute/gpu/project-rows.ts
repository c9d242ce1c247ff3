import type { ProjectRows } from "../device/command.js";
import { cached, type Kernel, kernel } from "./kernel.js";
import type { GpuStorage, Recorder } from "./recorder.js";

type Norm = ProjectRows["norm"];

const LANES = 64;
const MOST_FLOAT = 3.4028234663852886e38;

/** One invocation for each row, or one for each number where no norm is asked for. */
function projectKernel(norm: Norm): Kernel {
  const clampOne = "clamp(values[at], p.lower, p.upper)";
  const scaled =
    norm === "unit"
      ? "if (norm > 0.0) { scale = 1.0 / norm; }"
      : "if (norm > p.radius / largest) { scale = (p.radius / largest) / norm; }";
  return kernel({
    name: "projection of rows",
    writes: ["values"],
    parameters: { rows: "u32", columns: "u32", lower: "f32", upper: "f32", radius: "f32" },
    invocations: LANES,
    body:
      norm === "none"
        ? `
  let row = group * ${LANES}u + lane;
  if (row >= p.rows) { return; }
  let at = p.values_at + row;
  values[at] = ${clampOne};`
        : `
  let row = group * ${LANES}u + lane;
  if (row >= p.rows) { return; }
  let begin = p.values_at + row * p.columns;
  let end = begin + p.columns;
  var largest = 0.0;
  for (var at = begin; at < end; at++) {
    values[at] = ${clampOne};
    largest = max(largest, abs(values[at]));
  }
  if (largest == 0.0) { return; }
  var sum = 0.0;
  for (var at = begin; at < end; at++) {
    let part = values[at] / largest;
    sum += part * part;
  }
  let norm = sqrt(sum);
  var scale = 1.0;
  ${scaled}
  for (var at = begin; at < end; at++) { values[at] = ${norm === "unit" ? "values[at] / largest" : "values[at]"} * scale; }`,
  });
}

/** See the command `projectRows`. Cost: three passes over the rows, one without a norm. */
export function projectRows(
  recorder: Recorder,
  { norm, lower, upper, radius = 1, ...shape }: Omit<ProjectRows, "kind" | "values">,
  values: GpuStorage,
): void {
  const [rows, columns] = norm === "none" ? [shape.rows * shape.columns, 1] : [shape.rows, shape.columns];
  const each = Math.max(1, Math.floor(recorder.mostElements / columns));
  for (let row = 0; row < rows; row += each) {
    const count = Math.min(each, rows - row);
    recorder.dispatch(
      cached(`project ${norm}`, () => projectKernel(norm)),
      {
        operands: { values: { storage: values, start: row * columns, length: count * columns } },
        parameters: {
          rows: count,
          columns,
          lower: Math.max(lower, -MOST_FLOAT),
          upper: Math.min(upper, MOST_FLOAT),
          radius,
        },
        groups: Math.ceil(count / LANES),
        work: LANES * columns * 6,
      },
    );
  }
}
