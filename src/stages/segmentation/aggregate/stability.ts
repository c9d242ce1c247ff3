import { UsageError } from "../../../base/errors.js";
import type { SetJson, SetJsonValue } from "./aggregate-json.js";

/** Mean and population standard deviation of one number over three runs. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** The numbers of an aggregate over three runs, nested as they are. */
export interface SpreadTree {
  readonly [key: string]: Spread | SpreadTree;
}

/**
 * How far three runs of one method differ: mean and population standard deviation (divisor 3) of every numeric key.
 * Lists have no counterpart from run to run and are left out, as is a key that is null in one of the runs.
 * @throws {UsageError} `usage/three-runs` for another number of runs: the benchmark asks for exactly three.
 */
export function stabilityOf(runs: readonly SetJson[]): SpreadTree {
  const [a, b, c] = runs;
  if (runs.length !== 3 || a === undefined || b === undefined || c === undefined) {
    throw new UsageError("three-runs", `stability is measured over exactly three runs, not ${runs.length}`, {
      fields: { runs: runs.length },
    });
  }
  return spread([a, b, c]);
}

type Keys = { readonly [key: string]: SetJsonValue };

function spread(runs: readonly [Keys, Keys, Keys]): SpreadTree {
  const tree: Record<string, Spread | SpreadTree> = {};
  for (const key of Object.keys(runs[0])) {
    const [a, b, c] = runs.map((run) => (Object.hasOwn(run, key) ? run[key] : undefined));
    if (typeof a === "number" && typeof b === "number" && typeof c === "number") {
      const mean = (a + b + c) / 3;
      tree[key] = { mean, std: Math.sqrt(((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 3) };
    } else if (isKeys(a) && isKeys(b) && isKeys(c)) tree[key] = spread([a, b, c]);
  }
  return tree;
}

function isKeys(value: SetJsonValue | undefined): value is Keys {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
