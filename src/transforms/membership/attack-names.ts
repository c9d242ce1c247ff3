/** Percentages of tokens that Min-K% and its relatives look at. */
export const MIN_K_PERCENTAGES = [5, 10, 20, 30, 40, 50, 60] as const;

/** Families of sequence attacks, as parameters name them. */
export const ATTACK_FAMILIES = [
  "loss",
  "zlib",
  "lowercase",
  "ref",
  "mink",
  "minkpp",
  "minkpp_sok",
  "surp",
  "mean_rank",
  "mean_entropy",
  "mean_max",
  "dc_pdd",
] as const;

export type AttackFamily = (typeof ATTACK_FAMILIES)[number];

export interface SequenceAttack {
  readonly name: string;
  readonly family: AttackFamily;
  /** Sign by which the published form is multiplied, so that larger means more likely a member. */
  readonly orientation: 1 | -1;
  /** Attack that puts every text in the same order, where there is one: the two are one attempt, not two. */
  readonly sameOrderAs?: string;
}

const family = (
  name: AttackFamily,
  orientation: 1 | -1,
  more: readonly Omit<SequenceAttack, "family">[] = [],
): SequenceAttack[] => [{ name, family: name, orientation }, ...more.map((attack) => ({ ...attack, family: name }))];

const minK = (name: "mink" | "minkpp" | "minkpp_sok", orientation: 1 | -1): SequenceAttack[] =>
  MIN_K_PERCENTAGES.map((percentage) => ({ name: `${name}_${percentage}`, family: name, orientation }));

/**
 * Every sequence attack. Published forms differ in direction, and several formulas share a published name: each has one
 * name here. `zlib`, `ref` and `lowercase` are the forms of Carlini et al. (2021) as Meeus et al. compute them, `…_sok`
 * those of the benchmark of Meeus et al. (SoK), `zlib_minkpp` that of the code of Min-K%++.
 */
export const SEQUENCE_ATTACKS: readonly SequenceAttack[] = [
  ...family("loss", -1, [{ name: "ppl", orientation: -1, sameOrderAs: "loss" }]),
  ...family("zlib", -1, [
    { name: "zlib_minkpp", orientation: 1, sameOrderAs: "zlib" },
    { name: "zlib_sok", orientation: 1 },
  ]),
  ...family("lowercase", -1, [{ name: "lowercase_sok", orientation: 1 }]),
  ...family("ref", -1, [{ name: "ref_sok", orientation: 1 }]),
  ...minK("mink", -1),
  ...minK("minkpp", 1),
  ...minK("minkpp_sok", 1),
  ...family("surp", 1),
  ...family("mean_rank", -1),
  ...family("mean_entropy", -1),
  ...family("mean_max", 1),
  ...family("dc_pdd", 1),
];

const BY_NAME = new Map(SEQUENCE_ATTACKS.map((attack) => [attack.name, attack]));

/** Sign that was applied to the published form of an attack, of `tau/…` that of the attack it counts; else 1. */
export function orientationOf(attack: string): 1 | -1 {
  return BY_NAME.get(attack.replace(/^tau\//, ""))?.orientation ?? 1;
}

/** The attack that orders texts the same way; undefined where it is the first of its kind. */
export function sameOrderAs(attack: string): string | undefined {
  return BY_NAME.get(attack)?.sameOrderAs;
}
