import { InterruptedError, NeurotablesError } from "../../base/errors.js";
import type { TensorOperand } from "../../compute/device/command.js";
import { tensorShape } from "../../compute/device/command.js";
import type { Device, DeviceMemory } from "../../compute/device/device.js";
import type { Factors } from "./cp-model.js";
import { type Algorithm, cpSweep, type FactorBuffers, numberType, sweepError, sweepWork } from "./cp-sweep.js";
import type { Presence } from "./presence.js";

/** Sweeps between two looks at the errors, at most. */
const SWEEPS_PER_RUN = 10;
/** Operations between two looks, about: some seconds, so that a stop is heard. */
const WORK_PER_RUN = 2e10;
/** Sweeps before the errors are asked whether they stand still. */
const LEAST_SWEEPS = 50;

/** Where a fit stands: factors as they are after as many sweeps as there are errors. */
export interface FitState {
  readonly factors: Factors;
  readonly errors: Float64Array;
}

export interface FitOptions {
  readonly rank: number;
  /** Factors to start from, used as they are. */
  readonly init: Factors;
  readonly algorithm: Algorithm;
  /** Most sweeps. */
  readonly iterations: number;
  /** Ends the fit after the first sweep from the 50th on that changes the error by less. */
  readonly tolerance?: number | undefined;
  readonly innerSweeps?: number | undefined;
  /** ‖X‖² over the entries that count, as the device holds them; positive. */
  readonly normSquared: number;
  readonly presence?: Presence | undefined;
  /** Row-major indices of missing entries of a dense tensor, beyond `presence`. The fit overwrites them. */
  readonly missing?: Uint32Array | undefined;
  /** Goes on from here; the result is that of a fit that was never interrupted. */
  readonly resume?: FitState | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called between runs of up to ten sweeps. `state` copies the factors from the device. */
  readonly onSweeps?: ((sweeps: number, state: () => Promise<FitState>) => Promise<void> | void) | undefined;
}

export interface CpFit extends FitState {
  /** Whether the tolerance ended it. */
  readonly converged: boolean;
}

/**
 * Non-negative CP decomposition of a three-way tensor by hierarchical alternating least squares (A. Cichocki and
 * A.-H. Phan, IEICE Trans. Fundamentals E92-A, 2009) or multiplicative updates (D. D. Lee and H. S. Seung, NIPS 2000),
 * modes in the order 0, 1, 2. Up to ten sweeps are queued at once. Where the tolerance is met before the last of them, the factors go back to
 * where they were before and do the sweeps up to that one again, so that `errors` and `factors` are those of the sweep
 * that met it. Factors are not normalised.
 *
 * Cost per sweep: two passes over a dense tensor (three with missing entries), 6 · entries · rank operations; memory: factors
 * twice, and the MTTKRP of each mode. The buffers belong to `memory`.
 * @throws {InterruptedError} where the signal says so.
 * @throws {NeurotablesError} `ntf/not-finite` where numbers left the range of the device's type.
 * @throws {DeviceError}
 */
export async function fitCp(
  device: Device,
  memory: DeviceMemory,
  tensor: TensorOperand,
  options: FitOptions,
): Promise<CpFit> {
  const { rank, algorithm, iterations, tolerance, innerSweeps = 1, normSquared, presence, resume, signal } = options;
  const type = numberType(tensor);
  const shape = tensorShape(tensor);
  const start = resume?.factors ?? options.init;
  const factors = start.map((factor) => memory.upload(type, factor)) as unknown as FactorBuffers;
  const before = shape.map((rows) => memory.allocate(type, rows * rank)) as unknown as FactorBuffers;
  const missing =
    options.missing === undefined || options.missing.length === 0
      ? undefined
      : memory.upload("uint32", options.missing);
  const sweep = cpSweep(device, memory, tensor, factors, { rank, algorithm, innerSweeps, presence, missing });
  const perRun = Math.min(SWEEPS_PER_RUN, Math.max(1, Math.floor(WORK_PER_RUN / sweepWork(tensor, rank))));
  const terms = Array.from({ length: Math.min(perRun, iterations) }, () => sweep.terms());
  const errors = [...(resume?.errors ?? [])];
  const copies = (from: FactorBuffers, to: FactorBuffers) =>
    from.map((buffer, mode) => ({ kind: "copy", from: buffer, to: to[mode] as FactorBuffers[0] }) as const);
  const download = async (): Promise<Factors> => {
    const [a, b, c] = [
      await memory.download(factors[0]),
      await memory.download(factors[1]),
      await memory.download(factors[2]),
    ];
    return [Float64Array.from(a), Float64Array.from(b), Float64Array.from(c)];
  };
  const state = async (): Promise<FitState> => ({ factors: await download(), errors: Float64Array.from(errors) });

  let converged = standsStill(errors, tolerance);
  if (errors.length < iterations && !converged) await device.run(sweep.fill);
  while (errors.length < iterations && !converged) {
    if (signal?.aborted) throw new InterruptedError();
    const done = errors.length;
    const queued = terms.slice(0, iterations - done);
    const mayEnd = tolerance !== undefined && queued.length > 1 && done + queued.length > LEAST_SWEEPS;
    await device.run([
      ...(mayEnd ? copies(factors, before) : []),
      ...queued.flatMap((term) => [...sweep.update, ...sweep.error(term)]),
    ]);
    for (const term of queued) {
      errors.push(checked(await sweepError(memory, term, normSquared), errors.length + 1, type));
      converged = standsStill(errors, tolerance);
      if (converged) break;
    }
    const used = errors.length - done;
    if (used < queued.length) {
      const again = Array.from({ length: used }, () => [...sweep.fill, ...sweep.update]);
      await device.run([...copies(before, factors), ...again.flat()]);
    }
    await options.onSweeps?.(errors.length, state);
  }
  return { ...(await state()), converged };
}

/** Whether the last sweep changed the error by less than the tolerance. */
function standsStill(errors: readonly number[], tolerance: number | undefined): boolean {
  if (tolerance === undefined || errors.length < LEAST_SWEEPS) return false;
  return Math.abs((errors.at(-1) as number) - (errors.at(-2) as number)) < tolerance;
}

function checked(error: number, sweep: number, type: string): number {
  if (Number.isFinite(error)) return error;
  throw new NeurotablesError("ntf/not-finite", `the error after sweep ${sweep} is no number in ${type}`, {
    fields: { sweep, type },
    wayOut: "scale the tensor so that its numbers are near 1, or compute in float64",
  });
}

/** The largest rise of the error from one sweep to the next; 0 where it never rose. */
export function largestRise(errors: ArrayLike<number>): number {
  let rise = 0;
  for (let k = 1; k < errors.length; k++) rise = Math.max(rise, (errors[k] as number) - (errors[k - 1] as number));
  return rise;
}
