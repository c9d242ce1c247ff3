import { compareCodeUnits } from "../../base/canonical-json.js";
import { ContractError, UsageError } from "../../base/errors.js";
import type { FrameRow, RecordingRow, StimulusRow } from "../../tables/generated/celegans_activity.js";
import type { TableSource } from "../../tables/table-io.js";
import type { TransformContext } from "../transform.js";
import type { AnimalParameters } from "./animals.js";
import { type RecordingNeurons, readIdentifiedNeurons } from "./identified-neurons.js";
import { recordingMatcher } from "./recording-pattern.js";
import { type RecordingTraces, readRecordingTraces, sourceKinds } from "./recording-traces.js";
import { type Presentation, stimulusClock } from "./stimulus-clock.js";

/** Most recordings that a message names. */
const NAMED = 5;

/** A recording that takes part. */
interface Recording extends Pick<RecordingRow, "recording_id" | "n_frames" | "median_dt_s"> {
  readonly kind: string | null;
  readonly timeS: Float64Array;
  readonly segmentStarts: number[];
  readonly presentations: Presentation[];
}

/** Reads recordings, labels, times, stimuli and traces, and writes those that take part; see `dynamic-connectome/animals`. */
export async function writeAnimals(context: TransformContext<AnimalParameters>): Promise<void> {
  const { min_confidence: minConfidence } = context.parameters;
  const recordings = await readRecordings(context);
  const neurons = await readIdentifiedNeurons(context.input("celegans_activity.roi"), recordings.keys(), minConfidence);
  leaveOut(context, recordings, (id) => (neurons.get(id) as RecordingNeurons).kept.size);
  await readFrames(context.input("celegans_activity.frame"), recordings);
  await readStimuli(context.input("celegans_activity.stimulus"), recordings);
  const trace = context.input("celegans_activity.trace");
  const writer = new AnimalWriter(context, recordings, neurons);
  const kinds = new Set([...recordings.values()].map(({ kind }) => kind));
  for (const kind of [...kinds].filter((name) => name !== null).sort(compareCodeUnits)) {
    const wanted = (id: string) => (recordings.get(id)?.kind === kind ? neurons.get(id)?.kept : undefined);
    for await (const traces of readRecordingTraces(trace, kind, wanted)) {
      context.signal.throwIfAborted();
      writer.write(traces);
      context.progress(writer.seen.size, recordings.size, "recordings");
    }
  }
  const without = [...recordings.values()].filter(({ recording_id }) => !writer.seen.has(recording_id));
  if (without.length > 0) await refuseKinds(trace, without);
  leaveOut(context, recordings, (id) => writer.seen.get(id) as number);
}

/**
 * Forgets recordings with too few neurons, and says which.
 * @throws {UsageError} `usage/no-recording` where none is left.
 */
function leaveOut(
  { parameters, log }: TransformContext<AnimalParameters>,
  recordings: Map<string, Recording>,
  neuronsOf: (recordingId: string) => number,
): void {
  const { min_neurons: minNeurons, min_confidence } = parameters;
  const all = recordings.size;
  const few = [...recordings.keys()].filter((id) => neuronsOf(id) < minNeurons);
  for (const id of few) recordings.delete(id);
  if (recordings.size === 0) {
    throw new UsageError("no-recording", `none of ${all} recordings has ${minNeurons} identified neurons`, {
      fields: { recordings: all, min_neurons: minNeurons, min_confidence },
      wayOut: "Choose other recordings, or lower min_neurons or min_confidence.",
    });
  }
  if (few.length > 0) log.warn(`left out, with fewer than ${minNeurons} identified neurons: ${namedOf(few)}`);
}

/** The first of them, and how many more there are. */
function namedOf(texts: readonly string[]): string {
  const more = texts.length > NAMED ? ` and ${texts.length - NAMED} more` : "";
  return texts.slice(0, NAMED).join(", ") + more;
}

async function readRecordings({
  parameters,
  input,
}: Pick<TransformContext<AnimalParameters>, "parameters" | "input">): Promise<Map<string, Recording>> {
  const matches = recordingMatcher(parameters.recordings);
  const recordings = new Map<string, Recording>();
  let known = 0;
  const columns = ["recording_id", "n_frames", "median_dt_s", "primary_kind"];
  for await (const row of input("celegans_activity.recording").rows<RecordingRow>(columns)) {
    known++;
    const { recording_id, n_frames, median_dt_s, primary_kind } = row;
    if (!matches(recording_id)) continue;
    recordings.set(recording_id, {
      recording_id,
      n_frames,
      median_dt_s,
      kind: parameters.trace ?? primary_kind,
      timeS: new Float64Array(n_frames).fill(Number.NaN),
      segmentStarts: [],
      presentations: [],
    });
  }
  if (recordings.size === 0) {
    const patterns = parameters.recordings;
    throw new UsageError("no-recording", `no recording of ${known} is called ${patterns.join(" or ")}`, {
      fields: { recordings: known, patterns },
      wayOut: "recording_id is dataset/uid, as in Dag2023/2022-07-26-31; * stands for any text.",
    });
  }
  return recordings;
}

/** Fills times and segments of the recordings. @throws {ContractError} `contract/uneven-traces` for a missing frame. */
async function readFrames(frame: TableSource, recordings: ReadonlyMap<string, Recording>): Promise<void> {
  const segments = new Map<string, Map<number, number>>();
  for await (const { recording_id, k, t_s, segment } of frame.rows<FrameRow>(["recording_id", "k", "t_s", "segment"])) {
    const recording = recordings.get(recording_id);
    if (recording === undefined) continue;
    recording.timeS[k] = t_s;
    const starts = segments.get(recording_id) ?? new Map<number, number>();
    starts.set(segment, Math.min(k, starts.get(segment) ?? k));
    segments.set(recording_id, starts);
  }
  for (const { recording_id, n_frames, timeS, segmentStarts } of recordings.values()) {
    const missing = timeS.findIndex(Number.isNaN);
    if (missing >= 0) {
      throw new ContractError(
        "uneven-traces",
        `${recording_id} has ${n_frames} frames, but celegans_activity.frame lacks frame ${missing}`,
        { fields: { table: "celegans_activity.frame", recording: recording_id, frame: missing } },
      );
    }
    const starts = [...(segments.get(recording_id)?.values() ?? [])].sort((a, b) => a - b);
    segmentStarts.push(...starts);
  }
}

async function readStimuli(stimulus: TableSource, recordings: ReadonlyMap<string, Recording>): Promise<void> {
  for await (const row of stimulus.rows<StimulusRow>(["recording_id", "kind", "name", "t_on_s"])) {
    const { kind, name, t_on_s } = row;
    recordings.get(row.recording_id)?.presentations.push({ kind, name, t_on_s });
  }
}

/** Writes the recordings whose traces come, and remembers which came. */
class AnimalWriter {
  /** Recording → neurons with a trace. */
  readonly seen = new Map<string, number>();
  readonly #context: TransformContext<AnimalParameters>;
  readonly #recordings: ReadonlyMap<string, Recording>;
  readonly #neurons: ReadonlyMap<string, RecordingNeurons>;

  constructor(
    context: TransformContext<AnimalParameters>,
    recordings: ReadonlyMap<string, Recording>,
    neurons: ReadonlyMap<string, RecordingNeurons>,
  ) {
    this.#context = context;
    this.#recordings = recordings;
    this.#neurons = neurons;
  }

  write({ recordingId: animal_id, unit, values }: RecordingTraces): void {
    const recording = this.#recordings.get(animal_id) as Recording;
    const { kept, filtered } = this.#neurons.get(animal_id) as RecordingNeurons;
    const silent: string[] = [];
    const traces = [...kept.values()].flatMap(({ neuronId, neuronClass, roi }) => {
      const own = values.get(roi);
      if (own !== undefined && own.length !== recording.n_frames) refuseLength(recording, roi, own.length);
      if (own === undefined || own.every(Number.isNaN)) {
        silent.push(neuronId);
        return [];
      }
      return [{ animal_id, neuron_id: neuronId, neuron_class: neuronClass, roi, values: own }];
    });
    const { min_neurons: minNeurons, clock_resolution_s: resolutionS } = this.#context.parameters;
    this.seen.set(animal_id, traces.length);
    if (traces.length < minNeurons) return;
    this.#context.sink("animal").write([
      {
        animal_id,
        n_frames: recording.n_frames,
        median_dt_s: recording.median_dt_s,
        t_s: recording.timeS,
        segment_starts: recording.segmentStarts,
        trace_kind: recording.kind,
        unit,
        stimulus_clock: stimulusClock(recording.presentations, resolutionS),
      },
    ]);
    this.#context.sink("animal_trace").write(traces);
    this.#context
      .sink("animal_mask")
      .write([
        ...filtered.map((neuron_id) => ({ animal_id, neuron_id, reason: "filtered" })),
        ...silent.map((neuron_id) => ({ animal_id, neuron_id, reason: "nan" })),
      ]);
  }
}

function refuseLength({ recording_id, n_frames }: Recording, roi: number, length: number): never {
  throw new ContractError(
    "uneven-traces",
    `${recording_id}: the trace of ROI ${roi} has ${length} values, the recording ${n_frames} frames`,
    { fields: { table: "celegans_activity.trace", recording: recording_id, roi, values: length, frames: n_frames } },
  );
}

async function refuseKinds(trace: TableSource, without: readonly Recording[]): Promise<never> {
  const kinds = await sourceKinds(trace);
  const shown = without.map(({ recording_id, kind }) => {
    const own = kinds.get(recording_id)?.join(", ") ?? "no traces";
    return `${recording_id} (no ${kind ?? "primary kind"}; it has ${own})`;
  });
  throw new ContractError("no-trace", `recordings without the traces asked for: ${namedOf(shown)}`, {
    fields: {
      table: "celegans_activity.trace",
      recordings: without.map(({ recording_id }) => recording_id),
      kinds: [...new Set(without.flatMap(({ recording_id }) => kinds.get(recording_id) ?? []))].sort(compareCodeUnits),
    },
    wayOut:
      "Choose a kind that all have (trace), or only recordings that have it (recordings); resampled traces do not count.",
  });
}
