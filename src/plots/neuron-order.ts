/** Types in the order in which pictures show them. */
export const NEURON_TYPES = ["sensory", "interneuron", "motor", "modulatory", "pharyngeal", "other"] as const;

export type NeuronType = (typeof NEURON_TYPES)[number];

export interface NeuronFacts {
  readonly label: string;
  readonly neuronClass: string;
  readonly type: NeuronType;
}

/** The type of a row of `celegans_connectome.neuron`; cells of the pharyngeal bulbs are pharyngeal, as it is a nervous system apart. */
export function neuronType(type: string | null, ganglion: string | null): NeuronType {
  if (ganglion !== null && /pharyn/i.test(ganglion)) return "pharyngeal";
  return NEURON_TYPES.find((name) => name === type) ?? "other";
}

/** By type, then class, then name, numbers by their value. */
export function compareNeurons(a: NeuronFacts, b: NeuronFacts): number {
  return (
    NEURON_TYPES.indexOf(a.type) - NEURON_TYPES.indexOf(b.type) ||
    compareNames(a.neuronClass, b.neuronClass) ||
    compareNames(a.label, b.label)
  );
}

/** By code unit, but runs of digits by their value: VB2 before VB11. */
export function compareNames(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const one = left[index] as string;
    const other = right[index] as string;
    const difference = /^\d/.test(one) && /^\d/.test(other) ? Number(one) - Number(other) : 0;
    if (difference !== 0) return difference;
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** Rows of equal type that follow each other: where each run begins and how long it is. */
export function typeRuns(types: readonly NeuronType[]): { type: NeuronType; start: number; length: number }[] {
  const runs: { type: NeuronType; start: number; length: number }[] = [];
  types.forEach((type, index) => {
    const last = runs.at(-1);
    if (last?.type === type) last.length += 1;
    else runs.push({ type, start: index, length: 1 });
  });
  return runs;
}
