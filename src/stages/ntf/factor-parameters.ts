import { z } from "zod";
import type { FloatType } from "../../compute/device/device.js";
import { MOST_STARTS } from "./random-start.js";

/** Largest rank that is tried. */
const MOST_COMPONENTS = 256;

const aRank = z.int().min(1).max(MOST_COMPONENTS);

const choices = {
  ranks: z
    .union([
      z.array(aRank).min(1).max(64),
      z.strictObject({ from: aRank, to: aRank }).refine(({ from, to }) => from <= to, "from is above to"),
    ])
    .describe("numbers of components that are tried: a list, or from and to"),
  rank: z
    .union([z.literal("rule"), aRank])
    .describe(
      "which of them the components are written for: rule (a control has the rank of its original), or a number, which is then tried too",
    ),
  starts: z.int().min(1).max(MOST_STARTS).describe("random starts of each rank; the fit with the lowest error counts"),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .describe("seed of the starts and of the entries held out"),
  algorithm: z
    .enum(["hals", "mu"])
    .describe("hals: hierarchical alternating least squares; mu: multiplicative updates, slower"),
  iterations: z.int().min(1).max(1_000_000).describe("most sweeps of a fit"),
  tolerance: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe("a fit ends when a sweep, from the 50th on, changes the relative error by less; null: never"),
  inner_sweeps: z.int().min(1).max(10).describe("passes over the components in each update of a factor"),
  precision: z
    .enum(["auto", "float64", "float32"])
    .describe("numbers that the device computes with; auto: float64 where it has it"),
  form: z
    .enum(["auto", "dense", "matrix_free"])
    .describe(
      "dense: the tensor is formed; matrix_free: it is contracted from the slopes and never stored (kernels geomean, product, signed); auto: dense, but matrix_free beyond dense_megabytes, and for the concatenated alignment where that is less work",
    ),
  dense_megabytes: z
    .number()
    .positive()
    .max(1_000_000)
    .describe("largest tensor that is formed, in float64, unless form is dense; beyond it no entries are held out"),
  held_out: z
    .number()
    .min(0)
    .max(0.5)
    .describe("share of the entries that one more fit of each rank does not see, and is scored on; 0: none"),
  held_out_gap: z
    .int()
    .min(0)
    .max(1000)
    .describe("bins before and after an entry held out that the fit does not see either, since smoothing leaks there"),
  least_corcondia: z.number().max(100).describe("the rule: least core consistency in percent"),
  least_stability: z
    .number()
    .min(0)
    .max(1)
    .describe("the rule: least mean factor match score of the starts to the best"),
  reproducible: z
    .number()
    .min(0)
    .max(1)
    .describe("a rank or component whose stability is below is marked as not reproducible"),
  stuck: z
    .number()
    .min(0)
    .max(1)
    .describe("a start is stuck if it explains less of the squared norm than the best, by more than this share"),
};

const overrides = z.strictObject(choices).partial();

export const factorParameters = z.strictObject({
  ranks: choices.ranks.default({ from: 1, to: 8 }),
  rank: choices.rank.default("rule"),
  starts: choices.starts.default(8),
  seed: choices.seed.default(1),
  algorithm: choices.algorithm.default("hals"),
  iterations: choices.iterations.default(500),
  tolerance: choices.tolerance.default(1e-5),
  inner_sweeps: choices.inner_sweeps.default(1),
  precision: choices.precision.default("auto"),
  form: choices.form.default("auto"),
  dense_megabytes: choices.dense_megabytes.default(256),
  held_out: choices.held_out.default(0.05),
  held_out_gap: choices.held_out_gap.default(2),
  least_corcondia: choices.least_corcondia.default(80),
  least_stability: choices.least_stability.default(0.95),
  reproducible: choices.reproducible.default(0.9),
  stuck: choices.stuck.default(0.001),
  runs: z
    .record(z.string(), overrides)
    .default({})
    .describe("parameters of single runs, by the name of the experiment, in place of those above"),
});

export type FactorParameters = z.infer<typeof factorParameters>;
/** The parameters of one run. */
export type RunParameters = Omit<FactorParameters, "runs">;

/** The parameters of one run: the general ones, with its own in their place. */
export function parametersOfRun({ runs, ...general }: FactorParameters, runId: string): RunParameters {
  const own = Object.hasOwn(runs, runId) ? runs[runId] : undefined;
  const given = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...general, ...Object.fromEntries(given) };
}

/** Ranks that are tried, rising, each once. */
export function ranksOf({ ranks, rank }: RunParameters): number[] {
  const listed = Array.isArray(ranks)
    ? ranks
    : Array.from({ length: ranks.to - ranks.from + 1 }, (_, i) => ranks.from + i);
  return [...new Set([...listed, ...(rank === "rule" ? [] : [rank])])].sort((a, b) => a - b);
}

/** Ranks and numbers of one run, and whether entries are held out or why not. */
export interface RunPlan {
  readonly parameters: RunParameters;
  readonly ranks: readonly number[];
  readonly type: FloatType;
  readonly form: "dense" | "matrix_free";
  readonly notHeldOut: string | null;
}
