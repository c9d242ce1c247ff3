import { compareCodeUnits } from "../base/canonical-json.js";
import { NEURON_CLASS_MEMBERS } from "./neuron-class.js";

/** One of the 302 neurons of the adult hermaphrodite of *C. elegans*. */
export interface Neuron {
  /** Canonical name, without zero padding: `AVAL`, `VB2`. */
  readonly label: string;
  /** 0-based index among the 300 names in code-unit order; null for CANL and CANR, which that list leaves out. */
  readonly slot: number | null;
  /** Class of White et al. 1986: `AVA`, `VB`. */
  readonly className: string;
}

/** Classes whose members have no slot: CAN makes no synapse, the published 300-label list omits it. */
const CLASSES_WITHOUT_SLOT: ReadonlySet<string> = new Set(["CAN"]);

function buildNeurons(): readonly Neuron[] {
  const members = Object.entries(NEURON_CLASS_MEMBERS).flatMap(([className, labels]) =>
    labels.map((label) => ({ label, className, hasSlot: !CLASSES_WITHOUT_SLOT.has(className) })),
  );
  members.sort((a, b) => Number(b.hasSlot) - Number(a.hasSlot) || compareCodeUnits(a.label, b.label));
  return members.map(({ label, className, hasSlot }, index) => ({ label, className, slot: hasSlot ? index : null }));
}

/** All 302 neurons: the 300 with a slot in slot order, then CANL and CANR. */
export const NEURONS: readonly Neuron[] = buildNeurons();

/** The 300 labels with a slot; the index is the slot (specification section 1). */
export const NEURON_LABELS: readonly string[] = NEURONS.filter((neuron) => neuron.slot !== null).map((n) => n.label);

const BY_LABEL: ReadonlyMap<string, Neuron> = new Map(NEURONS.map((neuron) => [neuron.label, neuron]));

/** The neuron with exactly this canonical name, or null. */
export function neuronByLabel(label: string): Neuron | null {
  return BY_LABEL.get(label) ?? null;
}

/** The slot of a canonical name; null for everything that is not among the 300. */
export function slotOf(label: string): number | null {
  return BY_LABEL.get(label)?.slot ?? null;
}

/** The members of a class (`AVA` → AVAL, AVAR), in code-unit order; empty for an unknown class. */
export function membersOfClass(className: string): readonly string[] {
  return Object.hasOwn(NEURON_CLASS_MEMBERS, className)
    ? [...(NEURON_CLASS_MEMBERS[className] ?? [])].sort(compareCodeUnits)
    : [];
}

/** The class that a neuron belongs to, or null. */
export function classOf(label: string): string | null {
  return BY_LABEL.get(label)?.className ?? null;
}
