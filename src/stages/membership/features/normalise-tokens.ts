import type { FeatureOptions } from "./feature-options.js";

/** −log of the smallest positive float64: a token of probability 0 counts as this surprising. */
export const LARGEST_LOSS = 744.44;
/** What the published code writes for a value that is not finite (`10e-6`). */
export const REPLACEMENT = 1e-5;

/** Where log p is larger p is a normal float64. */
const NORMAL = Math.log(1e-290);

type Rule = Pick<FeatureOptions, "nonfinite" | "precision">;

/** −log p of every token, bounded unless the rule is `upstream`, which leaves it as it is. */
export function tokenLoss(logprob: ArrayLike<number>, { nonfinite }: Pick<Rule, "nonfinite">): Float64Array {
  const loss = new Float64Array(logprob.length);
  for (let i = 0; i < loss.length; i++) {
    const value = 0 - (logprob[i] as number);
    loss[i] = nonfinite === "clip" && value > LARGEST_LOSS ? LARGEST_LOSS : value;
  }
  return loss;
}

/**
 * −log p as it enters RatioNorm, F = base + log R (section 4.2 of Meeus et al. 2024, in log space). With the rule
 * `upstream` p is computed and its logarithm taken again, as published: NaN where p underflows, which stands for
 * {@link REPLACEMENT} whatever R is.
 */
export function ratioBase(logprob: ArrayLike<number>, rule: Rule): Float64Array {
  if (rule.nonfinite !== "upstream") return tokenLoss(logprob, rule);
  const base = new Float64Array(logprob.length);
  const isDouble = rule.precision === "f64";
  for (let i = 0; i < base.length; i++) {
    const value = logprob[i] as number;
    // Where p is a normal number its logarithm is known without rounding it twice.
    if (isDouble && value > NORMAL) {
      base[i] = 0 - value;
      continue;
    }
    const exact = Math.exp(value);
    const p = isDouble ? exact : Math.fround(exact);
    base[i] = p === 0 ? Number.NaN : -Math.log(p);
  }
  return base;
}

/**
 * −log(1 − (p_max − p)) as it enters MaxNorm, F = base + log R. Where that is infinite (p_max = 1 and p underflows):
 * `clip` takes −log p, `upstream` gives NaN, which stands for {@link REPLACEMENT}, `error` gives Infinity.
 */
export function maximumBase(logprob: ArrayLike<number>, maxLogprob: ArrayLike<number>, rule: Rule): Float64Array {
  const { nonfinite, precision } = rule;
  const base = new Float64Array(logprob.length);
  for (let i = 0; i < base.length; i++) {
    const loss = -(logprob[i] as number);
    const best = maxLogprob[i] as number;
    if (precision === "f32") {
      const difference = Math.fround(Math.fround(Math.exp(best)) - Math.fround(Math.exp(-loss)));
      base[i] = -Math.log(Math.fround(1 - difference));
    } else if (nonfinite === "upstream") base[i] = -Math.log(1 - (Math.exp(best) - Math.exp(-loss)));
    else base[i] = -Math.log(Math.exp(-loss) - Math.expm1(best));
    if (Number.isFinite(base[i])) continue;
    if (nonfinite === "upstream") base[i] = Number.NaN;
    else base[i] = nonfinite === "clip" ? Math.min(loss, LARGEST_LOSS) : Number.POSITIVE_INFINITY;
  }
  return base;
}

/**
 * F of every token: its base plus log R of the token. NaN in the base, and F = ±∞ (a reference value of 0), become
 * {@link REPLACEMENT}; with other rules neither occurs.
 * @param ids token numbers, all less than the length of `logReference`
 */
export function normalisedValues(
  base: Float64Array,
  ids: Int32Array,
  logReference: Float64Array,
  into: Float64Array = new Float64Array(base.length),
): Float64Array {
  for (let i = 0; i < base.length; i++) {
    const value = (base[i] as number) + (logReference[ids[i] as number] as number);
    // x − x is 0 for finite x, NaN otherwise.
    into[i] = value - value === 0 ? value : REPLACEMENT;
  }
  return into;
}
