import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import type {
  ComponentRow,
  FactorAnimalRow,
  FactorNeuronRow,
  FactorPairRow,
  FactorParameterRow,
  FactorTimeRow,
  RankRow,
  RunRow,
  StartFactorRow,
} from "../../tables/generated/dynamic_connectome.js";
import type { CpModel, Factors } from "./cp-model.js";
import type { AffinityTensor } from "./read-tensor.js";
import type { RankScan } from "./scan-ranks.js";

/** Loadings of pairs below this are left out of the table. */
const LEAST_PAIR = 1e-12;

/** A row per rank and start. */
export function* runRows(
  runId: string,
  scans: readonly RankScan[],
  { seed, algorithm }: { readonly seed: number; readonly algorithm: "hals" | "mu" },
): Generator<RunRow> {
  for (const { rank, fits } of scans) {
    for (const { start, errors, converged, stuck, match } of fits) {
      yield {
        run_id: runId,
        rank,
        start,
        seed: BigInt(seed),
        algorithm,
        iteration: errors.length,
        rel_err: errors.at(-1) as number,
        converged,
        stuck,
        fms_to_best: match?.score ?? null,
        errors: [...errors],
      };
    }
  }
}

/** The rows of the factors that a fit began with. */
export function* startRows(runId: string, rank: number, start: number, factors: Factors): Generator<StartFactorRow> {
  for (const [mode, factor] of factors.entries()) {
    for (let row = 0; row * rank < factor.length; row++) {
      yield { run_id: runId, rank, start, mode, row, values: [...factor.subarray(row * rank, (row + 1) * rank)] };
    }
  }
}

export interface ChosenRank {
  readonly rank: number;
  readonly choice: NonNullable<RankRow["choice"]>;
}

/** A row per rank. */
export function rankRows(
  runId: string,
  scans: readonly RankScan[],
  heldOut: readonly (number | null)[],
  chosen: ChosenRank,
  reproducible: number,
): RankRow[] {
  return scans.map(({ rank, best, corcondia, stability, nuclearScore }, i) => ({
    run_id: runId,
    rank,
    best_err: best.errors.at(-1) as number,
    corcondia: Number.isFinite(corcondia) ? corcondia : null,
    stability,
    nuclear_score: nuclearScore,
    cv_err: heldOut[i] ?? null,
    chosen: rank === chosen.rank,
    reproducible: stability === null ? null : stability >= reproducible,
    choice: rank === chosen.rank ? chosen.choice : null,
  }));
}

/** A row per component of the best start. */
export function componentRows(runId: string, { rank, fits, best }: RankScan, reproducible: number): ComponentRow[] {
  const { weights } = best.model;
  const largest = Math.max(...weights);
  const squares = weights.map((weight) => (largest === 0 ? 1 : (weight / largest) ** 2));
  const total = squares.reduce((sum, square) => sum + square, 0);
  const others = fits.flatMap(({ match }) => match ?? []);
  return Array.from({ length: rank }, (_, component) => {
    const scores = others.map(({ components }) => components[component] as number);
    const mean = scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
    return {
      run_id: runId,
      component,
      lambda: weights[component] as number,
      share: (squares[component] as number) / total,
      best_start: best.start,
      fms_to_starts: mean,
      reproducible: mean === null ? null : mean >= reproducible,
    };
  });
}

const valueAt = (factor: Float64Array, row: number, component: number, rank: number) =>
  factor[row * rank + component] as number;

export function* timeRows(
  { runId, bins, animals }: AffinityTensor,
  { factors, rank }: CpModel,
): Generator<FactorTimeRow> {
  const time = bins.animal === undefined ? factors[1] : factors[2];
  for (let component = 0; component < rank; component++) {
    for (let bin = 0; bin < bins.count; bin++) {
      const animal = bins.animal === undefined ? null : (animals[bins.animal[bin] as number] as string);
      const value = valueAt(time, bin, component, rank);
      yield { run_id: runId, component, bin, animal_id: animal, t_s: bins.t_s[bin] as number, value };
    }
  }
}

/** Loadings of animals: a factor where they share the clock; else means of the time factor over their bins. */
export function animalRows({ runId, bins, animals }: AffinityTensor, { factors, rank }: CpModel): FactorAnimalRow[] {
  const rows: FactorAnimalRow[] = [];
  for (let component = 0; component < rank; component++) {
    for (const [index, animal] of animals.entries()) {
      let value = valueAt(factors[2], index, component, rank);
      if (bins.animal !== undefined) {
        let [sum, count] = [0, 0];
        for (const [bin, of] of bins.animal.entries()) {
          if (of !== index) continue;
          sum += valueAt(factors[2], bin, component, rank);
          count++;
        }
        value = count === 0 ? 0 : sum / count;
      }
      rows.push({ run_id: runId, component, animal_id: animal, value });
    }
  }
  return rows;
}

/** Loadings of pairs, those that are next to nothing left out. */
export function* pairRows(tensor: AffinityTensor, { factors, rank, shape }: CpModel): Generator<FactorPairRow> {
  const { runId, neurons, bins } = tensor;
  const items = neurons.length;
  const pairs = (items * (items - 1)) / 2;
  const [first, second] = factors;
  const isSquare = bins.animal !== undefined;
  for (let component = 0; component < rank; component++) {
    const at = (factor: Float64Array, row: number) => valueAt(factor, row, component, rank);
    for (let from = 0; from < (isSquare ? pairs : shape[0]); from += pairs) {
      for (let i = 0, p = from; i < items; i++) {
        for (let j = i + 1; j < items; j++, p++) {
          const value = isSquare ? (at(first, i) * at(second, j) + at(first, j) * at(second, i)) / 2 : at(first, p);
          if (value < LEAST_PAIR) continue;
          yield {
            run_id: runId,
            component,
            neuron_i: neurons[i] as string,
            neuron_j: neurons[j] as string,
            direction: from === 0 ? "together" : "opposite",
            value,
          };
        }
      }
    }
  }
}

/** Loadings of neurons where the tensor is neurons × neurons × bins; none else. */
export function* neuronRows(
  { runId, neurons, bins }: AffinityTensor,
  { factors, rank }: CpModel,
): Generator<FactorNeuronRow> {
  if (bins.animal === undefined) return;
  for (let component = 0; component < rank; component++) {
    for (const [i, neuron] of neurons.entries()) {
      const value = (valueAt(factors[0], i, component, rank) + valueAt(factors[1], i, component, rank)) / 2;
      yield { run_id: runId, component, neuron_id: neuron, value };
    }
  }
}

export function parameterRows(runId: string, used: Readonly<Record<string, Canonical>>): FactorParameterRow[] {
  return Object.entries(used).map(([name, value]) => ({
    run_id: runId,
    step: "factors" as const,
    name,
    value: canonicalJson(value),
  }));
}
