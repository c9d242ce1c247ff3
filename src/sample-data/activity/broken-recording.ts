/** Files of one recording that are broken in one way, and what must come of it. */
export interface BrokenRecording {
  /** The loader and what is wrong, as a title: `nwb: times in milliseconds`. Unique. */
  readonly name: string;
  /** Name of the loader in the catalogue. */
  readonly loader: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The files of the partition by mirror path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The file that is at fault, which an error names. */
  readonly path: string;
  /** Tag of the one error, null where there is none. A loader of several recordings may report it for one of them. */
  readonly expectedTag: string | null;
  /** Reason of the dropped row, null where nothing is dropped for the fault. */
  readonly expectedDrop: string | null;
  /**
   * Sources of regular expressions: of the message of the error; of item and detail of the dropped row; where neither is
   * expected, of the rows that carry what is unusual, one text per row (`source_trace roi=3 nan=12 of 60`).
   */
  readonly says: readonly string[];
}

/** A loader, its parameters and a sound recording, of which breakages replace files. */
export interface RecordingReader {
  readonly loader: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The file that most breakages replace. */
  readonly path: string;
}

/** One way to break a recording, before the loader is named. */
export interface RecordingBreakage {
  readonly name: string;
  /** What stands in place of the reader's file. */
  readonly bytes?: Uint8Array;
  /** Other files that are replaced; null: missing. */
  readonly files?: Readonly<Record<string, Uint8Array | null>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The file that is at fault (default: the reader's). */
  readonly at?: string;
  /** `load/time-short`, `dropped/name_without_trace`, or `carried`. */
  readonly outcome: string;
  readonly says: readonly string[];
}

/** Names the loader and the files of breakages. */
export function brokenBy(reader: RecordingReader, breakages: readonly RecordingBreakage[]): BrokenRecording[] {
  const { loader, path } = reader;
  return breakages.map(({ name, bytes, files = {}, parameters = {}, at = path, outcome, says }) => {
    const changed = { ...reader.files, ...(bytes === undefined ? {} : { [path]: bytes }), ...files };
    const present = Object.entries(changed).filter((entry): entry is [string, Uint8Array] => entry[1] !== null);
    const [kind, reason = ""] = outcome.split("/");
    return {
      name: `${loader.slice(loader.indexOf("/") + 1)}: ${name}`,
      loader,
      parameters: { ...reader.parameters, ...parameters },
      files: Object.fromEntries(present),
      path: at,
      expectedTag: kind === "dropped" || kind === "carried" ? null : outcome,
      expectedDrop: kind === "dropped" ? reason : null,
      says,
    };
  });
}

/** Frames and ROIs of the small recordings that are broken: enough for a median step and for two ROIs to be told apart. */
export const BROKEN_FRAMES = 40;
export const BROKEN_ROIS = 3;

/** Times in seconds, half a second apart, in another unit where `unitS` says. */
export function brokenTimes(frames = BROKEN_FRAMES, unitS = 1): Float64Array {
  return Float64Array.from({ length: frames }, (_, k) => (100 + k / 2) / unitS);
}

/** One trace per ROI, none of them like another. */
export function brokenTraces(rois = BROKEN_ROIS, frames = BROKEN_FRAMES): Float64Array[] {
  return Array.from({ length: rois }, (_, roi) =>
    Float64Array.from({ length: frames }, (__, k) => 2 + roi + Math.sin((k * (roi + 1)) / 5)),
  );
}

/** Times of which one is another. */
export function timesWith(k: number, value: number, frames = BROKEN_FRAMES): Float64Array {
  const times = brokenTimes(frames);
  times[k] = value;
  return times;
}

/** Traces with a run of NaN in ROI 0, nothing in ROI 1 and both infinities in ROI 2: carried as they are. */
export function unusualTraces(): Float64Array[] {
  const traces = brokenTraces();
  traces[0]?.fill(Number.NaN, 5, 12);
  traces[1]?.fill(Number.NaN);
  traces[2]?.set([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 20);
  return traces;
}

/** What {@link unusualTraces} become; `roi` is the number of the first ROI. */
export function unusualRows(first: 0 | 1): string[] {
  return [
    `source_trace roi=${first} .*nan=7 infinite=0 of ${BROKEN_FRAMES}`,
    `source_trace roi=${first + 1} .*nan=${BROKEN_FRAMES} infinite=0 of ${BROKEN_FRAMES}`,
    `source_trace roi=${first + 2} .*nan=0 infinite=2 of ${BROKEN_FRAMES}`,
  ];
}

/** A change of the times that every loader must refuse, or account for. */
export interface TimeFault {
  readonly name: string;
  readonly times: Float64Array;
  readonly outcome: string;
  readonly says: readonly string[];
}

/** What can be wrong with a time vector of {@link BROKEN_FRAMES} frames, in a loader of measured times in seconds. */
export function timeFaults(): TimeFault[] {
  const frames = BROKEN_FRAMES;
  return [
    { name: "times in milliseconds", times: brokenTimes(frames, 1e-3), outcome: "load/time-unit", says: ["500 s"] },
    {
      name: "times in minutes",
      times: brokenTimes(frames, 60),
      outcome: "load/time-unit",
      says: ["0\\.0083\\d* s", "another"],
    },
    {
      name: "traces longer than the time vector",
      times: brokenTimes(frames - 1),
      outcome: "load/time-short",
      says: [`${frames} frames`, `time vector ${frames - 1}`],
    },
    {
      name: "time vector longer than the traces",
      times: brokenTimes(frames + 3),
      outcome: "dropped/time_after_last_frame",
      says: [`time stamps ${frames}\\.\\.${frames + 2}`, `${frames + 3} time stamps, ${frames} frames`],
    },
    {
      name: "times that go back",
      times: timesWith(7, 101),
      outcome: "load/time-order",
      says: ["time of frame 7 is 101 after 103"],
    },
    {
      name: "a time twice",
      times: timesWith(7, 103),
      outcome: "load/time-order",
      says: ["time of frame 7 is 103 after 103"],
    },
    {
      name: "a time that is NaN",
      times: timesWith(3, Number.NaN),
      outcome: "load/time-order",
      says: ["time of frame 3 is NaN after 101"],
    },
    {
      name: "a time that is infinite",
      times: timesWith(frames - 1, Number.POSITIVE_INFINITY),
      outcome: "load/time-order",
      says: [`time of frame ${frames - 1} is Infinity`],
    },
    {
      name: "a last time in another century",
      times: timesWith(frames - 1, 4e9),
      outcome: "load/time-span",
      says: ["it lasts 3999999900 s", "longer than a week"],
    },
    { name: "no times", times: new Float64Array(0), outcome: "load/time-short", says: ["time vector 0"] },
  ];
}

/** Bytes of a text. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
