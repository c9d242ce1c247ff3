import type { LabelledUnit } from "./document-verdict.js";
import { fitTau, shareAbove } from "./tau.js";

/** Scores of windows, unit by unit, as they come. */
export class WindowScores {
  #units = new Int32Array(64);
  #scores = new Float64Array(64);
  #length = 0;

  /** @param unit place of its unit in the list of units. */
  add(unit: number, score: number): void {
    if (this.#length === this.#units.length) {
      const [units, scores] = [new Int32Array(2 * this.#length), new Float64Array(2 * this.#length)];
      units.set(this.#units);
      scores.set(this.#scores);
      [this.#units, this.#scores] = [units, scores];
    }
    this.#units[this.#length] = unit;
    this.#scores[this.#length++] = score;
  }

  /**
   * Share of every unit's windows at or above the τ of the other folds; NaN for a unit without windows and where the
   * other folds lack members or non-members. O(folds · n log n).
   */
  tauScores(units: readonly LabelledUnit[]): Float64Array {
    const result = new Float64Array(units.length).fill(Number.NaN);
    const windowUnits = this.#units.subarray(0, this.#length);
    const scores = this.#scores.subarray(0, this.#length);
    const ofUnit = units.map((): number[] => []);
    windowUnits.forEach((unit, at) => {
      ofUnit[unit]?.push(scores[at] as number);
    });
    for (const fold of new Set(units.map((unit) => unit.fold))) {
      const isTraining = (at: number) => units[windowUnits[at] as number]?.fold !== fold;
      const values = scores.filter((_, at) => isTraining(at));
      const labels = Uint8Array.from(
        windowUnits.filter((_, at) => isTraining(at)),
        (unit) => units[unit]?.label ?? 0,
      );
      const fitted = labels.includes(0) && labels.includes(1) ? fitTau(values, labels) : undefined;
      if (fitted === undefined) continue;
      units.forEach((unit, at) => {
        if (unit.fold === fold) result[at] = shareAbove(Float64Array.from(ofUnit[at] ?? []), fitted.tau);
      });
    }
    return result;
  }
}
