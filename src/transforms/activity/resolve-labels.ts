import type { RoiRow } from "../../tables/generated/celegans_activity.js";
import { resolveCell, ZERO_PAD_ALIASES } from "../../tables/neuron-alias.js";
import { classOf, NEURON_LABELS, slotOf } from "../../tables/neuron-registry.js";

export type LabelStatus = RoiRow["status"];

/** What the names that a source gives for one ROI amount to. */
export interface ResolvedLabel {
  readonly status: LabelStatus;
  /** One of the 300 neurons with a slot; only for exact and alias. */
  readonly label: string | null;
  readonly slot: number | null;
  /** Neurons that it may be, of the 300, in order; empty unless ambiguous or duplicate. */
  readonly candidates: readonly string[];
}

/** Spellings that mean a certain neuron in one file only. */
export type LabelExceptions = ReadonlyMap<string, string>;

const NOTHING: ResolvedLabel = { status: "none", label: null, slot: null, candidates: [] };
const OTHER: ResolvedLabel = { status: "other", label: null, slot: null, candidates: [] };
const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const MERGED = /merge/i;

/** Neurons with a slot by class: an ROI named by a class may be any of them. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = membersByClass();

function membersByClass(): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const label of NEURON_LABELS) {
    const className = classOf(label) as string;
    members.set(className, [...(members.get(className) ?? []), label]);
  }
  return members;
}

/** Names that a doubtful spelling may stand for: the 300, and their zero-padded forms. */
const NAMES: readonly (readonly [string, string])[] = [
  ...NEURON_LABELS.map((label) => [label, label] as const),
  ...ZERO_PAD_ALIASES,
];
/** No name has more letters; longer spellings match none. */
const LONGEST_NAME = 5;

/**
 * Resolves the names that a source gives for one ROI (specification 3.2, rule 3). Nothing is guessed: a name is one of
 * the 300 neurons or an alias of one, or the ROI has no label.
 *
 * Names that are empty, numbers or speak of a merge count for nothing. Several names of different neurons make the ROI
 * ambiguous between all they may stand for.
 */
export function resolveLabel(names: readonly string[], exceptions: LabelExceptions = new Map()): ResolvedLabel {
  const results: ResolvedLabel[] = [];
  for (const name of new Set(names.map((text) => text.trim()))) {
    const result = resolveName(name, exceptions);
    if (result.status !== "none") results.push(result);
  }
  const [first, ...others] = results;
  if (first === undefined) return NOTHING;
  if (others.every((other) => sameNeuron(first, other))) return first;
  const candidates = inSlotOrder(results.flatMap(({ label, candidates }) => (label === null ? candidates : [label])));
  return candidates.length === 0 && results.every(({ status }) => status === "other") ? OTHER : ambiguous(candidates);
}

function resolveName(name: string, exceptions: LabelExceptions): ResolvedLabel {
  if (name === "" || NUMBER.test(name) || MERGED.test(name)) return NOTHING;
  const { neuron, rule } = resolveCell(name, { exceptions });
  const slot = neuron === null ? null : slotOf(neuron);
  if (slot !== null) return { status: rule === "exact" ? "exact" : "alias", label: neuron, slot, candidates: [] };
  if (name.includes("?")) return ambiguous(doubtfulNames(name));
  const members = MEMBERS.get(name);
  return members === undefined ? OTHER : ambiguous(members);
}

function ambiguous(candidates: readonly string[]): ResolvedLabel {
  return { status: "ambiguous", label: null, slot: null, candidates: inSlotOrder(candidates) };
}

/** Two spellings of one neuron are no doubt. */
function sameNeuron(one: ResolvedLabel, other: ResolvedLabel): boolean {
  return one.label !== null && one.label === other.label;
}

/**
 * Neurons that a spelling with question marks may stand for: each of them is one of L, R, D, V, or only doubt about the
 * name before it (`SAAD?` → SAADL, SAADR; `AVAL?` → AVAL).
 */
function doubtfulNames(name: string): string[] {
  const written = name.replace(/\s/g, "");
  const marks = written.split("?").length - 1;
  if (!/^[A-Za-z0-9?]+$/.test(written) || marks > LONGEST_NAME || written.length - marks > LONGEST_NAME) return [];
  const pattern = new RegExp(`^${written.replaceAll("?", "[LRDV]?")}$`);
  return NAMES.filter(([spelling]) => pattern.test(spelling)).map(([, label]) => label);
}

function inSlotOrder(labels: readonly string[]): string[] {
  return [...new Set(labels)].sort((a, b) => (slotOf(a) as number) - (slotOf(b) as number));
}

/**
 * Two ROIs of one recording cannot be the same neuron: all that resolve to one label become `duplicate`, with the label
 * as their candidate. @param labels of the ROIs of one recording; the result has the same order.
 */
export function markDuplicates(labels: readonly ResolvedLabel[]): ResolvedLabel[] {
  const count = new Map<string, number>();
  for (const { label } of labels) if (label !== null) count.set(label, (count.get(label) ?? 0) + 1);
  return labels.map((resolved) => {
    const { label } = resolved;
    if (label === null || count.get(label) === 1) return resolved;
    return { status: "duplicate", label: null, slot: null, candidates: [label] };
  });
}
