// Generated from schemas/membership/*.yaml by `npm run generate`: do not edit.
// Rows as they are read; 64-bit integers and timestamps (microseconds since 1970-01-01 UTC) are bigint.

/**
 * One row per unit and experiment: its label, its role in training, its fold. Table `membership.assignment`, key
 * experiment_id, doc_id.
 */
export type AssignmentRow = {
  /** The experiment. */
  readonly experiment_id: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Member (1) or not (0); null: not in the comparison. */
  readonly label: 0 | 1 | null;
  /** What the label rests on. */
  readonly label_basis: "randomised" | "temporal" | "known-corpus" | "trap";
  /**
   * member and nonmember are scored; reference trains the reference model; background trains the model without being
   * scored; unused.
   */
  readonly role: "member" | "nonmember" | "reference" | "background" | "unused";
  /** Whether the scored model is trained on it (false where that is not known). */
  readonly trained: boolean;
  /** Seed of the split. */
  readonly split_seed: bigint;
  /** Share of its tokens that the model is trained on. Bounds: at least 0, at most 1. */
  readonly exposure: number;
  /** How many times. Bounds: at least 0. */
  readonly duplicates: number;
  /** Fold; null where it is not scored. Bounds: at least 0. */
  readonly fold: number | null;
  /** Book or cluster of near-duplicates: one label, one fold. */
  readonly cluster_id: string;
  /** Why it is unused. */
  readonly reason: string | null;
};

export const ASSIGNMENT_COLUMNS = [
  "experiment_id",
  "doc_id",
  "label",
  "label_basis",
  "role",
  "trained",
  "split_seed",
  "exposure",
  "duplicates",
  "fold",
  "cluster_id",
  "reason",
] as const;

/**
 * Score of every unit by every blind baseline, which never sees the model, out of fold. Table `membership.blind_score`,
 * key experiment_id, baseline, doc_id.
 */
export type BlindScoreRow = {
  /** The experiment. */
  readonly experiment_id: string;
  /** Name of the baseline: bow_rf, tfidf_nb … */
  readonly baseline: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Fold. Bounds: at least 0. */
  readonly fold: number;
  /** Score; larger = more likely a member. */
  readonly score: number | null;
};

export const BLIND_SCORE_COLUMNS = ["experiment_id", "baseline", "doc_id", "fold", "score"] as const;

/** How every meta-classifier fits its training units. Table `membership.classifier_fit`, key run_id, attack, fold. */
export type ClassifierFitRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Normalisation, extractor and classifier. */
  readonly attack: string;
  /** Fold that is tested; the classifier is trained on the others. Bounds: at least 0. */
  readonly fold: number;
  /** Training units. Bounds: at least 0. */
  readonly n_train: number;
  /** Features. Bounds: at least 0. */
  readonly n_features: number;
  /** Share of the training units that it tells rightly. Bounds: at least 0, at most 1. */
  readonly train_accuracy: number;
  /** Seed of the fit. */
  readonly seed: bigint;
};

export const CLASSIFIER_FIT_COLUMNS = [
  "run_id",
  "attack",
  "fold",
  "n_train",
  "n_features",
  "train_accuracy",
  "seed",
] as const;

/**
 * Score of every unit by every meta-classifier, out of fold. Table `membership.classifier_score`, key run_id, attack,
 * doc_id.
 */
export type ClassifierScoreRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Normalisation, extractor and classifier: MaxNormTF/hist_20/random_forest. */
  readonly attack: string;
  /** The unit. */
  readonly doc_id: string;
  /** Fold that the unit tests. Bounds: at least 0. */
  readonly fold: number;
  /** Probability of being a member. */
  readonly score: number;
};

export const CLASSIFIER_SCORE_COLUMNS = ["run_id", "attack", "doc_id", "fold", "score"] as const;

/**
 * Controls of every experiment: what the attack finds where nothing was trained, and where everything was. Table
 * `membership.control`, key experiment_id, control, attack.
 */
export type ControlRow = {
  /** The experiment. */
  readonly experiment_id: string;
  /** negative: members not trained on; positive: trained in full; exposure_0.1: trained to that share. */
  readonly control: string;
  /** Attack. */
  readonly attack: string;
  /** Fresh splits. Bounds: at least 0. */
  readonly n_splits: number;
  /** Mean AUC. */
  readonly auc_mean: number | null;
  /** Standard deviation over splits (ddof 1). */
  readonly auc_sd: number | null;
  /** Standard error of the mean. */
  readonly auc_se: number | null;
  /** Standard deviation of an AUC by chance, of so many units. */
  readonly null_sd: number | null;
  /** What it must be. */
  readonly expected: string;
  /** Whether it is. */
  readonly status: "pass" | "fail" | "information" | "not_run";
  /** More, as canonical JSON. */
  readonly detail: string;
};

export const CONTROL_COLUMNS = [
  "experiment_id",
  "control",
  "attack",
  "n_splits",
  "auc_mean",
  "auc_sd",
  "auc_se",
  "null_sd",
  "expected",
  "status",
  "detail",
] as const;

/**
 * One row per document: what it is, when it came out, under which licence, and on what basis each is known. Table
 * `membership.document`, key doc_id.
 */
export type DocumentRow = {
  /** Name of the document: that of its file without extension, or as its collection names it. */
  readonly doc_id: string;
  /** What kind of text. */
  readonly kind: "book" | "paper" | "other";
  /** Name of the collection. */
  readonly source: string;
  /** Title. */
  readonly title: string | null;
  /** Authors. */
  readonly authors: readonly string[];
  /** ISO 639-1 code, or as the header says. */
  readonly language: string | null;
  /** Licence as stated; null where none is. */
  readonly license: string | null;
  /** Its address. */
  readonly license_url: string | null;
  /** Where the licence is from. */
  readonly license_basis: "file" | "manifest" | "column" | "none";
  /**
   * Whether the text may be passed on: its licence is on the list of the step; unknown and non-commercial ones are not.
   */
  readonly text_publishable: boolean;
  /** Release date: that of the catalogue, else that of the header. */
  readonly release_date: string | null;
  /** Where it is from. */
  readonly release_date_basis: "header" | "catalogue" | "column" | "none";
  /** Date in the header of the file. */
  readonly release_date_header: string | null;
  /** Date in the catalogue. */
  readonly release_date_catalogue: string | null;
  /** What of the header date is given. */
  readonly release_date_precision: "day" | "month" | "year" | null;
  /** Year of first publication. */
  readonly publication_year: number | null;
  /** Where it is from. */
  readonly publication_year_basis: string | null;
  /** Hash of the raw bytes. */
  readonly raw_sha256: string;
  /** Hash of the stripped text in UTF-8. */
  readonly body_sha256: string;
  /** Size of the raw bytes. Unit: B. Bounds: at least 0. */
  readonly raw_bytes: bigint;
  /** Encoding that its bytes are in. */
  readonly encoding: string;
  /** Encoding that the header names. */
  readonly declared_encoding: string | null;
  /** Whether it began with a byte order mark. */
  readonly had_bom: boolean;
  /** Line ends in the raw bytes. */
  readonly newline: string;
  /** What was stripped: level and hash of its rules. */
  readonly strip_rule: string;
  /** Code points that were stripped. Bounds: at least 0. */
  readonly n_stripped: bigint;
  /** Code points of the stripped text. Bounds: at least 0. */
  readonly n_chars: bigint;
  /** Words of it, separated by white space. Bounds: at least 0. */
  readonly n_words: bigint;
  /** Member (1) or not (0), where a collection says so. */
  readonly label: 0 | 1 | null;
  /** Where it was published. */
  readonly repo: string | null;
  /** Version there. */
  readonly commit: string | null;
  /** Path below the mirror folder. */
  readonly path: string;
  /** The file. */
  readonly source_id: string;
};

export const DOCUMENT_COLUMNS = [
  "doc_id",
  "kind",
  "source",
  "title",
  "authors",
  "language",
  "license",
  "license_url",
  "license_basis",
  "text_publishable",
  "release_date",
  "release_date_basis",
  "release_date_header",
  "release_date_catalogue",
  "release_date_precision",
  "publication_year",
  "publication_year_basis",
  "raw_sha256",
  "body_sha256",
  "raw_bytes",
  "encoding",
  "declared_encoding",
  "had_bom",
  "newline",
  "strip_rule",
  "n_stripped",
  "n_chars",
  "n_words",
  "label",
  "repo",
  "commit",
  "path",
  "source_id",
] as const;

/** Cluster of near-duplicates that every document is in. Table `membership.document_cluster`, key doc_id. */
export type DocumentClusterRow = {
  /** The document. */
  readonly doc_id: string;
  /** The first name in the cluster. */
  readonly cluster_id: string;
  /** Documents in it. Bounds: at least 1. */
  readonly n_documents: number;
};

export const DOCUMENT_CLUSTER_COLUMNS = ["doc_id", "cluster_id", "n_documents"] as const;

/**
 * One row per record of document_record that documents did not carry over into document. Table
 * `membership.document_dropped`, key source_id, drop_index.
 */
export type DocumentDroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** 0-based order among the rows of this file. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "document" | "recording" | "value";
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

export const DOCUMENT_DROPPED_COLUMNS = [
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
 * Features of every unit, per fold, normalisation and extractor. Table `membership.document_feature`, key run_id, fold,
 * norm, extractor, doc_id.
 */
export type DocumentFeatureRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Fold that is tested; the dictionary is made of the others. Bounds: at least 0. */
  readonly fold: number;
  /** Normalisation of token probabilities. */
  readonly norm: "NoNorm" | "RatioNormTF" | "RatioNormGP" | "MaxNormTF" | "MaxNormGP";
  /** simple_agg: moments and percentiles; hist_K: histogram of K bins. */
  readonly extractor: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Whether the unit trains or tests this fold. */
  readonly split: "train" | "test";
  /** Features, raw. */
  readonly x: readonly (number | null)[];
  /** Features from 0 to 1 over the training units of the fold. */
  readonly scaled: readonly (number | null)[];
};

export const DOCUMENT_FEATURE_COLUMNS = [
  "run_id",
  "fold",
  "norm",
  "extractor",
  "doc_id",
  "split",
  "x",
  "scaled",
] as const;

/** Mean predicted distribution of every unit. Table `membership.document_mean_probability`, key run_id, doc_id. */
export type DocumentMeanProbabilityRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Predicted tokens. Bounds: at least 0. */
  readonly n_predicted: number;
  /** Mean probability of every token of the vocabulary. */
  readonly p: readonly number[];
};

export const DOCUMENT_MEAN_PROBABILITY_COLUMNS = ["run_id", "doc_id", "n_predicted", "p"] as const;

/** One row per document as its file states it. Table `membership.document_record`, key doc_id. */
export type DocumentRecordRow = {
  /** Name of the document: that of its file without extension, or as its collection names it. */
  readonly doc_id: string;
  /** What kind of text. */
  readonly kind: "book" | "paper" | "other";
  /** The file. */
  readonly source_id: string;
  /** How it was read. */
  readonly format: "gutenberg" | "plain" | "jats" | "latex" | "collection";
  /** Name of the collection, a parameter of the load step. */
  readonly collection: string;
  /** 0-based place in its file. Bounds: at least 0. */
  readonly position: number;
  /** Title in the header. */
  readonly title: string | null;
  /** Authors in the header. */
  readonly authors: readonly string[];
  /** ISO 639-1 code, or as the header says. */
  readonly language: string | null;
  /** Licence as the file states it; null where it does not. */
  readonly license: string | null;
  /** Its address. */
  readonly license_url: string | null;
  /** Release date in the file, ISO 8601; the first of the month where only that is given. */
  readonly date: string | null;
  /** What of the date is given. */
  readonly date_precision: "day" | "month" | "year" | null;
  /** Year of first publication as the file states it. */
  readonly publication_year: number | null;
  /** Where it is from: header, file name, date, column. */
  readonly publication_year_basis: string | null;
  /** Member (1) or not (0), where a collection says so. */
  readonly label: 0 | 1 | null;
  /** Hash of the raw bytes of the document (of a collection: of its text). */
  readonly raw_sha256: string;
  /** Size of the raw bytes. Unit: B. Bounds: at least 0. */
  readonly raw_bytes: bigint;
  /** Encoding that its bytes are in: utf-8, cp1252. */
  readonly encoding: string;
  /** Encoding that the header names; null where none is. */
  readonly declared_encoding: string | null;
  /** Whether it began with a byte order mark. */
  readonly had_bom: boolean;
  /** Line ends in the raw bytes. */
  readonly newline: "lf" | "crlf" | "cr" | "mixed" | "none";
  /** Whether a START line of Project Gutenberg was found. */
  readonly has_start_marker: boolean;
  /** Whether an END line after it was found. */
  readonly has_end_marker: boolean;
  /** Other fields of the header, as canonical JSON. */
  readonly header: string;
};

export const DOCUMENT_RECORD_COLUMNS = [
  "doc_id",
  "kind",
  "source_id",
  "format",
  "collection",
  "position",
  "title",
  "authors",
  "language",
  "license",
  "license_url",
  "date",
  "date_precision",
  "publication_year",
  "publication_year_basis",
  "label",
  "raw_sha256",
  "raw_bytes",
  "encoding",
  "declared_encoding",
  "had_bom",
  "newline",
  "has_start_marker",
  "has_end_marker",
  "header",
] as const;

/**
 * Score of every unit by every attack, out of fold; larger = more likely a member. Table `membership.document_score`,
 * key run_id, attack, doc_id.
 */
export type DocumentScoreRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Name of the attack: loss, tau/mink_20, MaxNormTF/hist_20/random_forest … */
  readonly attack: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Fold that the unit tests. Bounds: at least 0. */
  readonly fold: number;
  /** Score; null where the attack cannot say. */
  readonly score: number | null;
  /** Sign that was applied to the published form. */
  readonly orientation: -1 | 1;
  /**
   * Conformal p-value: share of non-members of its fold’s training units that score as high; null where they have no
   * out-of-fold score.
   */
  readonly p_value: number | null;
  /** member, cannot_tell or nonmember at the false-positive rate of the step; null where there is no score. */
  readonly verdict: "member" | "cannot_tell" | "nonmember" | null;
};

export const DOCUMENT_SCORE_COLUMNS = [
  "run_id",
  "attack",
  "doc_id",
  "fold",
  "score",
  "orientation",
  "p_value",
  "verdict",
] as const;

/**
 * Stripped text of every document. A table of its own: metadata can be published without it. Table
 * `membership.document_text`, key doc_id.
 */
export type DocumentTextRow = {
  /** The document. */
  readonly doc_id: string;
  /** Its stripped text. */
  readonly text: string;
};

export const DOCUMENT_TEXT_COLUMNS = ["doc_id", "text"] as const;

/**
 * One row per thing of a source file that is in no public table, from loaders and transforms. Table
 * `membership.dropped`, key source_id, step, drop_index.
 */
export type DroppedRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step, or the table of the transform, that left it out. */
  readonly step: string;
  /** 0-based order in which it was reported. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "document" | "recording" | "value";
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
 * One row per thing of a file that its loader did not carry over. Table `membership.dropped_record`, key source_id,
 * step, drop_index.
 */
export type DroppedRecordRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step. */
  readonly step: string;
  /** 0-based order in which the loader reported it. Bounds: at least 0. */
  readonly drop_index: number;
  /** What kind of thing it is. */
  readonly scope: "file" | "document" | "recording" | "value";
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
 * One row per unit of the experiments: what the model and the blind baselines see of a document. Table
 * `membership.excerpt`, key doc_id.
 */
export type ExcerptRow = {
  /** The unit: the name of the document, with `#2` after it where it is cut into several. */
  readonly doc_id: string;
  /** The document it is taken from. */
  readonly source_doc_id: string;
  /** 0-based place among the units of its document. Bounds: at least 0. */
  readonly segment: number;
  /** How it was cut: all, head:n, middle:n, random:n, segments:n. */
  readonly window: string;
  /** First code point of the stripped text. Bounds: at least 0. */
  readonly char_start: bigint;
  /** Code points. Bounds: at least 0. */
  readonly n_chars: bigint;
  /** The text. */
  readonly text: string;
};

export const EXCERPT_COLUMNS = [
  "doc_id",
  "source_doc_id",
  "segment",
  "window",
  "char_start",
  "n_chars",
  "text",
] as const;

/**
 * One row per experiment: how members and non-members came to be, fixed before any model is trained. Table
 * `membership.experiment`, key experiment_id.
 */
export type ExperimentRow = {
  /** Name of the experiment. */
  readonly experiment_id: string;
  /** How labels were given. */
  readonly design: "randomised" | "temporal" | "regression-discontinuity" | "trap" | "known-corpus";
  /** What the label rests on; only randomised and trap may be called memorisation. */
  readonly label_basis: "randomised" | "temporal" | "known-corpus" | "trap";
  /** Seed of the split. */
  readonly split_seed: bigint;
  /** Units labelled 1. Bounds: at least 0. */
  readonly n_members: number;
  /** Units labelled 0. Bounds: at least 0. */
  readonly n_nonmembers: number;
  /** Units that a reference model is trained on. Bounds: at least 0. */
  readonly n_reference: number;
  /** Units left out. Bounds: at least 0. */
  readonly n_unused: number;
  /** Why they were left out: no year, outside the years, too short, no date, outside the bandwidth. */
  readonly unused: readonly {
    readonly reason: string;
    readonly n: number;
  }[];
  /** Clusters among the labelled units. Bounds: at least 0. */
  readonly n_clusters: number;
  /** Folds. Bounds: at least 0. */
  readonly n_folds: number;
  /** Share of a member that is trained on. Bounds: at least 0, at most 1. */
  readonly exposure: number;
  /** How many times it is trained on. Bounds: at least 0. */
  readonly duplicates: number;
  /** Whether members are trained on at all: false shows what an attack finds without any training. */
  readonly trains_members: boolean;
  /** Hash of the assignment (doc_id, label, role, fold, cluster), taken before training. */
  readonly manifest_sha256: string;
  /** Parameters of the design, as canonical JSON. */
  readonly parameters: string;
};

export const EXPERIMENT_COLUMNS = [
  "experiment_id",
  "design",
  "label_basis",
  "split_seed",
  "n_members",
  "n_nonmembers",
  "n_reference",
  "n_unused",
  "unused",
  "n_clusters",
  "n_folds",
  "exposure",
  "duplicates",
  "trains_members",
  "manifest_sha256",
  "parameters",
] as const;

/** Names and bin edges of features. Table `membership.feature_spec`, key run_id, fold, norm, extractor. */
export type FeatureSpecRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Fold that is tested; the dictionary is made of the others. Bounds: at least 0. */
  readonly fold: number;
  /** Normalisation. */
  readonly norm: "NoNorm" | "RatioNormTF" | "RatioNormGP" | "MaxNormTF" | "MaxNormGP";
  /** Extractor. */
  readonly extractor: string;
  /** corrected, or as the published code computes. */
  readonly form: "corrected" | "published";
  /** Name of every feature. */
  readonly columns: readonly string[];
  /** Edges of the bins; empty for simple_agg. */
  readonly bin_edges: readonly number[];
  /** Smallest training value of every feature. */
  readonly minimum: readonly number[];
  /** Largest. */
  readonly maximum: readonly number[];
};

export const FEATURE_SPEC_COLUMNS = [
  "run_id",
  "fold",
  "norm",
  "extractor",
  "form",
  "columns",
  "bin_edges",
  "minimum",
  "maximum",
] as const;

/**
 * What became of every record of every file: read = carried + dropped. Table `membership.file_count`, key source_id,
 * step.
 */
export type FileCountRow = {
  /** The file. */
  readonly source_id: string;
  /** The load step that read it. */
  readonly step: string;
  /** Documents, entries and scores of the file. Bounds: at least 0. */
  readonly read: bigint;
  /** Records written to a record table. Bounds: at least 0. */
  readonly carried: bigint;
  /** Records accounted for in dropped_record. Bounds: at least 0. */
  readonly dropped: bigint;
};

export const FILE_COUNT_COLUMNS = ["source_id", "step", "read", "carried", "dropped"] as const;

/** The blind-leak gate: what can be told from the text alone. Table `membership.gate`, key experiment_id, gate. */
export type GateRow = {
  /** The experiment. */
  readonly experiment_id: string;
  /** Name of the baseline, or `all`: the largest of them against the largest of each permutation. */
  readonly gate: string;
  /** AUC of the blind baseline (of `all`: the largest). */
  readonly value: number | null;
  /** 95 % interval. */
  readonly ci_lo: number | null;
  /** 95 % interval. */
  readonly ci_hi: number | null;
  /** Mean over permutations of the labels. */
  readonly null_mean: number | null;
  /** Standard deviation. */
  readonly null_sd: number | null;
  /** 95 % quantile. */
  readonly null_q95: number | null;
  /** Share of permutations at least as large, with the observed one counted. Bounds: at least 0, at most 1. */
  readonly p: number | null;
  /** Permutations of the labels of clusters. Bounds: at least 0. */
  readonly n_permutations: number;
  /** pass, warn (p ≤ .05, or underpowered), fail (p ≤ .01); not_run with a reason in detail. */
  readonly status: "pass" | "warn" | "fail" | "not_run" | "disabled";
  /**
   * Whether the 95 % quantile of the null is above .60: too few units to see a leak; of `all`: whether that is so of
   * every baseline.
   */
  readonly underpowered: boolean;
  /** What else is known, as canonical JSON: the feature that tells, why it was not run. */
  readonly detail: string;
};

export const GATE_COLUMNS = [
  "experiment_id",
  "gate",
  "value",
  "ci_lo",
  "ci_hi",
  "null_mean",
  "null_sd",
  "null_q95",
  "p",
  "n_permutations",
  "status",
  "underpowered",
  "detail",
] as const;

/**
 * One row per document of a manifest: what is known of it beside its file. Table `membership.manifest_record`, key
 * path.
 */
export type ManifestRecordRow = {
  /** Path below the folder of the manifest. */
  readonly path: string;
  /** Name of the document. */
  readonly doc_id: string;
  /** Title. */
  readonly title: string | null;
  /** Author. */
  readonly author: string | null;
  /** ISO 639-1 code. */
  readonly language: string | null;
  /** Year of first publication. */
  readonly publication_year: number | null;
  /** Where it is from. */
  readonly publication_year_basis: string | null;
  /** Release date in the catalogue. */
  readonly catalogue_date: string | null;
  /** Licence. */
  readonly license: string | null;
  /** Its address. */
  readonly license_url: string | null;
  /** Where it was published. */
  readonly repo: string | null;
  /** Version there. */
  readonly commit: string | null;
  /** Path there. */
  readonly upstream_path: string | null;
  /** Hash that its file should have. */
  readonly sha256: string | null;
  /** The manifest. */
  readonly source_id: string;
};

export const MANIFEST_RECORD_COLUMNS = [
  "path",
  "doc_id",
  "title",
  "author",
  "language",
  "publication_year",
  "publication_year_basis",
  "catalogue_date",
  "license",
  "license_url",
  "repo",
  "commit",
  "upstream_path",
  "sha256",
  "source_id",
] as const;

/**
 * How well every attack tells members from non-members, with what the blind baselines reach beside it. Table
 * `membership.metric`, key run_id, attack, part, convention.
 */
export type MetricRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Name of the attack. */
  readonly attack: string;
  /** fold_0 …, pooled (all out-of-fold scores), mean (over folds). */
  readonly part: string;
  /** Fold; null: pooled or mean. Bounds: at least 0. */
  readonly fold: number | null;
  /** The experiment. */
  readonly experiment_id: string;
  /** What the labels rest on. */
  readonly label_basis: "randomised" | "temporal" | "known-corpus" | "trap";
  /** Members. Bounds: at least 0. */
  readonly n1: number;
  /** Non-members. Bounds: at least 0. */
  readonly n0: number;
  /** Units without a score. Bounds: at least 0. */
  readonly n_missing: number;
  /** Area under the ROC curve, ties counting half; null with one class only. Bounds: at least 0, at most 1. */
  readonly auc: number | null;
  /** Standard error (DeLong; for mean: standard deviation over folds, ddof 0). */
  readonly auc_se: number | null;
  /** 95 % interval: DeLong on the logit scale. */
  readonly ci_lo: number | null;
  /** 95 % interval. */
  readonly ci_hi: number | null;
  /** 95 % interval by resampling clusters. */
  readonly bootstrap_lo: number | null;
  /** 95 % interval. */
  readonly bootstrap_hi: number | null;
  /** Standard deviation of the AUC by chance. */
  readonly null_sd: number | null;
  /** Share told rightly at a probability of one half; null for scores that are no probabilities. */
  readonly accuracy: number | null;
  /** The same on the units it was trained on. */
  readonly train_accuracy: number | null;
  /** True-positive rate at a false-positive rate of 0.001; null: not estimable, fewer non-members than its inverse. */
  readonly tpr_at_fpr_0_001: number | null;
  /** 95 % interval (Clopper–Pearson). */
  readonly tpr_at_fpr_0_001_lo: number | null;
  /** 95 % interval. */
  readonly tpr_at_fpr_0_001_hi: number | null;
  /** Score from which on a unit counts as member there. */
  readonly threshold_at_fpr_0_001: number | null;
  /** True-positive rate at a false-positive rate of 0.01; null: not estimable, fewer non-members than its inverse. */
  readonly tpr_at_fpr_0_01: number | null;
  /** 95 % interval (Clopper–Pearson). */
  readonly tpr_at_fpr_0_01_lo: number | null;
  /** 95 % interval. */
  readonly tpr_at_fpr_0_01_hi: number | null;
  /** Score from which on a unit counts as member there. */
  readonly threshold_at_fpr_0_01: number | null;
  /** True-positive rate at a false-positive rate of 0.1; null: not estimable, fewer non-members than its inverse. */
  readonly tpr_at_fpr_0_1: number | null;
  /** 95 % interval (Clopper–Pearson). */
  readonly tpr_at_fpr_0_1_lo: number | null;
  /** 95 % interval. */
  readonly tpr_at_fpr_0_1_hi: number | null;
  /** Score from which on a unit counts as member there. */
  readonly threshold_at_fpr_0_1: number | null;
  /** How the rate is read off the curve. */
  readonly convention: "largest_fpr_not_above" | "nearest_fpr" | "interp";
  /** Largest AUC of a blind baseline. */
  readonly gate_auc: number | null;
  /** Status of the gate. */
  readonly gate_status: "pass" | "warn" | "fail" | "not_run" | "disabled";
  /** AUC of attack and blind baselines together minus that of the baselines alone. */
  readonly excess_auc: number | null;
  /** 95 % interval (paired DeLong). */
  readonly excess_lo: number | null;
  /** 95 % interval. */
  readonly excess_hi: number | null;
  /** Attacks tried on this run: correct for them. Bounds: at least 0. */
  readonly n_attacks: number;
  /** What may be said of it. */
  readonly claim: "memorisation" | "association" | "artefact" | "none";
};

export const METRIC_COLUMNS = [
  "run_id",
  "attack",
  "part",
  "fold",
  "experiment_id",
  "label_basis",
  "n1",
  "n0",
  "n_missing",
  "auc",
  "auc_se",
  "ci_lo",
  "ci_hi",
  "bootstrap_lo",
  "bootstrap_hi",
  "null_sd",
  "accuracy",
  "train_accuracy",
  "tpr_at_fpr_0_001",
  "tpr_at_fpr_0_001_lo",
  "tpr_at_fpr_0_001_hi",
  "threshold_at_fpr_0_001",
  "tpr_at_fpr_0_01",
  "tpr_at_fpr_0_01_lo",
  "tpr_at_fpr_0_01_hi",
  "threshold_at_fpr_0_01",
  "tpr_at_fpr_0_1",
  "tpr_at_fpr_0_1_lo",
  "tpr_at_fpr_0_1_hi",
  "threshold_at_fpr_0_1",
  "convention",
  "gate_auc",
  "gate_status",
  "excess_auc",
  "excess_lo",
  "excess_hi",
  "n_attacks",
  "claim",
] as const;

/**
 * Reference probability of every token, per fold, from its training documents alone. Table `membership.norm_dict`, key
 * run_id, fold, kind, token_id.
 */
export type NormDictRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Fold that is tested; the dictionary is made of the others. Bounds: at least 0. */
  readonly fold: number;
  /** tf: token frequency; gp: general probability, the mean prediction. */
  readonly kind: "tf" | "gp";
  /** Token. Bounds: at least 0. */
  readonly token_id: number;
  /** Reference probability. */
  readonly value: number;
  /** That of a token that is not in the dictionary: half the smallest. */
  readonly unseen_value: number;
};

export const NORM_DICT_COLUMNS = ["run_id", "fold", "kind", "token_id", "value", "unseen_value"] as const;

/**
 * An ONNX model as bytes, in parts, so that what a stage runs is part of what its result is cached by. Table
 * `membership.onnx_model`, key model_id, part.
 */
export type OnnxModelRow = {
  /** Name, with the first 12 digits of its hash. */
  readonly model_id: string;
  /** Hash of the file. */
  readonly sha256: string;
  /** Size of the file. Bounds: at least 1. */
  readonly bytes: bigint;
  /** 0-based place of these bytes. Bounds: at least 0. */
  readonly part: number;
  /** The bytes. */
  readonly data: Uint8Array;
};

export const ONNX_MODEL_COLUMNS = ["model_id", "sha256", "bytes", "part", "data"] as const;

/** Pairs of documents that share word 13-grams. Table `membership.overlap`, key doc_a, doc_b. */
export type OverlapRow = {
  /** The first in code-unit order. */
  readonly doc_a: string;
  /** The other. */
  readonly doc_b: string;
  /** Distinct 13-grams that both have (in the sample). Bounds: at least 1. */
  readonly shared: bigint;
  /** Distinct 13-grams of the first. Bounds: at least 0. */
  readonly n_a: bigint;
  /** Distinct 13-grams of the other. Bounds: at least 0. */
  readonly n_b: bigint;
  /** Shared, of the smaller set. Bounds: at least 0, at most 1. */
  readonly containment: number;
  /** Shared, of the union. Bounds: at least 0, at most 1. */
  readonly jaccard: number;
  /** One in so many 13-grams was looked at; 1 = all. Bounds: at least 1. */
  readonly sampling: number;
  /** Whether they are near-duplicates: containment at or above the threshold of the step. */
  readonly clustered: boolean;
};

export const OVERLAP_COLUMNS = [
  "doc_a",
  "doc_b",
  "shared",
  "n_a",
  "n_b",
  "containment",
  "jaccard",
  "sampling",
  "clustered",
] as const;

/** Points of the ROC curve of every attack, pooled over folds. Table `membership.roc`, key run_id, attack, index. */
export type RocRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Name of the attack. */
  readonly attack: string;
  /** 0-based place, from (0, 0). Bounds: at least 0. */
  readonly index: number;
  /** Score; null at (0, 0). */
  readonly threshold: number | null;
  /** False-positive rate. Bounds: at least 0, at most 1. */
  readonly fpr: number;
  /** True-positive rate. Bounds: at least 0, at most 1. */
  readonly tpr: number;
  /** 95 % band (Clopper–Pearson, per point). Bounds: at least 0, at most 1. */
  readonly tpr_lo: number;
  /** 95 % band. Bounds: at least 0, at most 1. */
  readonly tpr_hi: number;
};

export const ROC_COLUMNS = ["run_id", "attack", "index", "threshold", "fpr", "tpr", "tpr_lo", "tpr_hi"] as const;

/** One row per scoring run: which model, how it was asked, what it can say. Table `membership.run`, key run_id. */
export type RunRow = {
  /** Name: experiment, model and role. */
  readonly run_id: string;
  /** The experiment. */
  readonly experiment_id: string;
  /**
   * target: the model under test; reference: one trained on other documents of the kind; lowercase: the target on
   * lower-cased text.
   */
  readonly role: "target" | "reference" | "lowercase";
  /** How it was asked. */
  readonly backend: "ngram" | "vllm" | "sglang" | "tgi" | "onnx" | "file";
  /** Name of the model. */
  readonly model: string;
  /** Hash of its definition; null where it is not known. */
  readonly model_sha: string | null;
  /** Its revision, as the server or user says. */
  readonly revision: string | null;
  /** Precision of its weights or of the scores. */
  readonly dtype: string | null;
  /** The tokenizer. */
  readonly tokenizer_id: string;
  /** Hash of the tokenizer. */
  readonly tokenizer_sha: string;
  /** Number of tokens. Bounds: at least 1. */
  readonly vocabulary: number;
  /** Tokens of a window (C). Bounds: at least 1. */
  readonly context: number;
  /** Tokens from one window to the next. Bounds: at least 1. */
  readonly stride: number;
  /** Whether a token for the beginning is fed: none, document, window. */
  readonly bos_policy: "none" | "document" | "window";
  /** What it says of every token: logprob, max_logprob, rank, full_distribution, mean_probability. */
  readonly capabilities: readonly string[];
  /** Parameters of the backend, as canonical JSON. */
  readonly parameters: string;
  /** Checks of the backend and how they came out, as canonical JSON. */
  readonly self_test: string;
  /** Seed. */
  readonly seed: bigint | null;
  /** Tokens it was trained on here; null for a model of others. */
  readonly n_trained_tokens: bigint | null;
};

export const RUN_COLUMNS = [
  "run_id",
  "experiment_id",
  "role",
  "backend",
  "model",
  "model_sha",
  "revision",
  "dtype",
  "tokenizer_id",
  "tokenizer_sha",
  "vocabulary",
  "context",
  "stride",
  "bos_policy",
  "capabilities",
  "parameters",
  "self_test",
  "seed",
  "n_trained_tokens",
] as const;

/**
 * Rows of run as each piece of work gives them: one per run and partition of the units. Table `membership.run_record`,
 * key run_id, partition.
 */
export type RunRecordRow = {
  /** Partition of the units that were scored. */
  readonly partition: string;
  /** Name: experiment, model and role. */
  readonly run_id: string;
  /** The experiment. */
  readonly experiment_id: string;
  /**
   * target: the model under test; reference: one trained on other documents of the kind; lowercase: the target on
   * lower-cased text.
   */
  readonly role: "target" | "reference" | "lowercase";
  /** How it was asked. */
  readonly backend: "ngram" | "vllm" | "sglang" | "tgi" | "onnx" | "file";
  /** Name of the model. */
  readonly model: string;
  /** Hash of its definition; null where it is not known. */
  readonly model_sha: string | null;
  /** Its revision, as the server or user says. */
  readonly revision: string | null;
  /** Precision of its weights or of the scores. */
  readonly dtype: string | null;
  /** The tokenizer. */
  readonly tokenizer_id: string;
  /** Hash of the tokenizer. */
  readonly tokenizer_sha: string;
  /** Number of tokens. Bounds: at least 1. */
  readonly vocabulary: number;
  /** Tokens of a window (C). Bounds: at least 1. */
  readonly context: number;
  /** Tokens from one window to the next. Bounds: at least 1. */
  readonly stride: number;
  /** Whether a token for the beginning is fed: none, document, window. */
  readonly bos_policy: "none" | "document" | "window";
  /** What it says of every token: logprob, max_logprob, rank, full_distribution, mean_probability. */
  readonly capabilities: readonly string[];
  /** Parameters of the backend, as canonical JSON. */
  readonly parameters: string;
  /** Checks of the backend and how they came out, as canonical JSON. */
  readonly self_test: string;
  /** Seed. */
  readonly seed: bigint | null;
  /** Tokens it was trained on here; null for a model of others. */
  readonly n_trained_tokens: bigint | null;
};

export const RUN_RECORD_COLUMNS = [
  "partition",
  "run_id",
  "experiment_id",
  "role",
  "backend",
  "model",
  "model_sha",
  "revision",
  "dtype",
  "tokenizer_id",
  "tokenizer_sha",
  "vocabulary",
  "context",
  "stride",
  "bos_policy",
  "capabilities",
  "parameters",
  "self_test",
  "seed",
  "n_trained_tokens",
] as const;

/**
 * One row per unit that a language model is asked about: all that its scores depend on, and nothing else, so that a new
 * split or fold asks no model again. Table `membership.scoring_unit`, key doc_id.
 */
export type ScoringUnitRow = {
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Experiments that compare it (member or nonmember), in code-unit order; it is scored once for all. */
  readonly experiments: readonly string[];
  /** The tokenizer. */
  readonly tokenizer_id: string;
  /** Token numbers. */
  readonly input_ids: readonly number[];
};

export const SCORING_UNIT_COLUMNS = ["doc_id", "experiments", "tokenizer_id", "input_ids"] as const;

/**
 * Attacks on single windows and on whole units; larger = more likely a member. Table `membership.sequence_score`, key
 * run_id, attack, doc_id, window.
 */
export type SequenceScoreRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** Name of the attack: loss, zlib, mink_20, minkpp_20 … */
  readonly attack: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** 0-based window; -1: the whole unit. Bounds: at least -1. */
  readonly window: number;
  /** Predicted tokens in it. Bounds: at least 0. */
  readonly n_tokens: number;
  /** Score; null with too few tokens. */
  readonly score: number | null;
};

export const SEQUENCE_SCORE_COLUMNS = ["run_id", "attack", "doc_id", "window", "n_tokens", "score"] as const;

/** One row per raw file that was read. Table `membership.source_file`, key source_id. */
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
 * Decoded text of every document, with line feeds and without byte order mark, before any stripping. Table
 * `membership.text_record`, key doc_id.
 */
export type TextRecordRow = {
  /** The document. */
  readonly doc_id: string;
  /** Its text; of markup formats the text of the body. */
  readonly text: string;
};

export const TEXT_RECORD_COLUMNS = ["doc_id", "text"] as const;

/** Tokens of every unit. Table `membership.token`, key doc_id. */
export type TokenRow = {
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** The tokenizer. */
  readonly tokenizer_id: string;
  /** Number of tokens. Bounds: at least 0. */
  readonly n_tokens: number;
  /** Token numbers, without any token for the beginning of a sequence unless the scores were made with one. */
  readonly input_ids: readonly number[];
  /** Code point at which each token begins; empty where it is not known. */
  readonly char_start: readonly number[];
};

export const TOKEN_COLUMNS = ["doc_id", "tokenizer_id", "n_tokens", "input_ids", "char_start"] as const;

/**
 * What the model says of every token: enough for every attack, so that the model is asked once. Table
 * `membership.token_score`, key run_id, doc_id, pos.
 */
export type TokenScoreRow = {
  /** The scoring run. */
  readonly run_id: string;
  /** The unit of the experiment: a document, or an excerpt of one (excerpt.doc_id). */
  readonly doc_id: string;
  /** Place of the token: 1 to n - 1. Bounds: at least 0. */
  readonly pos: number;
  /** 0-based window that predicted it. Bounds: at least 0. */
  readonly window: number;
  /** Natural logarithm of its probability. Unit: nat. Bounds: at most 0. */
  readonly logprob: number;
  /** That of the most probable token; null where the model does not say. Unit: nat. Bounds: at most 0. */
  readonly max_logprob: number | null;
  /** Number of tokens strictly more probable; null where the model does not say. Bounds: at least 0. */
  readonly rank: number | null;
  /**
   * Sum over the vocabulary of p log p (minus the entropy); null without the full distribution. Unit: nat. Bounds: at
   * most 0.
   */
  readonly mu: number | null;
  /** Sum of p (log p)²; null without the full distribution. Bounds: at least 0. */
  readonly m2: number | null;
  /**
   * Mean of log p over the vocabulary, each token counting once; null without the full distribution or where it is
   * infinite.
   */
  readonly mu_uniform: number | null;
  /** Standard deviation of the same (ddof 0). Bounds: at least 0. */
  readonly sd_uniform: number | null;
};

export const TOKEN_SCORE_COLUMNS = [
  "run_id",
  "doc_id",
  "pos",
  "window",
  "logprob",
  "max_logprob",
  "rank",
  "mu",
  "m2",
  "mu_uniform",
  "sd_uniform",
] as const;

/** One row per tokenizer. Table `membership.tokenizer`, key tokenizer_id. */
export type TokenizerRow = {
  /** Name, with the first 12 digits of its hash. */
  readonly tokenizer_id: string;
  /** Where it is from. */
  readonly kind: "trained" | "file" | "scores";
  /** Number of tokens. Bounds: at least 1. */
  readonly vocabulary: number;
  /** Hash of its definition. */
  readonly sha256: string;
  /** A tokenizer.json; null where only token numbers are known. */
  readonly definition: string | null;
  /** Bytes of text that it was trained on; 0 for one from a file. Bounds: at least 0. */
  readonly trained_on: bigint;
};

export const TOKENIZER_COLUMNS = ["tokenizer_id", "kind", "vocabulary", "sha256", "definition", "trained_on"] as const;
