import { type Canonical, compareCodeUnits } from "../../base/canonical-json.js";
import { NeurotablesError, UsageError } from "../../base/errors.js";
import type { Device, FloatType } from "../../compute/device/device.js";
import type { ExperimentRow } from "../../tables/generated/dynamic_connectome.js";
import type { StageContext } from "../stage.js";
import { checkDevice } from "./check-device.js";
import { heldOutErrors } from "./cross-validation.js";
import {
  type FactorParameters,
  parametersOfRun,
  type RunParameters,
  type RunPlan,
  ranksOf,
} from "./factor-parameters.js";
import { reportRun } from "./factor-report.js";
import {
  animalRows,
  type ChosenRank,
  componentRows,
  neuronRows,
  pairRows,
  parameterRows,
  rankRows,
  runRows,
  startRows,
  timeRows,
} from "./factor-rows.js";
import { FitJournal } from "./fit-journal.js";
import { chooseForm, type HostTensor, hostTensor } from "./host-tensor.js";
import { chooseRank } from "./rank-choice.js";
import { largestRank } from "./rank-limit.js";
import { type AffinityTensor, readTensor } from "./read-tensor.js";
import { type FitSetting, type RankScan, scanRanks, startFactors, withTensor } from "./scan-ranks.js";

export async function runFactors(context: StageContext<FactorParameters>): Promise<void> {
  const { parameters } = context;
  const controlOf = await readControls(context);
  const names = [...controlOf.keys()];
  for (const name of Object.keys(parameters.runs)) {
    if (names.includes(name)) continue;
    throw new UsageError("run", `parameters are given for the run ${name}, which is not there`, {
      fields: { run_id: name, runs: names },
      wayOut: `the runs are ${names.join(", ")}`,
    });
  }
  const device = await context.device();
  const { description } = device;
  context.evidence({ device: description.name, device_identity: description.identity });
  const journal = await FitJournal.open(context.checkpoint, context.log);
  const perRun = names.map((name) => {
    const own = parametersOfRun(parameters, name);
    return ranksOf(own).length * (own.starts + (own.held_out > 0 ? 1 : 0));
  });
  const total = perRun.reduce((sum, fits) => sum + fits, 0);
  let done = 0;
  const ranks = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const until = perRun.slice(0, index + 1).reduce((sum, fits) => sum + fits, 0);
    try {
      const onFit = () => context.progress(++done, total, "fits");
      const original = ranks.get(controlOf.get(name) ?? "");
      ranks.set(name, await factoriseRun(context, device, name, original, journal, onFit));
    } catch (error) {
      // Whatever ended it, a stop or a lost device: the fits that are done need not be done again.
      await journal.save();
      throw error;
    }
    done = until;
    context.progress(done, total, "fits");
  }
}

/** Names of the runs and what each is the control of: controls after the others, either in code-unit order. */
async function readControls(context: StageContext<FactorParameters>): Promise<Map<string, string | null>> {
  const rows: [string, string | null][] = [];
  const columns = ["run_id", "control_of"] as const;
  for await (const { run_id, control_of } of context.input("experiment").rows<ExperimentRow>(columns)) {
    rows.push([run_id, control_of]);
  }
  return new Map(rows.sort((a, b) => Number(a[1] !== null) - Number(b[1] !== null) || compareCodeUnits(a[0], b[0])));
}

async function factoriseRun(
  context: StageContext<FactorParameters>,
  device: Device,
  runId: string,
  original: number | undefined,
  journal: FitJournal,
  onFit: () => void,
): Promise<number> {
  const tables = {
    experiment: context.input("experiment"),
    slope: context.input("slope"),
    bin: context.input("bin"),
    mask: context.input("mask"),
  };
  const tensor = await readTensor(tables, runId);
  const plan = planRun(context, device, tensor);
  const { parameters, ranks, type } = plan;
  const host = hostTensor(tensor, plan.form, type);
  const setting: FitSetting = {
    run: runId,
    type,
    seed: parameters.seed,
    algorithm: parameters.algorithm,
    iterations: parameters.iterations,
    tolerance: parameters.tolerance ?? undefined,
    innerSweeps: parameters.inner_sweeps,
    journal,
    signal: context.signal,
    onFit,
  };
  const { starts, stuck } = parameters;
  const { scans, oracle } = await withTensor(device, type, host, async (operand) => ({
    oracle: await checkDevice(device, operand, host, type, startFactors(host, parameters.seed, ranks[0] as number, 0)),
    scans: await scanRanks(device, operand, host, { ...setting, ranks, starts, stuck }),
  }));
  const heldOut =
    plan.notHeldOut === null
      ? await heldOutErrors(
          device,
          host.form === "dense" ? host : hostTensor(tensor, "dense", type),
          scans.map(({ rank, best }) => ({ rank, init: startFactors(host, parameters.seed, rank, best.start) })),
          { ...setting, fraction: parameters.held_out, gap: parameters.held_out_gap, animalOfBin: tensor.bins.animal },
        )
      : scans.map(() => null);
  const chosen = choose(scans, parameters, original);
  writeRun(context, tensor, host, plan, scans, heldOut, chosen, device);
  reportRun(context, runId, plan, scans, chosen, oracle);
  return chosen.rank;
}

/** @throws {NeurotablesError} `ntf/rank` where no rank is possible, `ntf/form` */
function planRun(context: StageContext<FactorParameters>, device: Device, tensor: AffinityTensor): RunPlan {
  const { runId, shape, denseBytes } = tensor;
  const parameters = parametersOfRun(context.parameters, runId);
  const wanted = ranksOf(parameters);
  const bound = largestRank(shape);
  const ranks = wanted.filter((rank) => rank <= bound);
  const fields = { run_id: runId, ranks: wanted, bound, shape: [...shape] };
  if (ranks.length === 0 || (parameters.rank !== "rule" && parameters.rank > bound)) {
    throw new NeurotablesError(
      "ntf/rank",
      `run ${runId}: a tensor of ${shape.join(" × ")} has at most ${bound} components`,
      {
        fields,
        wayOut: `ask for a rank from 1 to ${bound}, or for narrower bins`,
      },
    );
  }
  if (ranks.length < wanted.length) {
    context.log.warn(`run ${runId}: ranks above ${bound} are left out, a tensor of ${shape.join(" × ")} has no more`);
  }
  const limit = parameters.dense_megabytes * 2 ** 20;
  const notHeldOut =
    parameters.held_out === 0
      ? "held_out is 0"
      : parameters.form !== "dense" && denseBytes > limit
        ? `the tensor has ${Math.ceil(denseBytes / 2 ** 20)} MB, more than dense_megabytes`
        : shape[0] * shape[1] * shape[2] > 2 ** 32
          ? "the tensor has more entries than can be numbered"
          : null;
  const { precision } = parameters;
  return {
    parameters,
    ranks,
    type: precision === "auto" ? (device.description.floats[0] as FloatType) : precision,
    form: chooseForm(tensor, parameters.form, limit),
    notHeldOut,
  };
}

/** A control is compared with its original at the same rank: by the rule it would get one that is stable by itself. */
function choose(
  scans: readonly RankScan[],
  { rank, least_corcondia, least_stability }: RunParameters,
  original: number | undefined,
): ChosenRank {
  if (rank !== "rule") return { rank, choice: "given" };
  if (original !== undefined && scans.some((scan) => scan.rank === original)) {
    return { rank: original, choice: "original" };
  }
  return chooseRank(scans, { corcondia: least_corcondia, stability: least_stability });
}

function writeRun(
  context: StageContext<FactorParameters>,
  tensor: AffinityTensor,
  host: HostTensor,
  plan: RunPlan,
  scans: readonly RankScan[],
  heldOut: readonly (number | null)[],
  chosen: ChosenRank,
  device: Device,
): void {
  const { runId } = tensor;
  const { parameters } = plan;
  const scan = scans.find(({ rank }) => rank === chosen.rank) as RankScan;
  const { model } = scan.best;
  context.sink("run").write(runRows(runId, scans, parameters));
  for (const { start } of scan.fits) {
    const init = startFactors(host, parameters.seed, scan.rank, start);
    context.sink("start_factor").write(startRows(runId, scan.rank, start, init));
  }
  context.sink("rank").write(rankRows(runId, scans, heldOut, chosen, parameters.reproducible));
  context.sink("component").write(componentRows(runId, scan, parameters.reproducible));
  context.sink("factor_time").write(timeRows(tensor, model));
  context.sink("factor_animal").write(animalRows(tensor, model));
  context.sink("factor_pair").write(pairRows(tensor, model));
  context.sink("factor_neuron").write(neuronRows(tensor, model));
  const facts: Record<string, Canonical> = {
    ...(parameters as unknown as Record<string, Canonical>),
    ranks: [...plan.ranks],
    device: device.description.identity,
    precision: plan.type,
    form: plan.form,
    chosen_rank: chosen.rank,
    not_held_out: plan.notHeldOut,
  };
  context.sink("factor_parameter").write(parameterRows(runId, facts));
}
