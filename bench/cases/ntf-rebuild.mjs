import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureSuccess, root } from "../measure.mjs";
import { threadsName } from "../ntf/paired-fits.mjs";
import { megabytes, seconds } from "../report.mjs";

export const title = "the tensor of published factors, taken apart again";
export const columns = ["start", "error", "factor match score", "of the worst component", "stuck", "wall"];

const OURS = fileURLToPath(new URL("../ntf/rebuild-factors.mjs", import.meta.url));
const FOLDER = join("ntf-mds", "dyballa-ntf-factors", "retina");
const STARTS = 8;
const SWEEPS = 500;
const THREADS = 2;
const TARGET = { error: 0.012, match: 0.9995 };

/**
 * @param {{ folder: string, say: (text: string) => void, short?: boolean, factors?: string, starts?: number,
 *   sweeps?: number }} options
 */
export async function measure({
  say,
  short = false,
  factors = publishedFactors(),
  starts = short ? 2 : STARTS,
  sweeps = short ? 20 : SWEEPS,
}) {
  if (factors === undefined) {
    return { rows: [], skipped: `there is no folder ${FOLDER} in NEUROTABLES_SOURCES or ../shared/data` };
  }
  say(`${starts} starts of ${sweeps} sweeps`);
  const request = { factors, starts, sweeps, threads: THREADS };
  const { stdout } = await measureSuccess(process.execPath, [OURS, JSON.stringify(request)]);
  const { fits, shape, rank, norm, sum, peak } = JSON.parse(stdout);
  const best = fits.reduce((a, b) => (b.error < a.error ? b : a));
  const stuck = fits.filter((fit) => fit.isStuck);
  return {
    rows: fits.map(({ start, error, match, worst, isStuck, wall }) => [
      `${start + 1}${start === best.start ? ", the best" : ""}`,
      error.toPrecision(3),
      match.toFixed(5),
      worst.toFixed(5),
      isStuck ? "yes" : "no",
      seconds(wall),
    ]),
    targets: short
      ? []
      : [
          { what: "error of the best start", limit: TARGET.error, found: best.error, unit: "" },
          {
            what: "1 − factor match score of the best start, × 10,000",
            limit: Math.round(1e4 * (1 - TARGET.match)),
            found: 1e4 * (1 - best.match),
            unit: "",
          },
        ],
    notes: [
      `Retinal factors of Dyballa et al. (BSD-2), ${shape.map((size) => size.toLocaleString("en")).join(" × ")}, rank ${rank}: ‖X‖ ${norm.toFixed(5)}, ΣX ${sum.toFixed(3)}. HALS, float64, ${threadsName(THREADS)}, ${sweeps} sweeps from random starts, seed 0; scores are to the published factors; peak memory ${megabytes(peak)}.`,
      stuck.length === 0
        ? "No start is stuck (explains less of ‖X‖² than the best, by more than 0.001 of it)."
        : `Stuck (explain less of ‖X‖² than the best, by more than 0.001 of it): ${stuck.map((fit) => fit.start + 1).join(", ")}.`,
    ],
  };
}

/** A folder with the published factors; undefined where there is none. */
function publishedFactors() {
  const folders = [...(process.env.NEUROTABLES_SOURCES ?? "").split(":"), join(root, "..", "shared", "data")];
  return folders.map((folder) => folder && join(folder, FOLDER)).find((folder) => folder && existsSync(folder));
}
