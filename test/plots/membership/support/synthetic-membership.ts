import { clopperPearson } from "../../../../src/compute/statistics/clopper-pearson.js";
import { areaInterval, delong } from "../../../../src/compute/statistics/delong.js";
import { rocCurve } from "../../../../src/compute/statistics/roc.js";
import type {
  AttackFacts,
  BlindFacts,
  ControlFacts,
  CurvePoint,
  GateFacts,
  GateResult,
  MembershipData,
} from "../../../../src/plots/membership/membership-data.js";
import { intervalOf } from "../../../../src/plots/membership/read-attacks.js";
import { seededRandom } from "../../../../src/sample-data/seeded-random.js";

type Status = GateResult["status"];

export interface SyntheticMembership {
  readonly members: number;
  readonly nonmembers: number;
  readonly gate: Status;
  /** How far members are above non-members. */
  readonly lift?: number;
}

/** Invented scores of an attack, loss and a blind baseline; a gate of one state; controls. */
export function syntheticMembership(options: SyntheticMembership): MembershipData {
  const { members, nonmembers, gate, lift = 0.25 } = options;
  const random = seededRandom(members * 1000 + nonmembers);
  const uniform = () => random.integer(1_000_000) / 1e6;
  const draw = (count: number, shift: number) =>
    Array.from(
      { length: count },
      () => Math.round(1000 * (shift + (0.75 * (uniform() + uniform() + uniform())) / 3)) / 1000,
    );
  const scores = { members: draw(members, lift), nonmembers: draw(nonmembers, 0) };
  const fails = gate === "fail";
  const headline = attack("MaxNormTF/hist_20/random_forest", scores, {
    claim: fails ? "artefact" : gate === "pass" ? "memorisation" : "association",
  });
  const blind = attack("tfidf_nb", { members: draw(members, fails ? 0.3 : 0.02), nonmembers: draw(nonmembers, 0) });
  return {
    run: { id: "randomised/ngram-2", model: "ngram-2", backend: "ngram", context: 128 },
    experiment: {
      id: "randomised",
      design: "randomised",
      labelBasis: "randomised",
      clusters: members + nonmembers,
      folds: 5,
      exposure: 0.10000000149011612,
      training: "members",
    },
    headline,
    others: [attack("loss", { members: draw(members, lift / 2), nonmembers: draw(nonmembers, 0) })],
    blind: gate === "not_run" || gate === "disabled" ? undefined : blindOf(blind),
    scores,
    gate: syntheticGate(gate, blind.auc),
    controls: syntheticControls(),
    notes: ["one note"],
  };
}

function blindOf({ name, auc, interval, curve }: AttackFacts): BlindFacts {
  return { name, auc, interval, curve };
}

function attack(
  name: string,
  { members, nonmembers }: { readonly members: readonly number[]; readonly nonmembers: readonly number[] },
  more: Partial<AttackFacts> = {},
): AttackFacts {
  const scores = Float64Array.from([...members, ...nonmembers]);
  const labels = Uint8Array.from([...members.map(() => 1), ...nonmembers.map(() => 0)]);
  const area = delong(scores, labels);
  const one = members.length === 0 || nonmembers.length === 0;
  return {
    name,
    auc: one ? null : area.auc,
    interval: intervalOf(...areaInterval(area)),
    clusterInterval: intervalOf(...areaInterval(area, 0.99)),
    members: members.length,
    nonmembers: nonmembers.length,
    missing: 1,
    rates: [
      { fpr: 0.1, rate: one ? null : 0.5, interval: one ? null : [0.4, 0.6], threshold: one ? null : 0.55 },
      { fpr: 0.01, rate: null, interval: null, threshold: null },
    ],
    excess: one ? null : -0.012,
    excessInterval: one ? null : [-0.1, 0.08],
    tried: 41,
    claim: "none",
    curve: one ? [] : curveOf(scores, labels),
    ...more,
  };
}

function curveOf(scores: Float64Array, labels: Uint8Array): CurvePoint[] {
  const { members, nonmembers, truePositives, falsePositives } = rocCurve(scores, labels);
  return Array.from(truePositives, (found, at) => {
    const [low, high] = clopperPearson(found, members);
    return { fpr: (falsePositives[at] as number) / nonmembers, tpr: found / members, low, high };
  });
}

/** Seven baselines and all of them together. */
export function syntheticGate(status: Status, auc: number | null): GateFacts {
  const idle = status === "not_run" || status === "disabled";
  const reason = status === "not_run" ? "6 members, of which 2 in a fold" : "switched off in the pipeline";
  const result = (name: string, value: number, more: Partial<GateResult> = {}): GateResult => ({
    name,
    auc: idle ? null : value,
    interval: idle ? null : [value - 0.08, Math.min(1, value + 0.07)],
    chance: idle ? null : { mean: 0.485, q95: 0.583 },
    p: idle ? null : 0.174,
    permutations: idle ? 0 : 200,
    status: idle ? status : "pass",
    underpowered: idle,
    reason: idle ? reason : undefined,
    tells: undefined,
    ...(idle ? {} : more),
  });
  const p = { pass: 0.174, warn: 0.035, fail: 0.005, not_run: null, disabled: null }[status];
  const top = { p, status, tells: idle ? undefined : "tfidf_nb" };
  const best = auc ?? 0.5;
  return {
    all: result("all", best, { ...top, interval: null, chance: { mean: 0.55, q95: 0.641 } }),
    baselines: [
      result("bow_rf", 0.578, { status: "warn", underpowered: true, chance: { mean: 0.487, q95: 0.62 } }),
      result("date_regex", 0.533),
      result("length", 0.474),
      result("single_feature", 0.645, { interval: null, chance: { mean: 0.653, q95: 0.69 }, tells: "Produced by" }),
      result("tfidf_nb", best, { p, status }),
      result("token_freq", 0.5, {
        auc: null,
        interval: null,
        chance: null,
        p: null,
        status: "not_run",
        reason: "the units have no text",
      }),
      result("typography", 0.552),
    ],
  };
}

function syntheticControls(): ControlFacts[] {
  const means: Readonly<Record<string, readonly [number, number, number]>> = {
    negative: [0.513, 0.508, 0.497],
    "exposure_0.01": [0.66, 0.655, 0.73],
    "exposure_0.1": [0.889, 0.85, 0.995],
    exposure_1: [1, 1, 1],
    positive: [1, 1, 1],
  };
  return Object.entries(means).flatMap(([control, values]) =>
    ["loss", "mink_20", "ref"].map((name, index): ControlFacts => {
      const judged = control === "negative" || name === "loss";
      return {
        control,
        attack: name,
        splits: 20,
        mean: values[index] as number,
        se: values[index] === 1 ? 0 : 0.0125,
        expected: control === "negative" ? "0.5, within two standard errors" : "above 0.99",
        status: judged ? "pass" : "information",
        reason: undefined,
      };
    }),
  );
}
