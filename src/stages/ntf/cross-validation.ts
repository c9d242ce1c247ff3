import type { Device } from "../../compute/device/device.js";
import { type Factors, modelEntry } from "./cp-model.js";
import { type HeldOutOptions, holdOut } from "./held-out.js";
import type { HostTensor } from "./host-tensor.js";
import { type FitSetting, fitOnce, withTensor } from "./scan-ranks.js";
import { normSquared } from "./tensor-norm.js";

/** Start number under which a journal keeps fits with entries held out. */
const HELD_OUT = -1;

/**
 * Relative error of entries that a fit did not see, for each rank: ‖x − model‖ / ‖x‖ over them. One fit per rank, from the
 * factors that `init` gives. Speckled hold-out (A. H. Williams et al., Neuron 98, 2018), with the neighbours in time left out too. Null where
 * no entry was chosen, or all chosen are 0. The tensor must be dense; memory: once more, on the device.
 * @throws {InterruptedError}
 * @throws {DeviceError}
 */
export async function heldOutErrors(
  device: Device,
  tensor: HostTensor,
  ranks: readonly { readonly rank: number; readonly init: Factors }[],
  setting: FitSetting & Omit<HeldOutOptions, "seed">,
): Promise<(number | null)[]> {
  const { scored, missing } = holdOut(tensor, setting);
  const truth = Float64Array.from(scored, (entry) => tensor.values[entry] as number);
  const total = normSquared(truth);
  const values = tensor.values.slice();
  for (const entry of missing) values[entry] = 0;
  const seen: HostTensor = { ...tensor, values, missing, normSquared: normSquared(values) };
  if (!(total > 0) || !(seen.normSquared > 0)) return ranks.map(() => null);
  return withTensor(device, setting.type, seen, async (operand) => {
    const errors: number[] = [];
    for (const { rank, init } of ranks) {
      const key = { run: setting.run, rank, start: HELD_OUT };
      const { factors } = await fitOnce(device, operand, seen, key, init, setting);
      const residual = truth.map((value, i) => value - modelEntry(factors, tensor.shape, rank, scored[i] as number));
      errors.push(Math.sqrt(normSquared(residual) / total));
    }
    return errors;
  });
}
