import { setImmediate } from "node:timers/promises";
import { compareCodeUnits } from "../../base/canonical-json.js";
import { randomNumbers } from "../../compute/statistics/random-numbers.js";
import type { ExperimentRow } from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import type { ControlParameters } from "./controls.js";
import { attackSplit, type SplitAreas } from "./controls-attacks.js";
import { type ControlResult, controlRows, notRun } from "./controls-rows.js";
import { type ControlUnit, LEAST_CLUSTERS, splitUnits } from "./controls-splits.js";
import { readUnitTokens, type UnitTokens } from "./language-models/ngram-tokens.js";
import { type AssignedUnit, readAssignments } from "./read-assignment.js";

type Context = StageContext<ControlParameters>;

/** Units that may become members, non-members or reference. */
const ROLES: ReadonlySet<AssignedUnit["role"]> = new Set(["member", "nonmember", "reference"]);

/** Why there is no control where the scores are those of a model from elsewhere. */
const NOT_TRAINED_HERE = "no model is trained here (model: none), and that of the scores cannot be trained again";

/** Runs the controls of every experiment; see the stage `membership/controls`. */
export async function runControls(context: Context): Promise<void> {
  const sink = context.sink("control");
  const names: string[] = [];
  for await (const row of context.input("experiment").rows<ExperimentRow>(["experiment_id"]))
    names.push(row.experiment_id);
  names.sort(compareCodeUnits);
  if (context.parameters.model === "none") {
    for (const name of names) sink.write(notRun(name, NOT_TRAINED_HERE));
    return;
  }
  const assignments = await readAssignments(context.input("assignment"));
  const assignedTo = (name: string) => (assignments.get(name) ?? []).filter(({ role }) => ROLES.has(role));
  const wanted = new Set(names.flatMap((name) => assignedTo(name).map(({ docId }) => docId)));
  const tables = { token: context.input("token"), tokenizer: context.input("tokenizer") };
  const tokens = await readUnitTokens(tables, wanted, context.signal);
  // The controls do not depend on labels: experiments on the same units have the same.
  const known = new Map<string, Omit<ControlResult, "experimentId"> | string>();
  let failed = 0;
  for (const [index, name] of names.entries()) {
    const units = controlUnits(assignedTo(name), tokens, context.parameters.tokens);
    const key = units.map(({ docId, cluster }) => `${docId}\n${cluster}`).join("\n");
    const result = known.get(key) ?? (await controlsOf(context, units, tokens, { index, of: names.length }));
    known.set(key, result);
    const rows = typeof result === "string" ? notRun(name, result) : controlRows({ ...result, experimentId: name });
    if (typeof result === "string") context.log.warn(`${name} has no controls: ${result}`);
    for (const { control, attack, status, auc_mean: mean, expected } of rows) {
      if (status !== "fail") continue;
      failed++;
      context.log.warn(`${name}: the ${control} control of ${attack} is ${mean}, expected: ${expected}`);
    }
    sink.write(rows);
  }
  context.evidence({ experiments: names.length, controls_failed: failed });
}

function controlUnits(assigned: readonly AssignedUnit[], tokens: UnitTokens, most: number | null): ControlUnit[] {
  return assigned
    .map(({ docId, cluster }) => {
      const ids = tokens.ids.get(docId) as Int32Array;
      return { docId, cluster, ids: most === null ? ids : ids.subarray(0, most) };
    })
    .filter(({ ids }) => ids.length > 1);
}

/** What all splits find, or why there are none. */
async function controlsOf(
  context: Context,
  units: readonly ControlUnit[],
  tokens: UnitTokens,
  experiment: { readonly index: number; readonly of: number },
): Promise<Omit<ControlResult, "experimentId"> | string> {
  const { order, splits: count, seed } = context.parameters;
  const exposures = [...new Set([...context.parameters.exposures, 1])].sort((a, b) => a - b);
  const clusters = new Set(units.map(({ cluster }) => cluster)).size;
  if (clusters < LEAST_CLUSTERS)
    return `${clusters} clusters of units with two tokens or more, ${LEAST_CLUSTERS} are needed`;
  const splits: SplitAreas[] = [];
  let nullSd = 0;
  let [members, nonmembers] = [0, 0];
  for (let i = 0; i < count; i++) {
    await setImmediate();
    context.signal.throwIfAborted();
    const split = splitUnits(units, randomNumbers(seed, i));
    splits.push(attackSplit(split, { order, exposures, vocabulary: tokens.tokenizer.vocabulary }));
    const [n1, n0] = [split.members.length, split.nonmembers.length];
    nullSd += Math.sqrt((n1 + n0 + 1) / (12 * n1 * n0));
    members += n1;
    nonmembers += n0;
    context.progress(experiment.index * count + i + 1, experiment.of * count, "splits");
  }
  const means = { mean_members: members / count, mean_nonmembers: nonmembers / count };
  return { order, exposures, splits, nullSd: nullSd / count, facts: { units: units.length, clusters, ...means, seed } };
}
