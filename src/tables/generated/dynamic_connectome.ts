// Generated from schemas/dynamic_connectome/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * Affinity of pairs of neurons; empty unless the affinity step is told to write it. Table
 * `dynamic_connectome.affinity_pair`, key run_id, animal_id, neuron_i, neuron_j, bin.
 */
export type AffinityPairRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** First neuron, in the order of the run. */
  readonly neuron_i: string;
  /** Second neuron. */
  readonly neuron_j: string;
  /** Bin of its animal, 0-based. Bounds: at least 0. */
  readonly bin: number;
  /** Affinity. Bounds: at least 0, at most 1. */
  readonly a: number;
};

export const AFFINITY_PAIR_COLUMNS = ["run_id", "animal_id", "neuron_i", "neuron_j", "bin", "a"] as const;

/** Parameters and facts that one step used. Table `dynamic_connectome.affinity_parameter`, key run_id, step, name. */
export type AffinityParameterRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Step that used it. */
  readonly step: "affinity" | "factors" | "communities";
  /** Name of the parameter or fact. */
  readonly name: string;
  /** Its value, as canonical JSON. */
  readonly value: string;
};

export const AFFINITY_PARAMETER_COLUMNS = ["run_id", "step", "name", "value"] as const;

/**
 * One row per recording that takes part: its frames and their times. Table `dynamic_connectome.animal`, key animal_id.
 */
export type AnimalRow = {
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** Frames. Unit: frames. Bounds: at least 0. */
  readonly n_frames: number;
  /** Median time between frames. Unit: s. */
  readonly median_dt_s: number | null;
  /** Time of each frame after the first. Unit: s. */
  readonly t_s: readonly number[];
  /** First frame of each continuous segment; the first is 0. */
  readonly segment_starts: readonly number[];
  /** Kind of trace, as in celegans_activity.trace. */
  readonly trace_kind: string;
  /** Unit of the traces. */
  readonly unit: string;
  /** Hash of names and times of its stimuli, equal in recordings that may be aligned; null without stimuli. */
  readonly stimulus_clock: string | null;
};

export const ANIMAL_COLUMNS = [
  "animal_id",
  "n_frames",
  "median_dt_s",
  "t_s",
  "segment_starts",
  "trace_kind",
  "unit",
  "stimulus_clock",
] as const;

/**
 * Identified neurons that are left out before any affinity, and why. Table `dynamic_connectome.animal_mask`, key
 * animal_id, neuron_id.
 */
export type AnimalMaskRow = {
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** Canonical neuron. */
  readonly neuron_id: string;
  /** filtered: by confidence; nan: no value at all. */
  readonly reason: "filtered" | "nan";
};

export const ANIMAL_MASK_COLUMNS = ["animal_id", "neuron_id", "reason"] as const;

/**
 * One row per recording and identified neuron: its trace. Table `dynamic_connectome.animal_trace`, key animal_id,
 * neuron_id.
 */
export type AnimalTraceRow = {
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** Canonical neuron. */
  readonly neuron_id: string;
  /** Its class. */
  readonly neuron_class: string | null;
  /** ROI of celegans_activity.roi. */
  readonly roi: number;
  /** One value per frame; NaN where there is none. */
  readonly values: readonly number[];
};

export const ANIMAL_TRACE_COLUMNS = ["animal_id", "neuron_id", "neuron_class", "roi", "values"] as const;

/** One row per run and bin of the time mode. Table `dynamic_connectome.bin`, key run_id, bin. */
export type BinRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0-based place along the time mode. Bounds: at least 0. */
  readonly bin: number;
  /** The animal whose frames it holds (concatenated); null where all share the clock. */
  readonly animal_id: string | null;
  /** First frame of the bin in its animal. Bounds: at least 0. */
  readonly first_frame: number;
  /** Centre of the bin after the first frame of the animal. Unit: s. */
  readonly t_s: number;
};

export const BIN_COLUMNS = ["run_id", "bin", "animal_id", "first_frame", "t_s"] as const;

/**
 * Communities of the graph of each component. Level 0 is what was found; higher levels merge it and cost description
 * length. Table `dynamic_connectome.community`, key run_id, component, method, level, neuron_id.
 */
export type CommunityRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** weighted_sbm: minimum description length; leiden: modularity. */
  readonly method: "weighted_sbm" | "leiden";
  /** 0 is the partition found. Bounds: at least 0. */
  readonly level: number;
  /** Number within the level, by falling total strength. Bounds: at least 0. */
  readonly community: number;
  /** Neuron. */
  readonly neuron_id: string;
  /** Sum of weights to the neurons of its community. Bounds: at least 0. */
  readonly strength: number;
  /** Of the level, in nats; comparable on the same graph only. */
  readonly description_length: number | null;
  /** Of the level. */
  readonly modularity: number | null;
};

export const COMMUNITY_COLUMNS = [
  "run_id",
  "component",
  "method",
  "level",
  "community",
  "neuron_id",
  "strength",
  "description_length",
  "modularity",
] as const;

/** Parameters and facts that one step used. Table `dynamic_connectome.community_parameter`, key run_id, step, name. */
export type CommunityParameterRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Step that used it. */
  readonly step: "affinity" | "factors" | "communities";
  /** Name of the parameter or fact. */
  readonly name: string;
  /** Its value, as canonical JSON. */
  readonly value: string;
};

export const COMMUNITY_PARAMETER_COLUMNS = ["run_id", "step", "name", "value"] as const;

/** One row per run and component at the chosen rank. Table `dynamic_connectome.component`, key run_id, component. */
export type ComponentRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** Weight, in units of the tensor, for factors of unit norm. Bounds: at least 0. */
  readonly lambda: number;
  /** lambda squared over its sum. Bounds: at least 0, at most 1. */
  readonly share: number;
  /** The start it comes from. Bounds: at least 0. */
  readonly best_start: number;
  /** Mean match of the component over the other starts; null with one. */
  readonly fms_to_starts: number | null;
  /** Whether that reaches the limit; null with one start. */
  readonly reproducible: boolean | null;
};

export const COMPONENT_COLUMNS = [
  "run_id",
  "component",
  "lambda",
  "share",
  "best_start",
  "fms_to_starts",
  "reproducible",
] as const;

/**
 * One row per run: which recordings and neurons, which kernel, and the shape of the tensor. Table
 * `dynamic_connectome.experiment`, key run_id.
 */
export type ExperimentRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** shared_clock: pairs × bins × animals; concatenated: neurons × neurons × bins of all animals in sequence. */
  readonly alignment: "shared_clock" | "concatenated";
  /** How two slopes become an affinity. */
  readonly kernel: "geomean" | "product" | "min" | "gauss_adaptive" | "signed";
  /** common: neurons of every animal; union: all, the missing ones masked. */
  readonly neuron_set: "common" | "union";
  /** Null, or how the traces were disarranged. */
  readonly control: "circular_shift" | null;
  /** The run that this one is the control of. */
  readonly control_of: string | null;
  /** Animals. Bounds: at least 1. */
  readonly n_animals: number;
  /** Neurons. Bounds: at least 0. */
  readonly n_neurons: number;
  /** Pairs of neurons. Bounds: at least 0. */
  readonly n_pairs: number;
  /** Bins along the time mode. Bounds: at least 0. */
  readonly n_bins: number;
  /** Frames per bin. Unit: frames. Bounds: at least 1. */
  readonly bin_frames: number;
  /** Width of the derivative of a Gaussian. Unit: frames. */
  readonly sigma_frames: number;
  /** Slopes are clipped at this multiple of their root mean square. */
  readonly clip: number;
  /** The neurons, in the order of the tensor. */
  readonly neurons: readonly string[];
  /** The animals, in the order of the tensor. */
  readonly animals: readonly string[];
};

export const EXPERIMENT_COLUMNS = [
  "run_id",
  "alignment",
  "kernel",
  "neuron_set",
  "control",
  "control_of",
  "n_animals",
  "n_neurons",
  "n_pairs",
  "n_bins",
  "bin_frames",
  "sigma_frames",
  "clip",
  "neurons",
  "animals",
] as const;

/**
 * Animals of each component. Shared clock: unit norm; concatenated: mean of the time factor over the bins of the
 * animal. Table `dynamic_connectome.factor_animal`, key run_id, component, animal_id.
 */
export type FactorAnimalRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** Value. Bounds: at least 0. */
  readonly value: number;
};

export const FACTOR_ANIMAL_COLUMNS = ["run_id", "component", "animal_id", "value"] as const;

/**
 * Neurons of each component where the tensor is concatenated: mean of the two neuron factors. Table
 * `dynamic_connectome.factor_neuron`, key run_id, component, neuron_id.
 */
export type FactorNeuronRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** Neuron. */
  readonly neuron_id: string;
  /** Value. Bounds: at least 0. */
  readonly value: number;
};

export const FACTOR_NEURON_COLUMNS = ["run_id", "component", "neuron_id", "value"] as const;

/**
 * Pairs of each component; values below 1e-12 are left out. Shared clock: unit norm; concatenated: (a_i b_j + a_j b_i)
 * / 2 of the two neuron factors. Table `dynamic_connectome.factor_pair`, key run_id, component, neuron_i, neuron_j,
 * direction.
 */
export type FactorPairRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** First neuron, in the order of the run. */
  readonly neuron_i: string;
  /** Second neuron. */
  readonly neuron_j: string;
  /** together: both rise or both fall; opposite: one rises while the other falls (kernel signed). */
  readonly direction: "together" | "opposite";
  /** Value. Bounds: at least 0. */
  readonly value: number;
};

export const FACTOR_PAIR_COLUMNS = ["run_id", "component", "neuron_i", "neuron_j", "direction", "value"] as const;

/** Parameters and facts that one step used. Table `dynamic_connectome.factor_parameter`, key run_id, step, name. */
export type FactorParameterRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Step that used it. */
  readonly step: "affinity" | "factors" | "communities";
  /** Name of the parameter or fact. */
  readonly name: string;
  /** Its value, as canonical JSON. */
  readonly value: string;
};

export const FACTOR_PARAMETER_COLUMNS = ["run_id", "step", "name", "value"] as const;

/** Time course of each component, unit norm. Table `dynamic_connectome.factor_time`, key run_id, component, bin. */
export type FactorTimeRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** Bin, as in bin. Bounds: at least 0. */
  readonly bin: number;
  /** As in bin. */
  readonly animal_id: string | null;
  /** Centre of the bin. Unit: s. */
  readonly t_s: number;
  /** Value. Bounds: at least 0. */
  readonly value: number;
};

export const FACTOR_TIME_COLUMNS = ["run_id", "component", "bin", "animal_id", "t_s", "value"] as const;

/**
 * How neurons move between the communities of components whose intervals follow one another. Table
 * `dynamic_connectome.flow`, key run_id, from_component, from_community, to_component, to_community.
 */
export type FlowRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Component of the earlier interval. Bounds: at least 0. */
  readonly from_component: number;
  /** Its community. Bounds: at least 0. */
  readonly from_community: number;
  /** Component of the next interval. Bounds: at least 0. */
  readonly to_component: number;
  /** Its community. Bounds: at least 0. */
  readonly to_community: number;
  /** Neurons in both. Bounds: at least 0. */
  readonly n_neurons: number;
  /** How often an interval of the one is followed by one of the other. Bounds: at least 1. */
  readonly n_transitions: number;
};

export const FLOW_COLUMNS = [
  "run_id",
  "from_component",
  "from_community",
  "to_component",
  "to_community",
  "n_neurons",
  "n_transitions",
] as const;

/**
 * One row per component graph: what was found in it, and whether anything was. Table `dynamic_connectome.graph`, key
 * run_id, component, method.
 */
export type GraphRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** As in community. */
  readonly method: "weighted_sbm" | "leiden";
  /** Weights below this fraction of the largest are no edges. */
  readonly threshold: number;
  /** Neurons. Bounds: at least 0. */
  readonly n_neurons: number;
  /** Edges. Bounds: at least 0. */
  readonly n_edges: number;
  /** Communities of level 0. Bounds: at least 0. */
  readonly n_communities: number;
  /** Whether there is more than one community: otherwise no structure was found. */
  readonly structure_found: boolean;
  /** Of level 0, in nats. */
  readonly description_length: number | null;
  /** Of all neurons as one community. */
  readonly description_length_one: number | null;
  /** Of level 0. */
  readonly modularity: number | null;
};

export const GRAPH_COLUMNS = [
  "run_id",
  "component",
  "method",
  "threshold",
  "n_neurons",
  "n_edges",
  "n_communities",
  "structure_found",
  "description_length",
  "description_length_one",
  "modularity",
] as const;

/**
 * When each component is active: bins above half its maximum, gaps of one bin closed. Table
 * `dynamic_connectome.interval`, key run_id, component, interval.
 */
export type IntervalRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** 0 has the largest lambda. Bounds: at least 0. */
  readonly component: number;
  /** Order in time. Bounds: at least 0. */
  readonly interval: number;
  /** The animal on whose clock the times are (concatenated); null where all share one. */
  readonly animal_id: string | null;
  /** First bin. Bounds: at least 0. */
  readonly first_bin: number;
  /** Last bin. Bounds: at least 0. */
  readonly last_bin: number;
  /** Start of the first bin. Unit: s. */
  readonly t_start_s: number;
  /** End of the last bin. Unit: s. */
  readonly t_end_s: number;
  /** Animals in which the component is above half its maximum; concatenated: that of the interval. */
  readonly animals: readonly string[];
};

export const INTERVAL_COLUMNS = [
  "run_id",
  "component",
  "interval",
  "animal_id",
  "first_bin",
  "last_bin",
  "t_start_s",
  "t_end_s",
  "animals",
] as const;

/** Neurons missing in an animal, and why. Table `dynamic_connectome.mask`, key run_id, animal_id, neuron_id. */
export type MaskRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** Neuron. */
  readonly neuron_id: string;
  /** absent: not identified; nan: values are missing; filtered: by confidence or class. */
  readonly reason: "absent" | "nan" | "filtered";
  /** Bins that are masked. Bounds: at least 0. */
  readonly n_bins: number;
};

export const MASK_COLUMNS = ["run_id", "animal_id", "neuron_id", "reason", "n_bins"] as const;

/** Parameters and facts of each run, one per row. Table `dynamic_connectome.parameter`, key run_id, step, name. */
export type ParameterRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Step that used it. */
  readonly step: "affinity" | "factors" | "communities";
  /** Name of the parameter or fact. */
  readonly name: string;
  /** Its value, as canonical JSON. */
  readonly value: string;
};

export const PARAMETER_COLUMNS = ["run_id", "step", "name", "value"] as const;

/** One row per run and rank: what speaks for it and against it. Table `dynamic_connectome.rank`, key run_id, rank. */
export type RankRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Number of components. Bounds: at least 1. */
  readonly rank: number;
  /** Lowest relative error of the starts. Bounds: at least 0. */
  readonly best_err: number;
  /** Core consistency in percent, of the best start; may be negative. Null where it cannot be had. */
  readonly corcondia: number | null;
  /** Mean factor match score of the other starts to the best; null with one start. Bounds: at least 0. */
  readonly stability: number | null;
  /** Normalised nuclear score of the pair factor. */
  readonly nuclear_score: number | null;
  /** Relative error of held-out entries; null where not run. */
  readonly cv_err: number | null;
  /** Whether the components are those of this rank. */
  readonly chosen: boolean;
  /** Whether the stability reaches the limit; null with one start. */
  readonly reproducible: boolean | null;
  /**
   * How the rank was chosen: by the rule; given as a parameter; the most stable one, as none passes the rule; original:
   * that of the run that this one is the control of. Null for the others.
   */
  readonly choice: "rule" | "given" | "none_passes" | "original" | null;
};

export const RANK_COLUMNS = [
  "run_id",
  "rank",
  "best_err",
  "corcondia",
  "stability",
  "nuclear_score",
  "cv_err",
  "chosen",
  "reproducible",
  "choice",
] as const;

/** One row per run, rank and start: a fit. Table `dynamic_connectome.run`, key run_id, rank, start. */
export type RunRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Number of components. Bounds: at least 1. */
  readonly rank: number;
  /** 0-based start. Bounds: at least 0. */
  readonly start: number;
  /** Seed of the start. */
  readonly seed: bigint;
  /** Update rule. */
  readonly algorithm: "hals" | "mu";
  /** Sweeps done. Bounds: at least 0. */
  readonly iteration: number;
  /** Relative error of the fit. Bounds: at least 0. */
  readonly rel_err: number;
  /** Whether the error stood still before the sweeps ran out. */
  readonly converged: boolean;
  /** Whether the start ended well above the best of its rank. */
  readonly stuck: boolean;
  /** Factor match score to the best start of the rank; null for that start. */
  readonly fms_to_best: number | null;
  /** Relative error after each sweep. */
  readonly errors: readonly number[];
};

export const RUN_COLUMNS = [
  "run_id",
  "rank",
  "start",
  "seed",
  "algorithm",
  "iteration",
  "rel_err",
  "converged",
  "stuck",
  "fms_to_best",
  "errors",
] as const;

/**
 * One row per run, animal and neuron: the scaled derivative g of the trace, in [-1, 1]. Table
 * `dynamic_connectome.slope`, key run_id, animal_id, neuron_id.
 */
export type SlopeRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** The recording, as in celegans_activity.recording. */
  readonly animal_id: string;
  /** Neuron. */
  readonly neuron_id: string;
  /** g of each frame of the bins; NaN where masked. */
  readonly values: readonly number[];
};

export const SLOPE_COLUMNS = ["run_id", "animal_id", "neuron_id", "values"] as const;

/**
 * Factors at the start of each fit at the chosen rank: with them a fit can be replayed. Table
 * `dynamic_connectome.start_factor`, key run_id, rank, start, mode, row.
 */
export type StartFactorRow = {
  /** Name of the run: an experiment of the pipeline. */
  readonly run_id: string;
  /** Number of components. Bounds: at least 1. */
  readonly rank: number;
  /** 0-based start. Bounds: at least 0. */
  readonly start: number;
  /** 0, 1 or 2. Bounds: at least 0, at most 2. */
  readonly mode: number;
  /** Row of the factor. Bounds: at least 0. */
  readonly row: number;
  /** One number per component. */
  readonly values: readonly number[];
};

export const START_FACTOR_COLUMNS = ["run_id", "rank", "start", "mode", "row", "values"] as const;
