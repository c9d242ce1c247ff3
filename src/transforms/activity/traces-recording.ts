import { type ResamplePlan, resample, resamplePlan } from "./resample.js";
import { type SmoothPlan, smooth, smoothPlan } from "./smooth.js";
import { type TimeAxis, timeAxis } from "./time-axis.js";

/** How traces are put on the common grid. */
export interface TraceRules {
  /** Step of the grid, seconds. */
  readonly dtS: number;
  /** Longest step between frames over which is interpolated, in median steps. */
  readonly gap: number;
  /** Window of the moving mean over frames before resampling, seconds; null: nothing is smoothed. */
  readonly smoothS: number | null;
}

/** Time, grid and weights of one recording: computed once, used for each of its ROIs. */
export class TraceRecording {
  readonly recordingId: string;
  readonly primaryKind: string | null;
  readonly axis: TimeAxis;
  readonly plan: ResamplePlan;
  readonly #smoothing: SmoothPlan | null;
  readonly #smoothed: Float64Array;

  /** @throws {LoadError} `load/time-order`, `load/segment-start`, `load/grid-too-long` */
  constructor(
    record: {
      readonly recordingId: string;
      readonly primaryKind: string | null;
      readonly timeS: ArrayLike<number>;
      readonly segmentStarts: ArrayLike<number>;
    },
    rules: TraceRules,
  ) {
    this.recordingId = record.recordingId;
    this.primaryKind = record.primaryKind;
    this.axis = timeAxis({ ...record, gap: rules.gap });
    this.plan = resamplePlan(this.axis, rules.dtS);
    this.#smoothing = rules.smoothS === null ? null : smoothPlan(this.axis, rules.smoothS);
    this.#smoothed = new Float64Array(this.#smoothing === null ? 0 : this.axis.timeS.length);
  }

  /** Puts one trace on the grid. @param values one per frame @param into room for `plan.samples` */
  resample(values: Float64Array, into: Float64Array): void {
    if (this.#smoothing === null) {
      resample(this.plan, values, into);
      return;
    }
    smooth(this.#smoothing, values, this.#smoothed);
    resample(this.plan, this.#smoothed, into);
  }
}
