import type { TraceKind } from "./source-recording.js";

/** The kinds of traces, for parameters of loaders. */
export const TRACE_KINDS = [
  "raw_fluorescence",
  "ratio",
  "dff",
  "dff_bc",
  "F_over_mean",
  "norm",
  "corrected_F",
  "gcamp",
  "zscore_source",
  "raw_traces",
  "derivative",
  "other",
] as const satisfies readonly TraceKind[];
