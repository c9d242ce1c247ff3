import type { WriteHdf5Attribute, WriteHdf5Dataset } from "../hdf5-writer.js";
import { writeHdf5 } from "../hdf5-writer.js";
import type { SampleFile } from "../sample-sources.js";
import { type SyntheticRecording, syntheticRecording } from "./synthetic-recording.js";

/** Datasets and typed groups of an NWB file. */
export interface NwbParts {
  readonly datasets: Record<string, WriteHdf5Dataset>;
  readonly groups: Record<string, Record<string, WriteHdf5Attribute>>;
}

/** A dataset of one value. */
export function scalar(value: string | number, attributes: Record<string, WriteHdf5Attribute> = {}): WriteHdf5Dataset {
  return { shape: [], data: typeof value === "string" ? [value] : Float64Array.of(value), attributes };
}

/** A dataset of a list of texts or numbers. */
export function list(
  data: readonly string[] | Float64Array,
  attributes: Record<string, WriteHdf5Attribute> = {},
): WriteHdf5Dataset {
  return { shape: [data.length], data, attributes };
}

/** Traces as a T × N matrix. */
export function frameMatrix(traces: readonly Float64Array[]): WriteHdf5Dataset {
  const frames = traces[0]?.length ?? 0;
  const rois = traces.length;
  const data = Float64Array.from(
    { length: frames * rois },
    (_, i) => traces[i % rois]?.[Math.floor(i / rois)] as number,
  );
  return { shape: [frames, rois], data };
}

/**
 * An NWB file of one worm as Nejatbakhsh et al. lay it out: traces in a Fluorescence container, labels in a list of their
 * own. With `stated` it has time stamps, behaviour with times of its own, an odour and a subject; without it has a custom
 * series type and no times at all.
 */
export function nwbParts(worm: SyntheticRecording, stated: boolean): NwbParts {
  const seconds = { unit: "seconds" };
  const module = "processing/CalciumActivity";
  const series = `${module}/SignalRawFluor/SignalCalciumImResponseSeries`;
  const type = (name: string) => ({ neurodata_type: name });
  const { timeS, velocity, stimulus, labels } = worm;
  const datasets: NwbParts["datasets"] = {
    identifier: scalar(`sample-${worm.index}`),
    session_description: scalar("Invented recording: no measurement of any animal."),
    session_start_time: scalar("2020-01-01T00:00:00+00:00"),
    "general/lab": scalar("Sample laboratory"),
    "general/subject/subject_id": scalar(`sample-${worm.index}`),
    "general/subject/strain": scalar("OH16230"),
    "general/subject/sex": scalar("O"),
    "general/subject/age": scalar("P2D"),
    "general/subject/growth_stage": scalar("YA"),
    [`${series}/data`]: { ...frameMatrix(worm.traces), attributes: { unit: "n.a.", conversion: Float64Array.of(1) } },
    [`${module}/NeuronIDs/labels`]: list(labels),
    "acquisition/CalciumImageSeries/data": { shape: [2, 4, 4, 3], data: new Uint16Array(96) },
  };
  const groups: NwbParts["groups"] = {
    "": { neurodata_type: "NWBFile", nwb_version: "2.5.0" },
    "general/subject": type("Subject"),
    processing: {},
    [module]: type("ProcessingModule"),
    [`${module}/SignalRawFluor`]: type("Fluorescence"),
    [series]: type(stated ? "RoiResponseSeries" : "SignalCalciumImResponseSeries"),
    [`${module}/NeuronIDs`]: type("SegmentationLabels"),
    "acquisition/CalciumImageSeries": type("CalciumImageSeries"),
  };
  if (!stated) return { datasets, groups };
  const odour = "stimulus/presentation/odor";
  const behavior = "processing/behavior";
  datasets[`${series}/timestamps`] = list(timeS, seconds);
  datasets[`${odour}/data`] = list([stimulus.name]);
  datasets[`${odour}/timestamps`] = list(Float64Array.of(stimulus.onS), seconds);
  const camera = { shape: [velocity.length - 10], data: velocity.slice(0, velocity.length - 10) };
  datasets[`${behavior}/Movement/velocity/data`] = { ...camera, attributes: { unit: "mm/s" } };
  datasets[`${behavior}/Movement/velocity/starting_time`] = scalar(timeS[0] as number, {
    rate: Float64Array.of(4.1),
    unit: "seconds",
  });
  groups[odour] = type("AnnotationSeries");
  groups[behavior] = type("ProcessingModule");
  groups[`${behavior}/Movement`] = type("BehavioralTimeSeries");
  groups[`${behavior}/Movement/velocity`] = type("TimeSeries");
  return { datasets, groups };
}

/** Two NWB files in the folders of Nejatbakhsh 2020: one states its times (near 4 Hz), one does not. */
export function nejatbakhshFiles(seed: number): SampleFile[] {
  return [700, 599].map((frames, index) => {
    const dtS = index === 0 ? 0.246 : 0.25;
    const worm = syntheticRecording({ seed, name: "Nejatbakhsh2020", index, frames, rois: 6, dtS });
    const name = `sub-sample${index}`;
    return {
      path: `celegans/Nejatbakhsh2020/${name}/${name}_ophys.nwb`,
      bytes: writeHdf5(nwbParts(worm, index === 0)),
    };
  });
}
