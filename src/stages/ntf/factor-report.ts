import type { OracleDifference } from "../../compute/device/oracle-check.js";
import type { StageContext } from "../stage.js";
import type { FactorParameters, RunPlan } from "./factor-parameters.js";
import type { ChosenRank } from "./factor-rows.js";
import { largestRise } from "./fit-cp.js";
import type { RankScan } from "./scan-ranks.js";

/** Evidence of a run, and warnings of what a reader must not overlook. */
export function reportRun(
  context: StageContext<FactorParameters>,
  runId: string,
  plan: RunPlan,
  scans: readonly RankScan[],
  chosen: ChosenRank,
  oracle: OracleDifference,
): void {
  const { parameters } = plan;
  const scan = scans.find(({ rank }) => rank === chosen.rank) as RankScan;
  const { stability, corcondia, best, fits } = scan;
  context.evidence({
    [`${runId}.precision`]: plan.type,
    [`${runId}.form`]: plan.form,
    [`${runId}.oracle_difference`]: oracle.worst,
    [`${runId}.oracle_bound`]: oracle.bound,
    [`${runId}.rank`]: chosen.rank,
    [`${runId}.rank_choice`]: chosen.choice,
    [`${runId}.error`]: best.errors.at(-1) as number,
    [`${runId}.corcondia`]: corcondia,
    [`${runId}.stability`]: stability,
    [`${runId}.starts_stuck`]: fits.filter(({ stuck }) => stuck).length,
    [`${runId}.starts_converged`]: fits.filter(({ converged }) => converged).length,
    [`${runId}.largest_rise`]: Math.max(...scans.flatMap((one) => one.fits.map(({ errors }) => largestRise(errors)))),
    [`${runId}.not_held_out`]: plan.notHeldOut,
  });
  if (plan.notHeldOut !== null && parameters.held_out > 0) {
    context.log.warn(`run ${runId}: no entries are held out: ${plan.notHeldOut}`);
  }
  if (chosen.choice === "none_passes") {
    context.log.warn(
      `run ${runId}: no rank has a core consistency of ${parameters.least_corcondia} % and a stability of ${parameters.least_stability}; ${chosen.rank}, the most stable one, is a guess`,
    );
  }
  if (stability !== null && stability < parameters.reproducible) {
    context.log.warn(
      `run ${runId}: not reproducible: stability ${stability.toFixed(2)} of rank ${chosen.rank} is below ${parameters.reproducible}`,
    );
  }
  const stuckStarts = fits.filter(({ stuck }) => stuck).map(({ start }) => start);
  if (stuckStarts.length > 0) {
    context.log.warn(`run ${runId}: of the starts of rank ${chosen.rank}, ${stuckStarts.join(", ")} got stuck`);
  }
}
