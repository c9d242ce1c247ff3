import type { ActivityData, TraceRow } from "../../../src/plots/activity/activity-data.js";
import type { NeuronFacts, NeuronType } from "../../../src/plots/neuron-order.js";
import { seededRandom } from "../../../src/sample-data/seeded-random.js";
import { NEURON_CLASS_MEMBERS } from "../../../src/tables/neuron-class.js";

const SENSORY = /^(AS[A-Z]|AW|AFD|BAG|CEP|IL|OL|ALM|URX|PHA|ADE|ADF|ADL)/;
const MOTOR = /^(AS\d|D[ABD]\d|V[ABCD]\d|SM|RM[DEH]|SIA|SIB|SAB|RIV)/;
const PHARYNGEAL = /^(I\d|M\d|MC|MI|NSM)/;

/** Invented types: enough for the order of rows. */
export function inventedNeurons(): Map<string, NeuronFacts> {
  const facts = new Map<string, NeuronFacts>();
  for (const [neuronClass, members] of Object.entries(NEURON_CLASS_MEMBERS)) {
    for (const label of members) facts.set(label, { label, neuronClass, type: typeOf(label) });
  }
  return facts;
}

function typeOf(label: string): NeuronType {
  if (label.startsWith("CAN")) return "other";
  if (PHARYNGEAL.test(label)) return "pharyngeal";
  if (SENSORY.test(label)) return "sensory";
  return MOTOR.test(label) ? "motor" : "interneuron";
}

/** An invented recording: traces that follow an invented velocity, gaps, events, stimuli. */
export function syntheticActivity(options: {
  readonly seed: number;
  readonly rois: number;
  readonly labelled: number;
  readonly frames: number;
  readonly dtS: number;
  readonly stimuli?: number;
  readonly states?: boolean;
}): ActivityData {
  const { seed, rois, labelled, frames, dtS, stimuli = 3, states = false } = options;
  const random = seededRandom(seed);
  const neurons = inventedNeurons();
  const names = [...neurons.keys()];
  const labels = new Set<string>();
  while (labels.size < labelled) labels.add(random.pick(names));
  const velocity = new Float64Array(frames);
  const reversals: [number, number][] = [];
  let speed = 0.5;
  for (let k = 0; k < frames; k++) {
    const turn = random.next() < (speed < 0 ? 0.08 : 0.015);
    if (turn && speed > 0) reversals.push([k, frames]);
    else if (turn) (reversals.at(-1) as [number, number])[1] = k;
    if (turn) speed = speed > 0 ? -1 : 0.6;
    velocity[k] = 0.8 * (velocity[k - 1] ?? 0) + 0.2 * (speed + 0.6 * (random.next() - 0.5));
  }
  velocity.fill(Number.NaN, Math.floor(frames * 0.4), Math.floor(frames * 0.43));
  const list = [...labels];
  const traces = Array.from({ length: rois }, (_, index): TraceRow => {
    const label = list[index] ?? null;
    const weight = 3 * (random.next() - 0.5);
    const period = 30 + 200 * random.next();
    const values = new Float64Array(frames);
    let level = 0;
    for (let k = 0; k < frames; k++) {
      const drive = Number.isNaN(velocity[k] as number) ? 0 : (velocity[k] as number);
      level += 0.15 * (weight * drive - level);
      values[k] = 1.5 * level + 1.2 * Math.sin((2 * Math.PI * k * dtS) / period + index) + 0.8 * (random.next() - 0.5);
    }
    if (index % 17 === 5) values.fill(Number.NaN, Math.floor(frames / 3), Math.floor(frames / 2));
    if (index % 29 === 11) values.fill(Number.NaN);
    const rawLabel = label ?? (index % 5 === 0 ? "SAAD?" : null);
    const neuronClass = label === null ? null : (neurons.get(label)?.neuronClass ?? null);
    return { roi: index + 1, label, rawLabel, neuronClass, dtS, values, sourceKind: "ratio" };
  });
  const at = (k: number) => k * dtS;
  const spans = reversals.map(([from, to]) => ({ name: "reversal", startS: at(from), endS: at(to), value: null }));
  const points = [{ name: "food_encounter", startS: at(Math.floor(frames * 0.7)), endS: null, value: null }];
  const cycle = ["FWD", "SLOW", "DT", "VT", "REV1", "REV2", "REVSUS", "NOSTATE"];
  const stateSpans = Array.from({ length: states ? 40 : 0 }, (_, index) => ({
    name: "state",
    startS: (index * frames * dtS) / 40,
    endS: ((index + 1) * frames * dtS) / 40,
    value: random.pick(cycle),
  }));
  const odours = ["NaCl 50 mM", "2-butanone 1e-4", "2,3-pentanedione 1e-4", "diacetyl", "light 488 nm"];
  return {
    recording: {
      id: "Synthetic2026/2022-07-26-31",
      dataset: "Synthetic2026",
      condition: "baseline, NeuroPAL",
      strain: "SWF702",
      rois,
      labelled,
      frames,
      durationS: at(frames - 1),
    },
    traces,
    neurons,
    frameTimesS: Float64Array.from({ length: frames }, (_, k) => at(k)),
    channels: [
      { name: "velocity", unit: "mm/s", values: velocity },
      { name: "head_curvature", unit: "rad", values: velocity.map((v, k) => Math.sin(k / 9) * (1 + Math.abs(v))) },
      { name: "pumping", unit: null, values: velocity.map((_, k) => 3 + Math.sin(k / 40)) },
    ],
    events: [...spans, ...points, ...stateSpans],
    stimuli: Array.from({ length: stimuli }, (_, index) => {
      const onS = ((index + 0.5) * frames * dtS) / stimuli;
      return { name: odours[index % odours.length] as string, onS, offS: index % 3 === 2 ? null : onS + 10 };
    }),
    notes: [],
  };
}
