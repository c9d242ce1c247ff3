import type { AreaColumns, RateColumns } from "./scored-part.js";

/**
 * Means over folds; `auc_se` is the standard deviation of the areas (ddof 0, as the published code reports it). Folds
 * without an area are left out of its mean; a rate is null where it is in any fold. Intervals are not those of a mean.
 */
export function meanColumns(
  folds: readonly { readonly area: AreaColumns; readonly rates: RateColumns }[],
): AreaColumns & RateColumns {
  const sum = (of: (columns: AreaColumns) => number) => folds.reduce((total, { area }) => total + of(area), 0);
  const areas = folds.flatMap(({ area }) => (area.auc === null ? [] : [area.auc]));
  const auc = mean(areas);
  const squares = areas.map((value) => (value - (auc as number)) ** 2);
  const names = Object.keys(folds[0]?.rates ?? {}) as (keyof RateColumns)[];
  const rates = names.map((name) => {
    const values = folds.flatMap(({ rates: ofFold }) => ofFold[name] ?? []);
    return [name, /^tpr_at_fpr_[01_]+$/.test(name) && values.length === folds.length ? mean(values) : null];
  });
  const spread = mean(squares);
  return {
    n1: sum(({ n1 }) => n1),
    n0: sum(({ n0 }) => n0),
    n_missing: sum(({ n_missing }) => n_missing),
    auc,
    auc_se: spread === null ? null : Math.sqrt(spread),
    ci_lo: null,
    ci_hi: null,
    bootstrap_lo: null,
    bootstrap_hi: null,
    null_sd: null,
    accuracy: mean(folds.flatMap(({ area }) => area.accuracy ?? [])),
    ...(Object.fromEntries(rates) as RateColumns),
  };
}

/** Null of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}
