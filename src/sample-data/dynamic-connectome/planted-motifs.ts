import { exponential, normalQuantile } from "../fisbe/exact-math.js";
import { type SeededRandom, seededRandom } from "../seeded-random.js";

/** A group of neurons that act together, when, and in which animals: what an analysis should find. */
export interface PlantedMotif {
  /** The stimulus that evokes its events. */
  readonly stimulus: string;
  readonly neurons: readonly string[];
  /** Frames [start, end) in which its stimulus is given. */
  readonly epoch: readonly [start: number, end: number];
  /** Names of the recordings in which it is active. */
  readonly animals: readonly string[];
}

/** One invented recording: every cell with its trace, whether or not it has been identified. */
export interface PlantedRecording {
  readonly name: string;
  /** One per ROI; blank for a cell without a name. */
  readonly labels: readonly string[];
  /** One per ROI, on the scale of 1 to 5; null for a cell without a name. */
  readonly confidences: readonly (number | null)[];
  /** ROI → frame, dF/F. */
  readonly traces: readonly Float64Array[];
}

export interface PlantedStimulus {
  readonly name: string;
  readonly onS: number;
  readonly offS: number;
}

export interface PlantedMotifs {
  readonly dtS: number;
  readonly frames: number;
  readonly recordings: readonly PlantedRecording[];
  /** The same in every recording: they share a clock. */
  readonly stimuli: readonly PlantedStimulus[];
  readonly motifs: readonly PlantedMotif[];
  /** Neurons that at least one recording identifies with confidence, sorted. */
  readonly union: readonly string[];
  /** Those that every recording does. */
  readonly common: readonly string[];
}

export interface PlantedMotifsOptions {
  readonly seed: number;
  /** Frames of every recording (default 640). */
  readonly frames?: number;
  /** Presentations of each stimulus (default 10). */
  readonly presentations?: number;
  /** Standard deviation of the noise, dF/F (default 0.03). */
  readonly noise?: number;
}

const DT_S = 0.5;
const STIMULUS_FRAMES = 4;
/** Frames from a stimulus to the event that it evokes, at most. */
const LATENCY_FRAMES = 2;
/** Chance that a stimulus evokes an event. */
const RESPONSE = 0.9;
/** Chance of an event of its own, of a neuron in a frame. */
const PRIVATE_EVENTS = 0.004;
/** Confidence below which a label is not used by default. */
const LEAST_CONFIDENCE = 2.5;

/** Every two of the four motifs have one animal in which both are active. */
const ANIMALS = ["worm1", "worm2", "worm3", "worm4", "worm5", "worm6"];

const GROUPS: readonly {
  readonly stimulus: string;
  readonly neurons: string;
  /** Fractions of the recording. */
  readonly epoch: readonly [number, number];
  /** Those in which it is active. */
  readonly animals: readonly string[];
}[] = [
  {
    stimulus: "NaCl",
    neurons: "ASEL ASER ASGL ASGR AIYL AIYR AIAL AIAR",
    epoch: [0, 0.3],
    animals: ["worm4", "worm5", "worm6"],
  },
  {
    stimulus: "isoamyl alcohol",
    neurons: "AWCL AWCR AWBL AWBR AIBL AIBR RIAL RIAR",
    epoch: [0.23, 0.53],
    animals: ["worm2", "worm3", "worm6"],
  },
  {
    stimulus: "diacetyl",
    neurons: "AWAL AWAR ASHL ASHR AVAL AVAR RIML RIMR",
    epoch: [0.47, 0.77],
    animals: ["worm1", "worm3", "worm5"],
  },
  {
    stimulus: "O2",
    neurons: "BAGL BAGR URXL URXR AQR PQR RMGL RMGR",
    epoch: [0.7, 1],
    animals: ["worm1", "worm2", "worm4"],
  },
];

/** What became of a cell's name: the cell itself is in the recording, with its trace. */
const WITHOUT_NAME: Readonly<Record<string, readonly string[]>> = { worm3: ["ASGR"], worm5: ["RIMR"] };
const DOUBTFUL: Readonly<Record<string, readonly string[]>> = { worm4: ["RMGL"] };
/** Cells that belong to no motif and have no name. */
const OTHER_CELLS = 3;

/**
 * Six invented recordings with four planted motifs. Each motif is eight neurons that share calcium events after one of
 * four stimuli, which is given in an epoch of its own, in three of the six animals. Every animal has its own latencies and amplitudes, every neuron its own gain, private events and
 * noise. One neuron of the first and one of the third motif has no name in one animal, one of the fourth a doubtful
 * name, and three cells have no name anywhere, so that 29 neurons are common and 32 in the union. Depends on the options
 * alone. Cost: 210 traces, 0.1 s.
 */
export function plantedMotifs(options: PlantedMotifsOptions): PlantedMotifs {
  const { seed, frames = 640, presentations = 10, noise = 0.03 } = options;
  const random = seededRandom(seed).fork("planted motifs");
  const planted = GROUPS.map(({ stimulus, neurons, epoch: [from, to], animals }): PlantedStimulation => {
    const epoch = [Math.round(from * frames), Math.round(to * frames)] as const;
    const onsets = onsetsIn(epoch, presentations, random.fork(stimulus));
    return { motif: { stimulus, neurons: neurons.split(" "), epoch, animals }, onsets };
  });
  const recordings = ANIMALS.map((name) => recordingOf({ name, planted, frames, noise, random: random.fork(name) }));
  const identified = recordings.map(
    ({ labels, confidences }) =>
      new Set(labels.filter((label, roi) => label !== "" && (confidences[roi] ?? 0) >= LEAST_CONFIDENCE)),
  );
  const union = [...new Set(identified.flatMap((labels) => [...labels]))].sort();
  const stimuli = planted.flatMap(({ motif: { stimulus }, onsets }) =>
    onsets.map((k) => ({ name: stimulus, onS: k * DT_S, offS: (k + STIMULUS_FRAMES) * DT_S })),
  );
  return {
    dtS: DT_S,
    frames,
    recordings,
    stimuli: stimuli.sort((a, b) => a.onS - b.onS),
    motifs: planted.map(({ motif }) => motif),
    union,
    common: union.filter((neuron) => identified.every((labels) => labels.has(neuron))),
  };
}

/** A motif and the frames at which its stimulus begins. */
interface PlantedStimulation {
  readonly motif: PlantedMotif;
  readonly onsets: readonly number[];
}

/** Different frames of an epoch, in order, so early that the answers lie in it too. */
function onsetsIn([start, end]: readonly [number, number], count: number, random: SeededRandom): number[] {
  const span = Math.max(0, end - start - LATENCY_FRAMES);
  const frames = new Set<number>();
  while (frames.size < Math.min(count, span)) frames.add(start + random.integer(span));
  return [...frames].sort((a, b) => a - b);
}

function recordingOf(options: {
  readonly name: string;
  readonly planted: readonly PlantedStimulation[];
  readonly frames: number;
  readonly noise: number;
  readonly random: SeededRandom;
}): PlantedRecording {
  const { name, planted, frames, noise, random } = options;
  const cells: { label: string; trace: Float64Array }[] = [];
  for (const { motif, onsets } of planted) {
    const shared = new Float64Array(frames);
    if (motif.animals.includes(name)) addEvents(shared, onsets, random.fork(motif.stimulus));
    for (const label of motif.neurons)
      cells.push({ label, trace: traceOf({ shared, noise, random: random.fork(label) }) });
  }
  for (let n = 0; n < OTHER_CELLS; n++) {
    const shared = new Float64Array(frames);
    cells.push({ label: "", trace: traceOf({ shared, noise, random: random.fork(`other ${n}`) }) });
  }
  // As segmentation gives them: in no order.
  const order = random.fork("order");
  for (let n = cells.length - 1; n > 0; n--) {
    const other = order.integer(n + 1);
    [cells[n], cells[other]] = [cells[other] as never, cells[n] as never];
  }
  const nameless = WITHOUT_NAME[name] ?? [];
  const doubtful = DOUBTFUL[name] ?? [];
  return {
    name,
    labels: cells.map(({ label }) => (nameless.includes(label) ? "" : label)),
    confidences: cells.map(({ label }) => {
      if (label === "" || nameless.includes(label)) return null;
      return doubtful.includes(label) ? 1.5 : 4;
    }),
    traces: cells.map(({ trace }) => trace),
  };
}

/** Impulses of 1 to 2 shortly after most of the onsets. */
function addEvents(impulses: Float64Array, onsets: readonly number[], random: SeededRandom): void {
  for (const onset of onsets) {
    const frame = onset + random.integer(LATENCY_FRAMES + 1);
    const amplitude = 1 + random.next();
    if (random.chance(RESPONSE) && frame < impulses.length) impulses[frame] = amplitude;
  }
}

function traceOf(options: {
  readonly shared: Float64Array;
  readonly noise: number;
  readonly random: SeededRandom;
}): Float64Array {
  const { shared, noise, random } = options;
  const gain = 0.6 + 0.8 * random.next();
  const impulses = shared.map((impulse) => gain * impulse + (random.chance(PRIVATE_EVENTS) ? random.next() : 0));
  return calcium(impulses).map((value) => {
    const uniform = (random.integer(2 ** 32) + 0.5) / 2 ** 32;
    // + 0: text knows no negative zero.
    return Math.round((value + noise * normalQuantile(uniform)) * 10_000) / 10_000 + 0;
  });
}

/** Impulses through the calcium kernel exp(−t/3 s) − exp(−t/0.6 s), scaled to a maximum of 1, as two recursions. */
function calcium(impulses: Float64Array): Float64Array {
  const slow = exponential(-DT_S / 3);
  const fast = exponential(-DT_S / 0.6);
  let peak = 0;
  for (let k = 0, a = 1, b = 1; k < 20; k++, a *= slow, b *= fast) peak = Math.max(peak, a - b);
  let [falling, rising] = [0, 0];
  return impulses.map((impulse) => {
    falling = falling * slow + impulse;
    rising = rising * fast + impulse;
    return (falling - rising) / peak;
  });
}
