import {
  bayesianInformation,
  fitMixture,
  type Mixture,
  type MixtureOptions,
} from "../../../compute/statistics/gaussian-mixture.js";
import type { Points } from "../../../compute/statistics/k-means.js";
import { randomNumbers } from "../../../compute/statistics/random-numbers.js";

export interface SelectionParameters {
  readonly leastComponents: number;
  readonly mostComponents: number;
  /** `bic`: on all points. `cross-validation`: mean over five held-out fifths in order, as scikit-learn's grid search. */
  readonly selection: "bic" | "cross-validation";
  /** Added to the diagonal of every covariance. */
  readonly regularisation: number;
}

export interface SelectedMixture {
  readonly mixture: Mixture;
  /** Criterion by number of components, for those tried. */
  readonly criteria: readonly (readonly [components: number, criterion: number])[];
}

const FOLDS = 5;
const TOLERANCE = 1e-3;
const ITERATIONS = 100;
/** Numbers of components without a better criterion after which no more are tried by `bic`. */
const PATIENCE = 5;

/**
 * The Gaussian mixture whose number of components has the smallest Bayesian information criterion; the first of equals.
 * More components than points are not tried. Undefined without points. Deterministic for a seed.
 */
export function selectMixture(
  points: Points,
  parameters: SelectionParameters,
  seed: number,
): SelectedMixture | undefined {
  const { leastComponents, mostComponents, selection, regularisation } = parameters;
  if (points.count === 0) return undefined;
  const least = Math.min(leastComponents, points.count);
  const most = Math.max(least, Math.min(mostComponents, points.count));
  const options = (components: number, stream: number): MixtureOptions => ({
    components,
    random: randomNumbers(seed, stream),
    regularisation,
    tolerance: TOLERANCE,
    iterations: ITERATIONS,
  });
  const criteria: [number, number][] = [];
  let best: { mixture: Mixture | undefined; components: number; criterion: number } | undefined;
  for (let components = least; components <= most; components++) {
    let mixture: Mixture | undefined;
    let criterion = Number.POSITIVE_INFINITY;
    if (selection === "bic") {
      mixture = fitMixture(points, options(components, components));
      criterion = bayesianInformation(points, mixture);
    } else {
      criterion = heldOut(points, components, options);
    }
    criteria.push([components, criterion]);
    if (best === undefined || criterion < best.criterion) best = { mixture, components, criterion };
    if (selection === "bic" && components - best.components >= PATIENCE) break;
  }
  if (best === undefined) return undefined;
  return { mixture: best.mixture ?? fitMixture(points, options(best.components, best.components)), criteria };
}

/** Mean criterion of the held-out fifths; infinite where a fit has fewer points than components. */
function heldOut(
  points: Points,
  components: number,
  options: (components: number, stream: number) => MixtureOptions,
): number {
  const { count, dimensions, values } = points;
  if (count < FOLDS) return Number.POSITIVE_INFINITY;
  let sum = 0;
  let start = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const size = Math.floor(count / FOLDS) + (fold < count % FOLDS ? 1 : 0);
    if (count - size < components) return Number.POSITIVE_INFINITY;
    const kept = new Float64Array((count - size) * dimensions);
    kept.set(values.subarray(0, start * dimensions));
    kept.set(values.subarray((start + size) * dimensions), start * dimensions);
    const fitted = fitMixture(
      { count: count - size, dimensions, values: kept },
      options(components, 1000 * (fold + 1) + components),
    );
    const test = values.subarray(start * dimensions, (start + size) * dimensions);
    sum += bayesianInformation({ count: size, dimensions, values: test }, fitted);
    start += size;
  }
  return sum / FOLDS;
}
