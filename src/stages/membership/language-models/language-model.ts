/** What a language model can say. What it cannot is null in the tables, and the attacks that need it are not run. */
export interface ModelCapabilities {
  /** Token numbers can be given, not only text. */
  readonly tokenIdsIn: boolean;
  /** The most probable token of every position is known: `max_logprob`. */
  readonly maximum: boolean;
  /** The number of tokens strictly more probable is known: `rank`. */
  readonly rank: boolean;
  /** The whole distribution is known: `mu`, `m2`, `mu_uniform`, `sd_uniform`, `document_mean_probability`. */
  readonly fullDistribution: boolean;
}

/** One window of a unit: the model reads tokens `begin` … `end` − 1 and predicts `begin` + 1 … `end` − 1. */
export interface WindowRequest {
  /** All tokens of the unit. */
  readonly ids: Int32Array;
  readonly begin: number;
  readonly end: number;
  /** Text of the window, for models that take only text. */
  readonly text?: string;
}

/**
 * What a model says of the predicted tokens of a window, one value per token, in order; natural logarithms. An array is
 * absent where the model cannot say.
 */
export interface WindowScores {
  /** Log-probability of every given token, ≤ 0, finite or −∞. */
  readonly logprob: Float64Array;
  readonly maxLogprob?: Float64Array;
  /** 0-based: tokens strictly more probable. */
  readonly rank?: Int32Array;
  /** Σ p log p. */
  readonly mu?: Float64Array;
  /** Σ p (log p)². */
  readonly m2?: Float64Array;
  /** Mean of log p over the vocabulary, and its standard deviation (ddof 0). */
  readonly muUniform?: Float64Array;
  readonly sdUniform?: Float64Array;
  /** Σ over the predicted positions of the distribution, length V. */
  readonly probabilitySum?: Float64Array;
}

/** A language model that says how probable given tokens are. */
export interface LanguageModel {
  readonly name: string;
  readonly vocabulary: number;
  readonly capabilities: ModelCapabilities;
  score(window: WindowRequest, signal: AbortSignal): Promise<WindowScores>;
  close(): Promise<void>;
}
