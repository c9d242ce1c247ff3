import { PREDICTION_BREAKAGES } from "./broken-predictions.js";
import { LINKED_SAMPLES, SAMPLE_BREAKAGES } from "./broken-samples.js";
import { type BrokenVolume, named } from "./broken-volume.js";

/**
 * Samples and predictions in the layout of FISBe that are broken in one way each: arrays missing, cut off, lying about
 * shape and type, of other types and sizes, out of bounds; or merely unusual, which is carried. Each must give one error
 * that names file and place, or the rows it describes, and leave all others alone. Small, the same each time, some 100
 * files of a few hundred bytes.
 */
export async function brokenVolumes(): Promise<BrokenVolume[]> {
  return [...(await named(SAMPLE_BREAKAGES, "R9")), ...(await named(PREDICTION_BREAKAGES, "VT9"))];
}

/** Samples whose stores hold links; apart from the others, for a source with one of them is refused as a whole. */
export function linkedVolumes(): Promise<BrokenVolume[]> {
  return named(LINKED_SAMPLES, "JRC_SS9");
}
