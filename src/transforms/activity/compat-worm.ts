import { slotOf } from "../../tables/neuron-registry.js";
import { type CompatColumn, compatColumns, cutFrames, usedRois } from "./compat-columns.js";
import { isPublishedFile, stripCharacters } from "./compat-dataset.js";
import type { CompatFlags } from "./compat-flag.js";
import {
  canonicalLabel,
  givenNames,
  type NearestOrder,
  namesWithoutLabels,
  type PublishedName,
  publishedNames,
} from "./compat-names.js";
import type { CompatRecording, CompatRoi, LabelFile } from "./compat-recording.js";

export type CompatDropReason = "not_read" | "empty" | "too_short" | "no_label" | "uid_strip";

/** Fewest frames of a published recording. */
const LEAST_FRAMES = 600;

/** How the published procedure treats one recording, by switches; what depends on few of them is computed once. */
export class CompatWorm {
  readonly recording: CompatRecording;
  readonly #order: NearestOrder;
  readonly #traces: ReadonlyMap<number, Float64Array>;
  readonly #columns = new Map<string, CompatColumn[]>();

  /** @param traces of the published kind; needed only where the dataset's loader leaves traces out */
  constructor(
    recording: CompatRecording,
    options: { readonly order: NearestOrder; readonly traces?: ReadonlyMap<number, Float64Array> | undefined },
  ) {
    this.recording = recording;
    this.#order = options.order;
    this.#traces = options.traces ?? new Map();
  }

  /** The traces that the published loader hands on. */
  columns(flags: CompatFlags): readonly CompatColumn[] {
    const key = `${flags.impute} ${flags.drop_meta}`;
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const columns = compatColumns(this.recording, this.#traces, flags);
    this.#columns.set(key, columns);
    return columns;
  }

  /** What is printed for each cell that is kept, if the recording is and its labels are found. */
  names(flags: CompatFlags): PublishedName[] {
    const { rules } = this.recording;
    const rois = this.#kept(flags);
    return publishedNames(givenNames(rois, { rules, order: this.#order, flags }), { leifer: rules.leifer, flags });
  }

  /** What is printed when labels are not found. */
  namesWithoutLabels(flags: CompatFlags): PublishedName[] {
    return namesWithoutLabels(this.#kept(flags), flags);
  }

  #kept(flags: CompatFlags): readonly CompatRoi[] {
    const { rules } = this.recording;
    if (rules.imputed && flags.impute) return this.columns(flags).map(({ roi }) => roi);
    return usedRois(this.recording, flags);
  }

  /** Whether the label is another than the source's name with its zeros deleted. */
  isRewritten({ roi, label }: PublishedName): boolean {
    const name = this.recording.rois.find((one) => one.roi === roi)?.name ?? null;
    return label !== null && name !== null && label !== name && label !== canonicalLabel(name);
  }
}

/** Whether the labels of a recording are in the file of labels, but not under the stripped name. */
export function losesLabels(
  recording: Pick<CompatRecording, "rules" | "dataset" | "wormUid" | "compatFile">,
  labels: LabelFile,
  flags: CompatFlags,
): boolean {
  const { rules, dataset, wormUid, compatFile } = recording;
  if (rules.uidStrip === null || !flags.uid_strip) return false;
  return labels.has(dataset, wormUid) && !labels.has(dataset, stripCharacters(compatFile, rules.uidStrip));
}

/** Why the published procedure leaves a recording out, or null. */
export function dropReason(
  facts: {
    readonly isRead: boolean;
    readonly frames: number;
    readonly rois: number;
    readonly labelled: number;
    readonly losesLabels: boolean;
  },
  flags: CompatFlags,
): CompatDropReason | null {
  if (!flags.drop_meta) return null;
  if (!facts.isRead) return "not_read";
  if (facts.frames <= 0 || facts.rois === 0) return "empty";
  if (facts.frames < LEAST_FRAMES) return "too_short";
  if (facts.labelled === 0) return "no_label";
  return facts.losesLabels ? "uid_strip" : null;
}

/** What the published data hold of one recording. */
export interface PublishedWorm {
  readonly dropReason: CompatDropReason | null;
  /** Empty when the recording is left out. */
  readonly names: readonly PublishedName[];
  /** Frames that are left after the cut. */
  readonly frames: number;
}

/** Steps 1 to 5 of the published procedure on one recording. */
export function publishedWorm(worm: CompatWorm, labels: LabelFile, flags: CompatFlags): PublishedWorm {
  const { recording } = worm;
  const names = worm.names(flags);
  const frames = recording.timeS.length - cutFrames(recording, flags);
  const lost = losesLabels(recording, labels, flags);
  const labelled = names.filter(({ label }) => label !== null && slotOf(label) !== null).length;
  const isRead = isPublishedFile(recording.rules, recording.compatFile);
  const reason = dropReason({ isRead, frames, rois: names.length, labelled, losesLabels: lost }, flags);
  if (reason !== null) return { dropReason: reason, names: [], frames };
  return { dropReason: null, names: lost ? worm.namesWithoutLabels(flags) : names, frames };
}
