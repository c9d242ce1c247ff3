/**
 * Non-negative tensor factorisation for programs: `import { … } from "neurotables/ntf"`.
 */
export { DeviceError, NeurotablesError, UsageError } from "../../base/errors.js";
export type { Device, DeviceDescription, FloatType } from "../../compute/device/device.js";
export { type OpenOptions, openDevice } from "../../compute/device/open-device.js";
export type { CpModel, Factors, Shape } from "./cp-model.js";
export type { Algorithm } from "./cp-sweep.js";
export { type FactorMatch, factorMatch } from "./factor-match.js";
export { coreConsistency, factorMatchScore } from "./model-scores.js";
export { type NonnegativeCp, type NonnegativeCpOptions, nonnegativeCp } from "./nonnegative-cp.js";
export { nuclearScore } from "./nuclear-score.js";
