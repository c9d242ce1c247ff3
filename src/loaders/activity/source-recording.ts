import type { SourceTraceRow } from "../../tables/generated/celegans_activity.js";
import type { SourceFile } from "../loader.js";

/** Kinds of traces that a source may hold. */
export type TraceKind = SourceTraceRow["kind"];

/** One segmented cell as its source states it. */
export interface SourceRoi {
  /** The source's own number. */
  readonly roi: number;
  readonly roiBase: 0 | 1;
  /** 0-based column of the source array. */
  readonly columnIndex: number;
  readonly labelRaw?: string | null;
  /** All names the source gives, verbatim (default: the label, if any). */
  readonly candidatesRaw?: readonly string[];
  readonly confidence?: number | null;
  readonly confidenceScale?: string | null;
  readonly lr?: "L" | "R" | "unknown" | null;
  readonly dv?: "D" | "V" | "unknown" | null;
  readonly note?: string | null;
  readonly neuropalRoiIds?: readonly number[] | null;
  readonly positionUm?: readonly [number, number, number];
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The traces of one kind: `rois × frames` values. */
export interface SourceTraces {
  readonly kind: TraceKind;
  /** `au`, `ratio`, `dF/F`, `F/mean`, `zscore`, `mean_normalized`, … */
  readonly unit: string;
  /** Values of each ROI in the order of `rois`, one per frame; NaN where there is none. A null ROI has no such trace. */
  readonly values: readonly (Float64Array | null)[];
}

export interface SourceBehavior {
  readonly channel: string;
  readonly subIndex?: number;
  readonly unit?: string | null;
  readonly values: Float64Array;
  /** Times on the recording's clock, when there is not one value per frame. */
  readonly timeS?: Float64Array;
}

/** By frame (`kStart`, 0-based; `kEnd` exclusive) or by time on the recording's clock. */
export interface SourceEvent {
  readonly name: string;
  readonly kStart?: number | null;
  readonly kEnd?: number | null;
  readonly tStartS?: number | null;
  readonly tEndS?: number | null;
  readonly value?: string | null;
}

export interface SourceStimulus {
  readonly kind: "odour" | "light" | "optogenetic" | "heat" | "other";
  readonly name: string;
  readonly targetRoi?: number | null;
  readonly kOn?: number | null;
  readonly kOff?: number | null;
  readonly tOnS?: number | null;
  readonly tOffS?: number | null;
  readonly conc?: number | null;
  readonly concUnit?: string | null;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** One recording as read from its files. */
export interface SourceRecording {
  readonly dataset: string;
  /** Name in the source, whole. */
  readonly wormUid: string;
  /** The file that holds the traces. */
  readonly file: SourceFile;
  /** Published `raw_data_file` without folder (default: the file's name). */
  readonly compatFile?: string;
  /** Position among the recordings of its file (default 0). */
  readonly compatOrder?: number;
  readonly strain?: string | null;
  readonly genotype?: string | null;
  readonly condition?: string | null;
  readonly stage?: string | null;
  readonly sex?: string | null;
  /** Seconds on the source's clock, one per frame; may be longer than the traces. */
  readonly timeS: Float64Array;
  readonly timeBasis: "measured" | "from_rate" | "assumed";
  /** Whether file or parameters say that the times are seconds (default: where a rate gives them). */
  readonly timeUnitStated?: boolean;
  /** First frames of continuous segments (default [0]). */
  readonly segmentStarts?: readonly number[];
  readonly rois: readonly SourceRoi[];
  /** The first is the primary kind unless `primaryKind` says otherwise. */
  readonly traces: readonly SourceTraces[];
  readonly primaryKind?: TraceKind;
  readonly behaviors?: readonly SourceBehavior[];
  readonly events?: readonly SourceEvent[];
  readonly stimuli?: readonly SourceStimulus[];
  readonly extra?: Readonly<Record<string, unknown>>;
}
