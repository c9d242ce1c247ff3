import { DeviceError } from "../../base/errors.js";
import type { TensorOperand } from "../../compute/device/command.js";
import type { Device, FloatType } from "../../compute/device/device.js";
import {
  type OracleDifference,
  type HostTensor as OracleTensor,
  oracleDifference,
} from "../../compute/device/oracle-check.js";
import type { Factors } from "./cp-model.js";
import type { HostTensor } from "./host-tensor.js";

/**
 * One MTTKRP of each mode against the definition.
 * @throws {DeviceError} `device/oracle` where they differ by more than rounding explains.
 */
export async function checkDevice(
  device: Device,
  operand: TensorOperand,
  host: HostTensor,
  type: FloatType,
  start: Factors,
): Promise<OracleDifference> {
  const rank = start[0].length / host.shape[0];
  const tensor = oracleTensor(host);
  let farthest: OracleDifference = { worst: 0, bound: 1, ok: true };
  await device.scope(async (memory) => {
    const held = start.map((factor) => memory.upload(type, factor));
    const [a, b, c] = held as [(typeof held)[0], (typeof held)[0], (typeof held)[0]];
    const factors = [
      Float64Array.from(await memory.download(a)),
      Float64Array.from(await memory.download(b)),
      Float64Array.from(await memory.download(c)),
    ] as const;
    for (const mode of [0, 1, 2] as const) {
      const out = memory.allocate(type, host.shape[mode] * rank);
      await device.run([{ kind: "mttkrp", tensor: operand, mode, factors: [a, b, c], rank, out }]);
      const result = await memory.download(out);
      const found = oracleDifference({ tensor, factors, rank, mode, result, float: type });
      if (!found.ok) {
        const { name } = device.description;
        throw new DeviceError(
          "oracle",
          `device ${name} computes a contraction of mode ${mode} that differs from its definition`,
          {
            fields: { device: name, mode, difference: String(found.worst), bound: found.bound, type },
            wayOut: "use --device cpu, and report the adapter and driver that doctor shows",
          },
        );
      }
      if (found.worst / found.bound > farthest.worst / farthest.bound) farthest = found;
    }
  });
  return farthest;
}

function oracleTensor({ shape, values, roots }: HostTensor): OracleTensor {
  if (roots === undefined) return { form: "dense", values, shape };
  const { bins, width, items } = roots;
  if (roots.form === "square") return { form: "square", roots: values, bins, width, items };
  return { form: "pairs", roots: values, bins, width, items, groups: roots.groups, signs: roots.signs };
}
