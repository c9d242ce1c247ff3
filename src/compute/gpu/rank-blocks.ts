/** Most columns of a factor that an invocation holds in registers. */
const MOST_COLUMNS = 16;

/** How the columns of factors are cut into blocks of equal width, the last one overlapping nothing but the end. */
export interface RankBlocks {
  readonly rank: number;
  readonly count: number;
  readonly width: number;
  /** Text of the index of a column (`0u`) of the block that begins at `r0`, kept below the rank. */
  readonly column: (at: string) => string;
  /** Text of the condition that a column of the block is there. */
  readonly exists: (at: string) => string;
}

export function rankBlocks(rank: number, most = MOST_COLUMNS): RankBlocks {
  const count = Math.ceil(rank / most);
  const width = Math.ceil(rank / count);
  const even = count * width === rank;
  return {
    rank,
    count,
    width,
    column: (at) => (even ? `(r0 + ${at})` : `min(r0 + ${at}, ${rank - 1}u)`),
    exists: (at) => (even ? "true" : `r0 + ${at} < ${rank}u`),
  };
}

/** Distance of the values of two variables in workgroup memory: no two lanes that add read the same bank. */
const PITCH = 65;

/** Declaration of the workgroup memory that {@link addLanes} needs for `count` variables of 64 lanes. */
export function lanesMemory(count: number): string {
  return `var<workgroup> lanes: array<f32, ${count * PITCH}>;`;
}

/**
 * Text that adds variables over 64 lanes in a fixed order: afterwards `addedLanes(variable, first)` is the sum of the
 * values of a variable in lanes `first`, `first + across`, …. One barrier for all variables; eight runs of eight.
 */
export function addLanes(variables: readonly string[]): string {
  const stores = variables.map((name, at) => `  lanes[${at * PITCH}u + lane] = ${name};`);
  return `${stores.join("\n")}\n  workgroupBarrier();`;
}

/**
 * Declaration of the function `addedLanes`, or with another operation. Its loops begin where the lane says, so that
 * drivers do not unroll them: that takes seconds to compile and gains nothing here.
 */
export function addedLanes(across = 1, join: (left: string, right: string) => string = sum, start = "0.0"): string {
  const run = Math.max(8, across);
  return `
fn addedLanes(variable: u32, first: u32) -> f32 {
  var total = ${start};
  for (var run = first; run < 64u; run += ${run}u) {
    var part = ${start};
    for (var at = run; at < min(run + ${run}u, 64u); at += ${across}u) {
      let value = lanes[variable * ${PITCH}u + at];
      part = ${join("part", "value")};
    }
    total = ${join("total", "part")};
  }
  return total;
}`;
}

function sum(left: string, right: string): string {
  return `${left} + ${right}`;
}
