import { compareCodeUnits } from "../../base/canonical-json.js";
import { NEURON_LABELS, slotOf } from "../../tables/neuron-registry.js";
import type { CompatDataset } from "./compat-dataset.js";
import type { CompatFlags } from "./compat-flag.js";
import type { CompatRoi } from "./compat-recording.js";
import { isNumeric, rewriteNames } from "./nearest-label.js";

/** Order in which labels are rewritten: that of the document of labels, or of the columns; null: they are not. */
export type NearestOrder = "document" | "roi" | null;

/** A cell and the name that the published loader gives it. */
export interface GivenName {
  readonly roi: number;
  readonly name: string;
}

/** What the published procedure prints for one cell that it keeps. */
export interface PublishedName {
  readonly roi: number;
  /** A label or a number. */
  readonly name: string;
  /** Null when the name is a number. */
  readonly label: string | null;
  /** Null when more cells than slots are there. */
  readonly slot: number | null;
}

/**
 * Steps 1 and 3 of the published procedure: a text for every cell, in the order in which the published loader has them
 * (with `document`, labelled cells as in the file of labels, then the others by column).
 */
export function givenNames(
  rois: readonly CompatRoi[],
  options: { readonly rules: CompatDataset; readonly order: NearestOrder; readonly flags: CompatFlags },
): GivenName[] {
  const { rules, order, flags } = options;
  const ordered = order === "document" ? inDocumentOrder(rois) : rois;
  const names = ordered.map((roi) => ownName(roi, rules, flags));
  const written = order !== null && flags.label_nearest ? rewriteNames(names) : names;
  return ordered.map(({ roi }, index) => ({ roi, name: written[index] as string }));
}

function inDocumentOrder(rois: readonly CompatRoi[]): CompatRoi[] {
  const named = rois.filter((roi) => roi.position !== null);
  named.sort((a, b) => (a.position as number) - (b.position as number));
  return [...named, ...rois.filter((roi) => roi.position === null)];
}

function ownName({ name, candidates, columnIndex }: CompatRoi, rules: CompatDataset, flags: CompatFlags): string {
  const ambiguous = !flags.drop_meta && candidates.length > 1;
  if (name !== null && name !== "" && !ambiguous) return name;
  if (rules.emptyName === "position" || ambiguous) return String(columnIndex);
  return rules.emptyName === "empty" ? "" : "nan";
}

/**
 * Steps 4, 5 and 13 of the published procedure: sorted unique names, first occurrence kept; canonical names by their
 * place in that order; slots, of numbers the free ones ascending. Where two names become the same label the published
 * run stops; here the last one has it, as in the published dictionary, and the others are left out.
 */
export function publishedNames(
  given: readonly GivenName[],
  options: { readonly leifer: boolean; readonly flags: CompatFlags },
): PublishedName[] {
  const { leifer, flags } = options;
  const sorted = [...given].sort((a, b) => compareCodeUnits(a.name, b.name));
  const unique = flags.unique_first ? sorted.filter(({ name }, i) => i === 0 || name !== sorted[i - 1]?.name) : sorted;
  const names = unique.map(({ name }) => name);
  const labels = leifer ? leiferLabels(names, flags) : names.map(canonicalLabel);
  const count = new Map<string, number>();
  for (const label of labels) if (label !== null) count.set(label, (count.get(label) ?? 0) + 1);
  const last = new Map(labels.map((label, index) => [label, index]));
  const used = new Set(labels.map((label) => (label === null ? null : slotOf(label))));
  const free = NEURON_LABELS.map((_, slot) => slot).filter((slot) => !used.has(slot));
  if (!flags.unique_first) {
    for (const [index, label] of labels.entries()) if ((count.get(label ?? "") ?? 0) > 1) labels[index] = null;
  }
  return unique.flatMap(({ roi }, index): PublishedName[] => {
    const label = labels[index] as string | null;
    if (label === null) return [{ roi, name: String(index), label, slot: free.shift() ?? null }];
    return last.get(label) === index ? [{ roi, name: label, label, slot: slotOf(label) }] : [];
  });
}

/**
 * Step 5: null for what is no word, or `merge`; every "0" is deleted from a name that does not end in one; null for
 * what is then not among the 300 labels.
 */
export function canonicalLabel(name: string): string | null {
  if (!isAlphanumeric(name) || name === "merge") return null;
  const spelled = name.endsWith("0") || isNumeric(name) ? name : name.replaceAll("0", "");
  return slotOf(spelled) === null ? null : spelled;
}

/** The rule of data set 9 for its sorted names (specification section 2.2, defect `leifer_side`). */
function leiferLabels(names: readonly string[], flags: CompatFlags): (string | null)[] {
  const before = new Set<string>();
  return names.map((name, index) => {
    const label = flags.unique_first || !isRepeated(names, index) ? leiferLabel(name, before, flags) : null;
    before.add(label ?? String(index));
    return label;
  });
}

function isRepeated(names: readonly string[], index: number): boolean {
  return names[index] === names[index - 1] || names[index] === names[index + 1];
}

function leiferLabel(name: string, before: ReadonlySet<string>, flags: CompatFlags): string | null {
  if (!isAlphanumeric(name)) return null;
  if (slotOf(name) !== null) return before.has(name) ? null : name;
  if (!flags.leifer_side) return null;
  return [`${name}L`, `${name}R`].find((label) => slotOf(label) !== null && !before.has(label)) ?? null;
}

/** Python's `str.isalnum`. */
function isAlphanumeric(text: string): boolean {
  return /^[\p{L}\p{N}]+$/u.test(text);
}

/** Names of a recording for which the procedure finds no labels: the positions of its columns. */
export function namesWithoutLabels(rois: readonly CompatRoi[], flags: CompatFlags): PublishedName[] {
  const given = rois.map(({ roi, columnIndex }) => ({ roi, name: String(columnIndex) }));
  return publishedNames(given, { leifer: false, flags });
}
