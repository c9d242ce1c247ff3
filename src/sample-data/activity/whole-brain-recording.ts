import type { SampleFile } from "../sample-sources.js";
import { seededRandom } from "../seeded-random.js";
import { syntheticRecording } from "./synthetic-recording.js";

/** Invented roles: who is active when the worm reverses, when it goes forward, and who follows a rhythm of its own. */
const REVERSING = ["AIBL", "AIBR", "AVAL", "AVAR", "AVEL", "AVER", "RIML", "RIMR", "AVDL", "AVDR", "RIFL", "RIFR"];
const FORWARD = ["AVBL", "AVBR", "RIBL", "RIBR", "RID", "RMEL", "RMER", "RMED", "RMEV", "SIBDL", "SIBVR", "AIYL"];
const TURNING = ["SMDDL", "SMDDR", "SMDVL", "SMDVR", "RIVL", "RIVR", "RMDVL", "RMDVR", "SAADL", "SAADR"];
const SENSORY = [
  "ASEL",
  "ASER",
  "AWAL",
  "AWCL",
  "AWCR",
  "ASKL",
  "ASIL",
  "ASHR",
  "BAGL",
  "BAGR",
  "URXL",
  "URXR",
  "OLQDL",
];
const RHYTHM = ["NSML", "NSMR", "I1L", "I2L", "I2R", "M3L", "M4", "MI", "MCL", "I5", "AIML", "ALA", "DVA"];

const FRAMES = 800;
const DT_S = 0.6;

/**
 * One recording with sixty labelled neurons and four ROIs without a label, in the JSON of WormWideWeb, for pictures and
 * for trying queries out: reversals, and neurons that follow them, turns, a rhythm, or an odour. Invented; about 600 kB.
 */
export function wholeBrainFiles(seed: number): SampleFile[] {
  const random = seededRandom(seed).fork("whole brain");
  const base = syntheticRecording({
    seed,
    name: "whole brain",
    index: 0,
    frames: FRAMES,
    rois: 1,
    dtS: DT_S,
    complete: true,
  });
  const { velocity, timeS, reversals } = base;
  const drives: readonly (readonly [readonly string[], (k: number) => number])[] = [
    [REVERSING, (k) => -10 * (velocity[k] as number)],
    [FORWARD, (k) => 10 * (velocity[k] as number)],
    [TURNING, (k) => (reversals.some(([, end]) => k >= end && k < end + 8) ? 1.5 : 0)],
    [SENSORY, (k) => (k % 160 >= 40 && k % 160 < 60 ? 1.2 : 0)],
    [RHYTHM, (k) => Math.sin((2 * Math.PI * (timeS[k] as number)) / 95)],
    [["", "", "", ""], () => 0],
  ];
  const members = drives.flatMap(([names, drive]) => names.map((name) => ({ name, drive })));
  // As segmentation gives them: in no order.
  for (let n = members.length - 1; n > 0; n--) {
    const other = random.integer(n + 1);
    [members[n], members[other]] = [members[other] as never, members[n] as never];
  }
  const traces = members.map(({ drive }) => {
    const gain = 0.25 + 0.2 * random.next();
    const decay = 0.1 + 0.25 * random.next();
    let level = 0;
    return Array.from({ length: FRAMES }, (_, k) => {
      level += decay * (drive(k) - level);
      return round(1 + gain * level + 0.06 * (random.next() - 0.5));
    });
  });
  const labeled = members.flatMap(({ name }, n) => {
    if (name === "") return [];
    const side = /[LR]$/.exec(name)?.[0] ?? "undefined";
    const neuronClass = name.replace(/[LR]$/, "");
    return [[n + 1, { label: name, neuron_class: neuronClass, LR: side, DV: "undefined", confidence: 4 }] as const];
  });
  const document = {
    uid: "2023-01-01-01",
    max_t: FRAMES,
    avg_timestep: DT_S / 60,
    num_neurons: members.length,
    dataset_type: ["baseline", "neuropal"],
    timestamp_confocal: Array.from(timeS, round),
    trace_array: traces.map(zscored),
    trace_original: traces,
    labeled: Object.fromEntries(labeled),
    velocity: Array.from(velocity, round),
    angular_velocity: Array.from(velocity, (_, k) => round(Math.cos(k / 40))),
    head_curvature: Array.from(velocity, (_, k) => round(Math.sin(k / 12))),
    reversal_events: reversals,
    ranges: [Array.from({ length: FRAMES }, (_, k) => k + 1)],
  };
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return [{ path: "celegans/Flavell2023/2023-01-01-01.json", bytes }];
}

function zscored(trace: readonly number[]): number[] {
  const mean = trace.reduce((sum, value) => sum + value, 0) / trace.length;
  const deviation = Math.sqrt(trace.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (trace.length - 1));
  return trace.map((value) => round((value - mean) / deviation));
}

/** To four decimals, so that the text stays short. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
