import { brokenMatrices } from "./broken-matrices.js";
import { type BrokenSource, SampleMirror } from "./broken-source.js";
import { brokenSpreadsheets } from "./broken-spreadsheets.js";
import { brokenTexts } from "./broken-texts.js";
import { sampleFiles } from "./sample-sources.js";

/**
 * Broken raw files, made from {@link sampleFiles}: truncated, misnamed, lying about sizes, out of bounds, not the format
 * at all. Each replaces one file of a sample mirror; the pipeline's loader must refuse it with the expected tag, or drop
 * the record with the expected reason. Depends on `seed` alone. About 5 MB, 3 s.
 */
export async function brokenSources(seed: number): Promise<BrokenSource[]> {
  const mirror = new SampleMirror(await sampleFiles(seed));
  return [...(await brokenSpreadsheets(mirror)), ...brokenMatrices(mirror), ...brokenTexts(mirror)];
}
