import { ContractError } from "../base/errors.js";

/** Two ROIs of a recording that are the same neuron. */
export function duplicateLabel(recording: string, label: string): ContractError {
  return new ContractError("duplicate-label", `${recording} has two ROIs whose label is ${label}`, {
    fields: { table: "celegans_activity.roi", recording, label },
    wayOut: "ROIs that share a neuron have the status duplicate: run the pipeline of celegans_activity again.",
  });
}

/** A recording whose traces do not stand together. */
export function recordingSplit(recording: string): ContractError {
  return new ContractError(
    "recording-split",
    `celegans_activity.trace has rows of ${recording} in two places, with other recordings between`,
    {
      fields: { table: "celegans_activity.trace", recording },
      wayOut: "Two partitions hold the same recording: a raw file is read twice under different names.",
    },
  );
}
