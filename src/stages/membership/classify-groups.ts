import { ContractError, LoadError } from "../../base/errors.js";
import { fitLogisticRegression } from "../../compute/statistics/logistic-regression.js";
import { fitForest } from "../../compute/statistics/random-forest/fit-forest.js";
import type {
  ClassifierFitRow,
  ClassifierScoreRow,
  FeatureSpecRow,
  RunRow,
} from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import type { ClassifyParameters } from "./classify.js";
import { type DescribedUnit, type FeatureGroup, featureGroups, groupName } from "./classify-features.js";
import { type AssignedUnit, readAssignments } from "./read-assignment.js";

type Context = StageContext<ClassifyParameters>;
type ClassifierName = ClassifyParameters["classifiers"][number];
type Labels = ReadonlyMap<string, AssignedUnit["label"]>;

/** Rows of features as a row-major matrix. */
interface FeatureMatrix {
  readonly x: Float64Array;
  readonly n: number;
  readonly m: number;
}

/** A fitted classifier: probabilities of being a member. */
type Classifier = (matrix: FeatureMatrix) => Float64Array;

/** Trains and applies every classifier on every group; see `membership/classify`. */
export async function classifyGroups(context: Context): Promise<void> {
  const { parameters, signal } = context;
  const [scores, fits] = [context.sink("classifier_score"), context.sink("classifier_fit")];
  const experiments = new Map<string, string>();
  for await (const run of context.input("run").rows<RunRow>(["run_id", "experiment_id"])) {
    experiments.set(run.run_id, run.experiment_id);
  }
  const labels = new Map<string, Labels>();
  for (const [experiment, units] of await readAssignments(context.input("assignment"))) {
    labels.set(experiment, new Map(units.map((unit) => [unit.docId, unit.label])));
  }
  const total = context.input("feature_spec").rowCount;
  let [groups, fitted] = [0, 0];
  for await (const group of featureGroups(context.input("document_feature"))) {
    const own = labels.get(experiments.get(group.runId) ?? "");
    if (own === undefined) throw unknownExperiment(group.runId, experiments.get(group.runId));
    const train = trainingUnits(group, own);
    const tested = group.units.filter((unit) => unit.split === "test");
    assertBothClasses(group, train.labels);
    const m = (group.units[0] as DescribedUnit).features.length;
    const trainMatrix = await matrixOf(context, group, train.units, m);
    const testMatrix = await matrixOf(context, group, tested, m);
    for (const name of new Set(parameters.classifiers)) {
      signal.throwIfAborted();
      const classifier = await trained(context, name, trainMatrix, train.labels, group);
      const attack = `${group.norm}/${group.extractor}/${name}`;
      const key = { run_id: group.runId, attack, fold: group.fold };
      const again = classifier(trainMatrix);
      const right = train.labels.filter((label, i) => Number((again[i] as number) > 0.5) === label).length;
      const row: ClassifierFitRow = {
        ...key,
        n_train: trainMatrix.n,
        n_features: m,
        train_accuracy: right / trainMatrix.n,
        seed: BigInt(parameters.seed),
      };
      fits.write([row]);
      scores.write(scoreRows(key, tested, classifier(testMatrix)));
      fitted++;
    }
    context.progress(++groups, Math.max(total, groups), "groups of features");
  }
  context.evidence({ seed: parameters.seed, "groups of features": groups, classifiers: fitted });
}

async function trained(
  context: Context,
  name: ClassifierName,
  { x, n, m }: FeatureMatrix,
  y: Uint8Array,
  group: FeatureGroup,
): Promise<Classifier> {
  const { parameters, threads, signal, log } = context;
  if (name === "random_forest") {
    const { trees, depth, leaf } = parameters.random_forest;
    const options = { trees, maxDepth: depth, minSamplesLeaf: leaf, seed: parameters.seed };
    const forest = await fitForest({ x, n, m, y, ...options, threads, signal });
    return (matrix) => forest.predict(matrix.x, matrix.n);
  }
  const { C, tolerance, iterations } = parameters.logistic_regression;
  const regression = fitLogisticRegression({ x, n, m, y, C, tolerance, iterations });
  if (!regression.converged) {
    log.warn(`${groupName(group)}: the logistic regression has not converged in ${regression.iterations} steps`);
  }
  return (matrix) => regression.predict(matrix.x, matrix.n);
}

/** The training units that have a label. */
function trainingUnits(
  group: FeatureGroup,
  labels: Labels,
): { readonly units: DescribedUnit[]; readonly labels: Uint8Array } {
  const units: DescribedUnit[] = [];
  const found: number[] = [];
  for (const unit of group.units) {
    const label = labels.get(unit.docId);
    if (label === undefined) {
      throw new ContractError("unknown-unit", `${groupName(group)}: ${unit.docId} has features, but no assignment`, {
        fields: { table: "membership.document_feature", run: group.runId, fold: group.fold, unit: unit.docId },
        wayOut: "Features and assignment must be of the same experiment: run the steps that make them again.",
      });
    }
    if (unit.split !== "train" || label === null) continue;
    units.push(unit);
    found.push(label);
  }
  return { units, labels: Uint8Array.from(found) };
}

/** A fold that tests one class alone has scores, if no area; nothing can be learnt from one. */
function assertBothClasses(group: FeatureGroup, labels: Uint8Array): void {
  const members = labels.filter((label) => label === 1).length;
  const nonmembers = labels.length - members;
  if (members > 0 && nonmembers > 0) return;
  throw new LoadError(
    "one-class",
    `${groupName(group)}: ${members} members and ${nonmembers} non-members among the training units`,
    {
      fields: { run: group.runId, fold: group.fold, members, nonmembers },
      wayOut: "Assign other folds, or more documents: the others of every fold need members and non-members.",
    },
  );
}

async function matrixOf(
  context: Context,
  group: FeatureGroup,
  units: readonly DescribedUnit[],
  m: number,
): Promise<FeatureMatrix> {
  const x = new Float64Array(units.length * m);
  for (const [i, { docId, features }] of units.entries()) {
    const fields = { table: "membership.document_feature", run: group.runId, fold: group.fold, unit: docId };
    if (features.length !== m) {
      const message = `${groupName(group)}: ${docId} has ${features.length} features, others have ${m}`;
      throw new ContractError("feature-count", message, { fields: { ...fields, found: features.length, expected: m } });
    }
    const at = features.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const feature = await featureName(context, group, at);
      throw new LoadError("feature-not-finite", `${groupName(group)}: ${feature} of ${docId} is ${features[at]}`, {
        fields: { ...fields, feature, value: String(features[at]) },
        wayOut:
          "Classifiers need finite features: in the published form a document without any value between the bins has none.",
      });
    }
    x.set(features, i * m);
  }
  return { x, n: units.length, m };
}

/** Name of a feature by its number, from `feature_spec`. */
async function featureName(context: Context, group: FeatureGroup, at: number): Promise<string> {
  const specs = context.input("feature_spec").rows<FeatureSpecRow>(["run_id", "fold", "norm", "extractor", "columns"], {
    run_id: group.runId,
    norm: group.norm,
    extractor: group.extractor,
  });
  for await (const spec of specs) if (spec.fold === group.fold) return spec.columns[at] ?? `feature ${at}`;
  return `feature ${at}`;
}

function* scoreRows(
  key: Pick<ClassifierScoreRow, "run_id" | "attack" | "fold">,
  units: readonly DescribedUnit[],
  scores: Float64Array,
): Iterable<ClassifierScoreRow> {
  for (const [i, { docId }] of units.entries()) yield { ...key, doc_id: docId, score: scores[i] as number };
}

function unknownExperiment(runId: string, experiment: string | undefined): ContractError {
  const message =
    experiment === undefined
      ? `${runId} has features, but is not in the table of runs`
      : `${runId} is of the experiment ${experiment}, of which there is no assignment`;
  return new ContractError("unknown-experiment", message, {
    fields: { run: runId, experiment: experiment ?? null },
    wayOut: "Features, runs and assignment must belong together: run the steps that make them again.",
  });
}
