import { LoadError } from "../../base/errors.js";
import type { SourceEvent, SourceRecording, SourceStimulus } from "./source-recording.js";
import { isWellFormed } from "./well-formed.js";

/**
 * Seconds between frames, by their median, outside which a clock is in another unit. `stated`: file or parameters say
 * the unit, so that only a microscope's limits count. `silent`: nothing says it, and volumes of the published datasets
 * take 0.2 to 1 s: times in minutes or milliseconds must not pass.
 */
const PLAUSIBLE_INTERVAL_S = { stated: { least: 0.005, most: 60 }, silent: { least: 0.05, most: 10 } } as const;

/** A recording that lasts longer has a wrong time stamp in it: it would be resampled to as many samples. */
const LONGEST_S = 7 * 86_400;

const LONGEST_NAME = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** What the contracts of `behavior_record` and `recording` can number. */
const MOST_COLUMNS = 32_767;

/**
 * Whether a recording can be written: everything that its record tables demand is looked at before the first row, so
 * that one recording of a file can fail without the others. Cost: O(frames) and the texts.
 * @returns its number of frames.
 * @throws {LoadError} `load/recording-name`, `load/text`, `load/duplicate-roi`, `load/duplicate-kind`,
 * `load/trace-count`, `load/trace-length`, `load/no-traces`, `load/no-frames`, `load/time-short`, `load/time-order`,
 * `load/time-unit`, `load/time-span`, `load/segments`, `load/behavior-length`, `load/duplicate-channel`, `load/event`.
 */
export function checkRecording(recording: SourceRecording): number {
  checkName(recording);
  checkTexts(recording);
  checkRois(recording);
  const frames = frameCount(recording);
  checkTime(recording, frames);
  checkBehaviors(recording, frames);
  for (const event of recording.events ?? []) checkEvent(recording, event, frames);
  for (const stimulus of recording.stimuli ?? []) checkEvent(recording, spanOf(stimulus), frames);
  return frames;
}

type Fields = Readonly<Record<string, string | number | null>>;

function fault(
  { file, wormUid }: SourceRecording,
  problem: string,
  message: string,
  more: Fields & { readonly wayOut?: string } = {},
): LoadError {
  const { wayOut, ...fields } = more;
  return new LoadError(problem, `${file.path}, recording ${shown(wormUid)}: ${message}`, {
    fields: { file: file.path, recording: shown(wormUid), ...fields },
    ...(wayOut === undefined ? {} : { wayOut }),
  });
}

function shown(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return !isWellFormed(short) || CONTROL.test(short) ? JSON.stringify(short) : short;
}

function checkName(recording: SourceRecording): void {
  const { wormUid } = recording;
  const why =
    wormUid.trim() === "" || wormUid.endsWith("/")
      ? "it is empty"
      : wormUid.length > LONGEST_NAME
        ? `it has ${wormUid.length} characters, more than ${LONGEST_NAME}`
        : CONTROL.test(wormUid)
          ? "it has control characters"
          : null;
  if (why !== null) throw fault(recording, "recording-name", `the name cannot be used: ${why}`);
}

function checkTexts(recording: SourceRecording): void {
  const { wormUid, rois, traces, behaviors = [], events = [], stimuli = [] } = recording;
  const check = (field: string, text: string | null | undefined) => {
    if (text == null || isWellFormed(text)) return;
    const value = shown(text);
    throw fault(recording, "text", `${field} is ${value}, which holds half of a surrogate pair`, { field, value });
  };
  check("the name", wormUid);
  for (const key of ["strain", "genotype", "condition", "stage", "sex"] as const) check(key, recording[key]);
  for (const { roi, labelRaw, candidatesRaw = [], note, confidenceScale } of rois) {
    check(`label of ROI ${roi}`, labelRaw);
    for (const candidate of candidatesRaw) check(`name of ROI ${roi}`, candidate);
    check(`note of ROI ${roi}`, note);
    check(`confidence scale of ROI ${roi}`, confidenceScale);
  }
  for (const { kind, unit } of traces) check(`unit of ${kind}`, unit);
  for (const { channel, unit } of behaviors) {
    check("name of a channel", channel);
    check("unit of a channel", unit);
  }
  for (const { name, value } of events) {
    check("name of an event", name);
    check("value of an event", value);
  }
  for (const { name, concUnit } of stimuli) {
    check("name of a stimulus", name);
    check("unit of a stimulus", concUnit);
  }
}

function checkRois(recording: SourceRecording): void {
  const { rois, traces } = recording;
  const numbers = new Set<number>();
  for (const { roi } of rois) {
    if (numbers.has(roi)) throw fault(recording, "duplicate-roi", `ROI ${roi} occurs twice`, { roi });
    numbers.add(roi);
  }
  const kinds = new Set<string>();
  for (const { kind, values } of traces) {
    if (kinds.has(kind))
      throw fault(recording, "duplicate-kind", `there are two sets of traces of kind ${kind}`, { kind });
    kinds.add(kind);
    if (values.length === rois.length) continue;
    const message = `there are ${values.length} traces of kind ${kind} for ${rois.length} ROIs`;
    throw fault(recording, "trace-count", message, { kind, traces: values.length, rois: rois.length });
  }
}

/** Frames of the recording: the length of its traces, all of which must have it, and a time stamp for each. */
function frameCount(recording: SourceRecording): number {
  const { traces, timeS } = recording;
  let frames: number | undefined;
  for (const { kind, values } of traces) {
    for (const column of values) {
      if (column === null) continue;
      frames ??= column.length;
      if (column.length === frames) continue;
      const message = `a trace of kind ${kind} has ${column.length} frames, another ${frames}`;
      throw fault(recording, "trace-length", message, { kind, frames: column.length, expected: frames });
    }
  }
  if (frames === undefined) throw fault(recording, "no-traces", "it has no traces", { times: timeS.length });
  if (frames === 0) throw fault(recording, "no-frames", "its traces have no frames", { frames, times: timeS.length });
  if (frames > timeS.length) {
    throw fault(recording, "time-short", `traces have ${frames} frames, the time vector ${timeS.length}`, {
      frames,
      times: timeS.length,
      wayOut: "Frames without a time cannot be placed: get the file again, or shorten the traces to their times.",
    });
  }
  return frames;
}

function checkTime(recording: SourceRecording, frames: number): void {
  const { timeS: time, timeBasis, timeUnitStated = timeBasis !== "measured", segmentStarts = [] } = recording;
  checkOrder(recording, time, frames, "time of frame");
  if (segmentStarts.length > MOST_COLUMNS) {
    const message = `${segmentStarts.length} segments, more than ${MOST_COLUMNS}`;
    throw fault(recording, "segments", message, { segments: segmentStarts.length });
  }
  if (frames < 2) return;
  const steps = Float64Array.from({ length: frames - 1 }, (_, k) => (time[k + 1] as number) - (time[k] as number));
  steps.sort();
  const median = steps[steps.length >> 1] as number;
  const plausible = PLAUSIBLE_INTERVAL_S[timeUnitStated ? "stated" : "silent"];
  if (median < plausible.least || median > plausible.most) {
    throw fault(
      recording,
      "time-unit",
      `the median time between frames is ${median} s, which is no second: is the unit another?`,
      {
        medianIntervalS: median,
        ...plausible,
        wayOut: "Say the unit of the time vector, where the loader has a parameter for it.",
      },
    );
  }
  const spanS = (time[frames - 1] as number) - (time[0] as number);
  if (spanS <= LONGEST_S) return;
  const at = steps.at(-1) as number;
  throw fault(recording, "time-span", `it lasts ${spanS} s, longer than a week; its longest step is ${at} s`, {
    spanS,
    longestStepS: at,
    wayOut: "Correct the time stamp that is wrong.",
  });
}

function checkOrder(recording: SourceRecording, time: Float64Array, count: number, what: string): void {
  for (let k = 0; k < count; k++) {
    const value = time[k] as number;
    if (Number.isFinite(value) && (k === 0 || value > (time[k - 1] as number))) continue;
    const before = k === 0 ? "" : ` after ${time[k - 1]}`;
    throw fault(recording, "time-order", `${what} ${k} is ${value}${before}`, {
      frame: k,
      value: Number.isFinite(value) ? value : String(value),
      wayOut: "Times must be finite and ascending.",
    });
  }
}

function checkBehaviors(recording: SourceRecording, frames: number): void {
  const seen = new Set<string>();
  for (const { channel, subIndex = 0, values, timeS } of recording.behaviors ?? []) {
    const times = timeS?.length ?? frames;
    if (values.length !== times) {
      const against = timeS === undefined ? `${frames} frames` : `${times} times`;
      const message = `channel ${shown(channel)} has ${values.length} values, but there are ${against}`;
      throw fault(recording, "behavior-length", message, { channel: shown(channel), values: values.length, times });
    }
    if (subIndex > MOST_COLUMNS) {
      throw fault(recording, "behavior-length", `channel ${shown(channel)} has more than ${MOST_COLUMNS} columns`);
    }
    const key = `${channel}\n${subIndex}`;
    if (seen.has(key)) throw fault(recording, "duplicate-channel", `channel ${shown(channel)} occurs twice`);
    seen.add(key);
    if (timeS !== undefined) checkOrder(recording, timeS, times, `channel ${shown(channel)}: time of value`);
  }
}

function spanOf({
  name,
  kOn,
  kOff,
  tOnS,
  tOffS,
  conc,
}: SourceStimulus): SourceEvent & { readonly conc?: number | null } {
  return {
    name,
    kStart: kOn ?? null,
    kEnd: kOff ?? null,
    tStartS: tOnS ?? null,
    tEndS: tOffS ?? null,
    conc: conc ?? null,
  };
}

/** Loaders drop events that cannot be placed, each with a row; what is left of them here is a fault of the loader. */
function checkEvent(recording: SourceRecording, event: ReturnType<typeof spanOf>, frames: number): void {
  const { name, kStart, kEnd, tStartS, tEndS, conc } = event;
  const isFrame = (k: number | null | undefined) => k == null || (Number.isInteger(k) && k >= 0 && k <= frames);
  const isNumber = (value: number | null | undefined) => value == null || Number.isFinite(value);
  const ordered =
    (kStart == null || kEnd == null || kEnd >= kStart) && (tStartS == null || tEndS == null || tEndS >= tStartS);
  if (isFrame(kStart) && isFrame(kEnd) && isNumber(tStartS) && isNumber(tEndS) && isNumber(conc) && ordered) return;
  const places = `frames ${kStart ?? "none"} to ${kEnd ?? "none"}, ${tStartS ?? "none"} to ${tEndS ?? "none"} s`;
  throw fault(recording, "event", `${shown(name)} is at ${places}, of ${frames} frames`, { name: shown(name), frames });
}
