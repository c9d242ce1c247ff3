/** Normalisations of token probabilities, in the order of their names. */
export const NORMS = ["MaxNormGP", "MaxNormTF", "NoNorm", "RatioNormGP", "RatioNormTF"] as const;
export type Norm = (typeof NORMS)[number];

/** What a normalisation starts from: nothing more than −log p, or 1 − (p_max − p). */
export type Base = "loss" | "maximum";
/** What it divides by: token frequency or general probability. */
export type DictionaryKind = "tf" | "gp";

export const BASE_OF: Readonly<Record<Norm, Base>> = {
  MaxNormGP: "maximum",
  MaxNormTF: "maximum",
  NoNorm: "loss",
  RatioNormGP: "loss",
  RatioNormTF: "loss",
};

export const DICTIONARY_OF: Readonly<Record<Norm, DictionaryKind | null>> = {
  MaxNormGP: "gp",
  MaxNormTF: "tf",
  NoNorm: null,
  RatioNormGP: "gp",
  RatioNormTF: "tf",
};

export type FeatureForm = "corrected" | "published";

/** How features are computed. */
export interface FeatureOptions {
  /**
   * What becomes of values that are not finite: `clip` bounds −log p at 744.44 and falls back to the ratio where
   * 1 − (p_max − p) vanishes; `upstream` writes 1e-5, as the published code does; `error` refuses.
   */
  readonly nonfinite: "clip" | "upstream" | "error";
  /** Precision in which probabilities are held before they are compared with the maximum. */
  readonly precision: "f64" | "f32";
  /** Whether simple_agg has the number of predicted tokens. */
  readonly includeCount: boolean;
  /** General probability as the mean over tokens, or over documents and then over folds by their tokens. */
  readonly generalProbability: "token" | "document";
  /** `fraction` of all values with two more bins for what is outside; `density` of the values inside. */
  readonly histogram: "fraction" | "density";
}

/** What each form means. */
export const FORMS: Readonly<Record<FeatureForm, FeatureOptions>> = {
  corrected: {
    nonfinite: "clip",
    precision: "f64",
    includeCount: false,
    generalProbability: "token",
    histogram: "fraction",
  },
  published: {
    nonfinite: "upstream",
    precision: "f64",
    includeCount: true,
    generalProbability: "document",
    histogram: "density",
  },
};

/** `simple_agg`, or a histogram of so many bins. */
export type Extractor = { readonly name: string; readonly bins: number | null };

/**
 * Bins that suit units of so many predicted tokens: min(1000, 4 √tokens), at least 1. More bins than tokens describe
 * nothing.
 */
export function automaticBins(tokens: number): number {
  return Math.max(1, Math.min(1000, Math.floor(4 * Math.sqrt(tokens))));
}

/** Extractors by name in code-unit order, each once; `hist` becomes `hist_K` for units of so many tokens. */
export function extractorsOf(names: readonly string[], tokens: number): Extractor[] {
  const extractors = names.map((name) => {
    if (name === "simple_agg") return { name, bins: null };
    const bins = name === "hist" ? automaticBins(tokens) : Number(name.slice("hist_".length));
    return { name: `hist_${bins}`, bins };
  });
  const byName = new Map(extractors.map((extractor) => [extractor.name, extractor]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
