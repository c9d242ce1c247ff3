import type { Device, FloatType } from "../../../../src/compute/device/device.js";

/** What the parts of the suite test: a device that is open while their tests run, in one float type. */
export interface Conforming {
  readonly device: () => Device;
  readonly float: FloatType;
}

/** Around the numbers that kernels unroll or vectorise by: 1, 2, 4, 8, 12, 16, 32. */
export const RANKS = [1, 2, 3, 5, 12, 13, 24, 33];
