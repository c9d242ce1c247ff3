// Generated from schemas/celegans_connectome/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * One row per record of alias_record that the neuron-alias transform did not carry over into neuron_alias. Table
 * `celegans_connectome.alias_dropped`, key source_id, drop_index.
 */
export type AliasDroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** 0-based order among the rows of this file. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Unit: records. Bounds: at least 0. */
  readonly records: bigint;
};

export const ALIAS_DROPPED_COLUMNS = [
  "source_id",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per listed alternative spelling of a cell name. Table `celegans_connectome.alias_record`, key source_id,
 * record_index.
 */
export type AliasRecordRow = {
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based data row of the file. Bounds: at least 0. */
  readonly record_index: number;
  /** Where it stands: `row 12`. */
  readonly source_cell: string;
  /** Alternative spelling. */
  readonly alias_raw: string;
  /** Name it stands for. */
  readonly label_raw: string;
};

export const ALIAS_RECORD_COLUMNS = ["source_id", "record_index", "source_cell", "alias_raw", "label_raw"] as const;

/**
 * One row per published wiring diagram, or form of one, that was read. Table `celegans_connectome.annotation`, key
 * annotation_id.
 */
export type AnnotationRow = {
  /** Name of the annotation in every table. */
  readonly annotation_id: string;
  /** `main` annotations may enter the consensus; `crosscheck` ones are other forms, releases or stages and never do. */
  readonly role: "main" | "crosscheck";
  /** Whether the corrected consensus uses it for its lineage. */
  readonly representative: boolean;
  /** Group of annotations that describe the same animals. */
  readonly lineage: string;
  /** Electron-microscopy series that it was compiled from. */
  readonly animals: readonly string[];
  /** Developmental stage: L1 to L4, adult. */
  readonly stage: string;
  /** Age after birth as upstream gives it. Unit: h. Bounds: at least 0. */
  readonly age_h: number | null;
  /** Sex of the animals. */
  readonly sex: "hermaphrodite" | "male";
  /** Part of the animal that was reconstructed. */
  readonly region: "complete" | "head" | "tail" | "pharynx";
  /** Unit of the weights of its edges. */
  readonly unit: "synapse_count" | "em_sections" | "size";
  /** Whether an unlisted gap junction means that there is none; null: not known. */
  readonly gap_complete: boolean | null;
  /**
   * Neurons that take part in at least one of its edges (the coverage that is known). Unit: neurons. Bounds: at least
   * 0.
   */
  readonly n_neurons: number;
  /** Publication, and where this form of it comes from. */
  readonly citation: string;
  /** Its name in the published consensus; null when that does not read it. */
  readonly published_source: string | null;
};

export const ANNOTATION_COLUMNS = [
  "annotation_id",
  "role",
  "representative",
  "lineage",
  "animals",
  "stage",
  "age_h",
  "sex",
  "region",
  "unit",
  "gap_complete",
  "n_neurons",
  "citation",
  "published_source",
] as const;

/**
 * One row per ordered pair of neurons and quantity on which the published and the corrected consensus differ, with the
 * defects that cause it, found by ablation. Table `celegans_connectome.connectome_diff`, key pre, post, quantity.
 */
export type ConnectomeDiffRow = {
  /** Presynaptic neuron. */
  readonly pre: string;
  /** Postsynaptic neuron. */
  readonly post: string;
  /** What differs. */
  readonly quantity:
    | "mean_gap_weight"
    | "mean_chem_weight"
    | "uncertainty"
    | "functional_weight"
    | "data_sources"
    | "gap_state"
    | "chem_state";
  /** Published number; null: it gives none. Unit: mixed. */
  readonly compat_value: number | null;
  /**
   * Corrected number in synapse counts (means: mean_count_covering where the connection is present; uncertainty:
   * sd_count of the chemical synapse; functional_weight: the response). Unit: synapse_count.
   */
  readonly corrected_count: number | null;
  /** The same in EM sections. Unit: em_sections. */
  readonly corrected_sections: number | null;
  /** Published sources or state; null for numbers. */
  readonly compat_text: string | null;
  /** Corrected sources or state; null for numbers. */
  readonly corrected_text: string | null;
  /**
   * Defects whose removal from the published procedure, or addition to the corrected one, changes the row; never empty.
   */
  readonly causes: readonly (
    | "no_alias"
    | "sp_only"
    | "first_wins"
    | "gap_listing_mean"
    | "f32_weight"
    | "double_count"
    | "unit_mix"
    | "gap_set_mean"
    | "mean_over_present"
    | "absent_zero"
    | "uncertainty"
    | "func_sheet"
  )[];
  /** single: each cause changes the row alone; joint: no defect does, only these together. */
  readonly effect: "single" | "joint";
};

export const CONNECTOME_DIFF_COLUMNS = [
  "pre",
  "post",
  "quantity",
  "compat_value",
  "corrected_count",
  "corrected_sections",
  "compat_text",
  "corrected_text",
  "causes",
  "effect",
] as const;

/**
 * Corrected consensus: one row per ordered pair of neurons (gap: pair with pre ≤ post) and kind, over one
 * representative annotation per lineage; counts and sections are never averaged together. Table
 * `celegans_connectome.consensus`, key pre, post, kind.
 */
export type ConsensusRow = {
  /** Presynaptic neuron (gap: the first of the two in code-unit order). */
  readonly pre: string;
  /** Postsynaptic neuron (gap: the second of the two). */
  readonly post: string;
  /** Chemical synapse or gap junction. */
  readonly kind: "chemical" | "gap";
  /** Listed by a lineage; covered by one or more but listed by none; covered by none. */
  readonly state: "present" | "absent" | "not_covered";
  /**
   * Lineages whose annotation covers both neurons; an incomplete gap layer covers only the pairs that it lists. Unit:
   * lineages. Bounds: at least 0.
   */
  readonly n_covering: number;
  /** Lineages that list the connection. Unit: lineages. Bounds: at least 0. */
  readonly n_present: number;
  /** Mean over the lineages in synapse counts that list it. Unit: synapse_count. */
  readonly mean_count_present: number | null;
  /** Mean over the covering lineages in synapse counts, absent = 0. Unit: synapse_count. */
  readonly mean_count_covering: number | null;
  /**
   * Standard deviation (ddof 1) over the covering lineages in synapse counts, absent = 0; null for fewer than two.
   * Unit: synapse_count.
   */
  readonly sd_count: number | null;
  /** Mean over the lineages in EM sections that list it. Unit: em_sections. */
  readonly mean_sections_present: number | null;
  /** Mean over the covering lineages in EM sections, absent = 0. Unit: em_sections. */
  readonly mean_sections_covering: number | null;
  /**
   * Standard deviation (ddof 1) over the covering lineages in EM sections, absent = 0; null for fewer than two. Unit:
   * em_sections.
   */
  readonly sd_sections: number | null;
  /** What each covering lineage says; weight 0: looked at and absent. */
  readonly by_lineage: readonly {
    readonly lineage: string;
    readonly annotation_id: string;
    readonly weight: number;
    readonly unit: string;
  }[];
};

export const CONSENSUS_COLUMNS = [
  "pre",
  "post",
  "kind",
  "state",
  "n_covering",
  "n_present",
  "mean_count_present",
  "mean_count_covering",
  "sd_count",
  "mean_sections_present",
  "mean_sections_covering",
  "sd_sections",
  "by_lineage",
] as const;

/**
 * One row per thing of a source file that is in no public table, from loaders and transforms. Table
 * `celegans_connectome.dropped`, key source_id, step, drop_index.
 */
export type DroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step, or the table of the transform, that left it out. */
  readonly step: string;
  /** 0-based order in which it was reported. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Unit: records. Bounds: at least 0. */
  readonly records: bigint;
};

export const DROPPED_COLUMNS = [
  "source_id",
  "step",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per thing of a file that its loader did not carry over. Table `celegans_connectome.dropped_record`, key
 * source_id, step, drop_index.
 */
export type DroppedRecordRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step. */
  readonly step: string;
  /** 0-based order in which the loader reported it. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Bounds: at least 0. */
  readonly records: bigint;
};

export const DROPPED_RECORD_COLUMNS = [
  "source_id",
  "step",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per connection of an annotation; a gap junction is one row with pre_cell ≤ post_cell. Table
 * `celegans_connectome.edge`, key annotation_id, pre_cell, post_cell, kind.
 */
export type EdgeRow = {
  /** The annotation that states it. */
  readonly annotation_id: string;
  /** Canonical name of the presynaptic cell, a neuron or not (gap: the first of the two in code-unit order). */
  readonly pre_cell: string;
  /** Canonical name of the postsynaptic cell (gap: the second of the two). */
  readonly post_cell: string;
  /** Chemical synapse, gap junction, or neuromuscular junction listed apart. */
  readonly kind: "chemical" | "gap" | "nmj";
  /** pre_cell when it is a neuron (CANL and CANR too), else null. */
  readonly pre: string | null;
  /** post_cell when it is a neuron, else null. */
  readonly post: string | null;
  /** pre_cell as the first record spells it. */
  readonly pre_raw: string;
  /** post_cell as the first record spells it. */
  readonly post_raw: string;
  /**
   * Sum of its records; of a gap junction listed in both directions, the larger of the two. Unit: annotation.unit.
   * Bounds: at least 0.
   */
  readonly weight: number;
  /**
   * Gap junctions: smallest listing; below weight_max where the listings conflict. Unit: annotation.unit. Bounds: at
   * least 0.
   */
  readonly weight_min: number | null;
  /** Gap junctions: largest listing. Unit: annotation.unit. Bounds: at least 0. */
  readonly weight_max: number | null;
  /** Source records merged into the row. Unit: records. Bounds: at least 1. */
  readonly n_records: number;
  /** The file that states it. */
  readonly source_id: string;
  /** Where its records stand: `sheet!H27`, `row 12`, `index 4`. */
  readonly source_cells: readonly string[];
};

export const EDGE_COLUMNS = [
  "annotation_id",
  "pre_cell",
  "post_cell",
  "kind",
  "pre",
  "post",
  "pre_raw",
  "post_raw",
  "weight",
  "weight_min",
  "weight_max",
  "n_records",
  "source_id",
  "source_cells",
] as const;

/**
 * What the published procedure makes of each edge of the annotations that it reads; same key as edge. Table
 * `celegans_connectome.edge_compat`, key annotation_id, pre_cell, post_cell, kind.
 */
export type EdgeCompatRow = {
  /** The annotation. */
  readonly annotation_id: string;
  /** Canonical name of the presynaptic cell. */
  readonly pre_cell: string;
  /** Canonical name of the postsynaptic cell. */
  readonly post_cell: string;
  /** Kind of connection. */
  readonly kind: "chemical" | "gap" | "nmj";
  /**
   * Weight that the published procedure keeps, rounded to float32; null: it drops the edge. Unit: annotation.unit.
   * Bounds: at least 0.
   */
  readonly weight: number | null;
  /** Why records of the edge do not count: all of them where weight is null, some of them otherwise. */
  readonly drop_reason: "non_neuron" | "no_slot" | "padded_label" | "monadic" | "duplicate" | null;
};

export const EDGE_COMPAT_COLUMNS = ["annotation_id", "pre_cell", "post_cell", "kind", "weight", "drop_reason"] as const;

/**
 * One row per record of edge_record that resolve-cells did not carry over into edge. Table
 * `celegans_connectome.edge_dropped`, key source_id, drop_index.
 */
export type EdgeDroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** 0-based order among the rows of this file. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Unit: records. Bounds: at least 0. */
  readonly records: bigint;
};

export const EDGE_DROPPED_COLUMNS = [
  "source_id",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per record of an edge list, or per non-zero cell of a matrix, as the source spells it. Table
 * `celegans_connectome.edge_record`, key annotation_id, source_id, record_index.
 */
export type EdgeRecordRow = {
  /** The published annotation that the record belongs to. */
  readonly annotation_id: string;
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based position in the file's reading order (rows, array elements, or cells row by row). Bounds: at least 0. */
  readonly record_index: number;
  /** Where it stands, as a person would look it up: `hermaphrodite chemical!H27`, `row 12`, `index 4`, `A[3,17]`. */
  readonly source_cell: string;
  /** Kind of connection. */
  readonly kind: "chemical" | "gap" | "nmj";
  /** The source's own type code (S, Sp, EJ, Send, 0, 2); null where the sheet or file says it. */
  readonly type_raw: string | null;
  /** Presynaptic cell as spelled, after trimming. */
  readonly pre_raw: string;
  /** Postsynaptic cell as spelled, after trimming. */
  readonly post_raw: string;
  /** The number in the record. Unit: annotation unit. */
  readonly weight: number;
};

export const EDGE_RECORD_COLUMNS = [
  "annotation_id",
  "source_id",
  "record_index",
  "source_cell",
  "kind",
  "type_raw",
  "pre_raw",
  "post_raw",
  "weight",
] as const;

/**
 * One row per monoamine or neuropeptide link between two cells, by transmitter and receptor. Table
 * `celegans_connectome.extrasynaptic_edge`, key releasing_cell, receiving_cell, layer, transmitter, receptor.
 */
export type ExtrasynapticEdgeRow = {
  /** Canonical name of the releasing cell. */
  readonly releasing_cell: string;
  /** Canonical name of the cell with the receptor. */
  readonly receiving_cell: string;
  /** Layer of the multiplex. */
  readonly layer: "monoamine" | "neuropeptide";
  /** Monoamine or neuropeptide as named by the source. */
  readonly transmitter: string;
  /** Receptor as named by the source. */
  readonly receptor: string;
  /** The releasing cell when it is a neuron, else null. */
  readonly source: string | null;
  /** The receiving cell when it is a neuron, else null. */
  readonly target: string | null;
  /** Releasing cell as spelled. */
  readonly source_raw: string;
  /** Receiving cell as spelled. */
  readonly target_raw: string;
  /** The file it was read from. */
  readonly source_id: string;
  /** Where it stands in that file. */
  readonly source_cell: string;
};

export const EXTRASYNAPTIC_EDGE_COLUMNS = [
  "releasing_cell",
  "receiving_cell",
  "layer",
  "transmitter",
  "receptor",
  "source",
  "target",
  "source_raw",
  "target_raw",
  "source_id",
  "source_cell",
] as const;

/**
 * One row per listed monoamine or neuropeptide edge, as the source spells it. Table
 * `celegans_connectome.extrasynaptic_record`, key source_id, record_index.
 */
export type ExtrasynapticRecordRow = {
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based data row of the file. Bounds: at least 0. */
  readonly record_index: number;
  /** Where it stands: `row 12`. */
  readonly source_cell: string;
  /** Layer of the multiplex. */
  readonly layer: "monoamine" | "neuropeptide";
  /** Releasing cell as spelled. */
  readonly source_raw: string;
  /** Receiving cell as spelled. */
  readonly target_raw: string;
  /** Monoamine or neuropeptide. */
  readonly transmitter: string;
  /** Receptor. */
  readonly receptor: string;
};

export const EXTRASYNAPTIC_RECORD_COLUMNS = [
  "source_id",
  "record_index",
  "source_cell",
  "layer",
  "source_raw",
  "target_raw",
  "transmitter",
  "receptor",
] as const;

/**
 * What became of every record of every file: read = carried + dropped. Table `celegans_connectome.file_count`, key
 * source_id, step.
 */
export type FileCountRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step that read it. */
  readonly step: string;
  /** Non-empty records of a list, or non-zero cells of a matrix. Bounds: at least 0. */
  readonly read: bigint;
  /** Records written to a record table. Bounds: at least 0. */
  readonly carried: bigint;
  /** Records accounted for in dropped_record. Bounds: at least 0. */
  readonly dropped: bigint;
};

export const FILE_COUNT_COLUMNS = ["source_id", "step", "read", "carried", "dropped"] as const;

/**
 * One row per response of one neuron to the stimulation of another, from stimulated to responding. Table
 * `celegans_connectome.functional_edge`, key atlas_id, strain, stimulated_cell, responding_cell.
 */
export type FunctionalEdgeRow = {
  /** The functional atlas; `funconn` is the one of the published consensus. */
  readonly atlas_id: string;
  /** Strain or genotype of the animals. */
  readonly strain: string;
  /** Canonical name of the stimulated cell. */
  readonly stimulated_cell: string;
  /** Canonical name of the responding cell. */
  readonly responding_cell: string;
  /** stimulated_cell when it is a neuron, else null. */
  readonly stimulated: string | null;
  /** responding_cell when it is a neuron, else null. */
  readonly responding: string | null;
  /** Stimulated cell as spelled. */
  readonly stimulated_raw: string;
  /** Responding cell as spelled. */
  readonly responding_raw: string;
  /** Response as the source gives it. Unit: value_unit. */
  readonly value: number;
  /** Unit of value: `dF/F`, `strength` (FunCoNN) or `unknown`. */
  readonly value_unit: string;
  /**
   * False discovery rate of being connected; null where the source gives none. Unit: 1. Bounds: at least 0, at most 1.
   */
  readonly q: number | null;
  /**
   * False discovery rate of being equivalent to no connection; null where the source gives none. Unit: 1. Bounds: at
   * least 0, at most 1.
   */
  readonly q_eq: number | null;
  /** Number of observations; null where the source gives none. Unit: observations. Bounds: at least 0. */
  readonly n_obs: number | null;
  /** Whether q is below 0.05; null where the source gives no q. */
  readonly significant: boolean | null;
  /** The file it was read from. */
  readonly source_id: string;
  /** Where it stands in that file. */
  readonly source_cell: string;
};

export const FUNCTIONAL_EDGE_COLUMNS = [
  "atlas_id",
  "strain",
  "stimulated_cell",
  "responding_cell",
  "stimulated",
  "responding",
  "stimulated_raw",
  "responding_raw",
  "value",
  "value_unit",
  "q",
  "q_eq",
  "n_obs",
  "significant",
  "source_id",
  "source_cell",
] as const;

/**
 * One row per listed or measured response of one neuron to the stimulation of another, as the source spells it. Table
 * `celegans_connectome.functional_edge_record`, key atlas_id, strain, source_id, record_index.
 */
export type FunctionalEdgeRecordRow = {
  /** The functional atlas. */
  readonly atlas_id: string;
  /** Strain or genotype of the animals. */
  readonly strain: string;
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based position in reading order. Bounds: at least 0. */
  readonly record_index: number;
  /** Where it stands: `sheet!H27`, `row 12`, `index 4`. */
  readonly source_cell: string;
  /** Stimulated neuron as spelled. */
  readonly stimulated_raw: string;
  /** Responding neuron as spelled. */
  readonly responding_raw: string;
  /** Label of the matrix row, or `pre` of a list: what the published procedure reads as presynaptic. */
  readonly row_label_raw: string;
  /** Label of the matrix column, or `post` of a list. */
  readonly column_label_raw: string;
  /** Response as the source gives it. */
  readonly value: number;
  /** `dF/F`, `strength` (FunCoNN, = syn / 100), or `unknown`. */
  readonly value_unit: string;
  /** False discovery rate of being connected. Bounds: at least 0, at most 1. */
  readonly q: number | null;
  /** False discovery rate of being equivalent to no connection. Bounds: at least 0, at most 1. */
  readonly q_eq: number | null;
  /** Number of observations. Bounds: at least 0. */
  readonly n_obs: number | null;
  /** Whether the published procedure keeps the record (its sheet-1 test). */
  readonly published: boolean;
};

export const FUNCTIONAL_EDGE_RECORD_COLUMNS = [
  "atlas_id",
  "strain",
  "source_id",
  "record_index",
  "source_cell",
  "stimulated_raw",
  "responding_raw",
  "row_label_raw",
  "column_label_raw",
  "value",
  "value_unit",
  "q",
  "q_eq",
  "n_obs",
  "published",
] as const;

/**
 * The published consensus connectome (trimmed, with functional weights), reproduced with all its defects from the
 * sources that were read; equality is claimed only with all ten. Table `celegans_connectome.hf_connectome_compat`, key
 * from_neuron, to_neuron.
 */
export type HfConnectomeCompatRow = {
  /** Presynaptic neuron. */
  readonly from_neuron: string;
  /** Postsynaptic neuron. */
  readonly to_neuron: string;
  /** Position as Python text `(x, y, z)`; null, since neuron_master_sheet.csv is not among the sources. */
  readonly from_pos: string | null;
  /** Position as Python text `(x, y, z)`; null, since neuron_master_sheet.csv is not among the sources. */
  readonly to_pos: string | null;
  /** Type; null, since neuron_master_sheet.csv is not among the sources. */
  readonly from_type: string | null;
  /** Type; null, since neuron_master_sheet.csv is not among the sources. */
  readonly to_type: string | null;
  /** Mean over the distinct non-zero gap weights of all sources. Unit: mixed. */
  readonly mean_gap_weight: number | null;
  /** Mean over the non-zero chemical weights of the anatomical sources. Unit: mixed. */
  readonly mean_chem_weight: number | null;
  /** 0.9 sd(chemical) + 0.1 sd(gap), ddof 0; null unless both exist. Unit: mixed. */
  readonly uncertainty: number | null;
  /** Value of the funconn matrix. Unit: dF/F. */
  readonly functional_weight: number | null;
  /** Names of the sources with an entry, as Python text `['a', 'b']`. */
  readonly data_sources: string;
};

export const HF_CONNECTOME_COMPAT_COLUMNS = [
  "from_neuron",
  "to_neuron",
  "from_pos",
  "to_pos",
  "from_type",
  "to_type",
  "mean_gap_weight",
  "mean_chem_weight",
  "uncertainty",
  "functional_weight",
  "data_sources",
] as const;

/**
 * One row per neuron of the adult hermaphrodite, with what the annotation files state about it. Table
 * `celegans_connectome.neuron`, key label.
 */
export type NeuronRow = {
  /** Canonical name, without zero padding: `AVAL`, `VB2`. */
  readonly label: string;
  /** 0-based index among the 300 names in code-unit order; null for CANL and CANR. Bounds: at least 0, at most 299. */
  readonly slot: number | null;
  /** Class of White et al. 1986: `AVA`, `VB`. */
  readonly class: string;
  /** Type as the preferred file states it, in one vocabulary; null where no file states one. */
  readonly type: "sensory" | "interneuron" | "motor" | "modulatory" | "pharyngeal" | null;
  /** Transmitters as stated, then co-transmitters; empty where none is stated. */
  readonly transmitters: readonly string[];
  /** The same in one vocabulary, each once; unknown ones are left out. */
  readonly transmitters_norm: readonly (
    | "acetylcholine"
    | "glutamate"
    | "GABA"
    | "dopamine"
    | "serotonin"
    | "octopamine"
    | "tyramine"
    | "unknown_monoamine"
  )[];
  /** Ganglion or region that holds the cell body. */
  readonly ganglion: string | null;
  /** First coordinate of the cell body; the source states no unit. Unit: not stated. */
  readonly x: number | null;
  /** Second coordinate (long axis of the worm). Unit: not stated. */
  readonly y: number | null;
  /** Third coordinate of the cell body. Unit: not stated. */
  readonly z: number | null;
  /** File of the position. */
  readonly position_source: string | null;
  /** Every statement about the neuron or its class, also those that the columns above do not use. */
  readonly sources: readonly {
    readonly attribute: string;
    readonly value: string;
    readonly source_id: string;
    readonly source_cell: string;
  }[];
};

export const NEURON_COLUMNS = [
  "label",
  "slot",
  "class",
  "type",
  "transmitters",
  "transmitters_norm",
  "ganglion",
  "x",
  "y",
  "z",
  "position_source",
  "sources",
] as const;

/**
 * One row per spelling that stands for the canonical name of a cell. Table `celegans_connectome.neuron_alias`, key
 * alias, label, rule.
 */
export type NeuronAliasRow = {
  /** Spelling as it occurs in a source. */
  readonly alias: string;
  /** Canonical name of the cell. */
  readonly label: string;
  /** Why the two are the same cell. */
  readonly rule: "zero_pad" | "case" | "file_exception" | "replacement_table";
  /** Whether the cell is one of the 302 neurons. */
  readonly is_neuron: boolean;
  /**
   * The file that says so, or the only file in which the spelling has this meaning (file_exception, whether or not that
   * file is there); null for facts of the field.
   */
  readonly source_id: string | null;
};

export const NEURON_ALIAS_COLUMNS = ["alias", "label", "rule", "is_neuron", "source_id"] as const;

/**
 * One row per statement of neuron_record that the neuron transform did not carry over into neuron. Table
 * `celegans_connectome.neuron_dropped`, key source_id, drop_index.
 */
export type NeuronDroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** 0-based order among the rows of this file. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "recording" | "roi" | "edge" | "column" | "value";
  /** Which one, as a person would look it up: `row 12`, `sheet!H27`. */
  readonly item: string;
  /** Short code. */
  readonly reason: string;
  /** The rule that says so. */
  readonly rule: string;
  /** The values at fault. */
  readonly detail: string | null;
  /** How many read records the row stands for. Unit: records. Bounds: at least 0. */
  readonly records: bigint;
};

export const NEURON_DROPPED_COLUMNS = [
  "source_id",
  "drop_index",
  "scope",
  "item",
  "reason",
  "rule",
  "detail",
  "records",
] as const;

/**
 * One row per statement that a file makes about a cell or a class of cells: its type, transmitter, ganglion, position,
 * class. Table `celegans_connectome.neuron_record`, key source_id, record_index, attribute.
 */
export type NeuronRecordRow = {
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based position in reading order. Bounds: at least 0. */
  readonly record_index: number;
  /** Where it stands: `row 12`, `index 4`, `key AVAL`. */
  readonly source_cell: string;
  /** Whether the statement is about one cell or a class of cells. */
  readonly subject: "cell" | "class";
  /** Cell or class as spelled. */
  readonly cell_raw: string;
  /** What is stated. */
  readonly attribute:
    | "class"
    | "type"
    | "type_code"
    | "transmitter"
    | "cotransmitter"
    | "transmitter_code"
    | "transmitter_note"
    | "ganglion"
    | "category"
    | "vesicle_type"
    | "x"
    | "y"
    | "z"
    | "split_lr"
    | "split_dv"
    | "split_d_lr"
    | "split_v_lr";
  /** The statement as text. */
  readonly value_text: string | null;
  /** The statement as a number (positions, splits). */
  readonly value_number: number | null;
};

export const NEURON_RECORD_COLUMNS = [
  "source_id",
  "record_index",
  "source_cell",
  "subject",
  "cell_raw",
  "attribute",
  "value_text",
  "value_number",
] as const;

/** One row per raw file that was read. Table `celegans_connectome.source_file`, key source_id. */
export type SourceFileRow = {
  /** First 32 hexadecimal digits of the SHA-256 of `dataset`, a line feed and `path`. */
  readonly source_id: string;
  /** Path below the mirror folder, with `/`. */
  readonly path: string;
  /** Size of the file. Unit: B. Bounds: at least 0. */
  readonly bytes: bigint;
  /** Hash of the file as read. */
  readonly sha256: string;
  /** SPDX identifier, or `not stated`. */
  readonly licence: string;
  /** Where the file was published. */
  readonly upstream_repo: string | null;
  /** Commit or version there. */
  readonly upstream_commit: string | null;
  /** Path there. */
  readonly upstream_path: string | null;
  /** Pinned hash. */
  readonly manifest_sha256: string | null;
  /** Whether the file read has the pinned hash; null where none is pinned. */
  readonly manifest_match: boolean | null;
};

export const SOURCE_FILE_COLUMNS = [
  "source_id",
  "path",
  "bytes",
  "sha256",
  "licence",
  "upstream_repo",
  "upstream_commit",
  "upstream_path",
  "manifest_sha256",
  "manifest_match",
] as const;

/**
 * One row per annotated synapse and postsynaptic partner. Table `celegans_connectome.synapse`, key source_id,
 * record_index.
 */
export type SynapseRow = {
  /** The animal and reconstruction that the synapse belongs to. */
  readonly annotation_id: string;
  /** Identifier of the synapse in the source; its partners share it. */
  readonly syn_id: bigint;
  /** Canonical name of the presynaptic cell. */
  readonly pre_cell: string;
  /** Canonical name of the postsynaptic cell. */
  readonly post_cell: string;
  /** pre_cell when it is a neuron, else null. */
  readonly pre: string | null;
  /** post_cell when it is a neuron, else null. */
  readonly post: string | null;
  /** Presynaptic cell as spelled. */
  readonly pre_raw: string;
  /** Postsynaptic cell as spelled. */
  readonly post_raw: string;
  /** Electron-microscopy sections that show it. Unit: em_sections. Bounds: at least 0. */
  readonly sections: number | null;
  /** Size as the source gives it. Unit: not stated. */
  readonly size: bigint | null;
  /** Whether the postsynaptic partner is a branch. */
  readonly post_is_branch: "yes" | "no" | "unknown" | null;
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based data row of that file. Bounds: at least 0. */
  readonly record_index: number;
};

export const SYNAPSE_COLUMNS = [
  "annotation_id",
  "syn_id",
  "pre_cell",
  "post_cell",
  "pre",
  "post",
  "pre_raw",
  "post_raw",
  "sections",
  "size",
  "post_is_branch",
  "source_id",
  "record_index",
] as const;

/**
 * One row per annotated synapse, as the source spells it. Table `celegans_connectome.synapse_record`, key
 * annotation_id, source_id, record_index.
 */
export type SynapseRecordRow = {
  /** The published annotation that the synapse belongs to. */
  readonly annotation_id: string;
  /** The file it was read from. */
  readonly source_id: string;
  /** 0-based data row of the file. Bounds: at least 0. */
  readonly record_index: number;
  /** Where it stands: `row 12` (1-based line of the file). */
  readonly source_cell: string;
  /** Identifier of the synapse in the source. */
  readonly syn_id: bigint;
  /** Presynaptic cell as spelled. */
  readonly pre_raw: string;
  /** Postsynaptic cell as spelled. */
  readonly post_raw: string;
  /** Number of electron-microscopy sections. Unit: em_sections. */
  readonly sections: number | null;
  /** Size as the source gives it; its unit is not stated. */
  readonly size: bigint | null;
  /** Whether the postsynaptic partner is a branch. */
  readonly post_is_branch: "yes" | "no" | "unknown" | null;
};

export const SYNAPSE_RECORD_COLUMNS = [
  "annotation_id",
  "source_id",
  "record_index",
  "source_cell",
  "syn_id",
  "pre_raw",
  "post_raw",
  "sections",
  "size",
  "post_is_branch",
] as const;
