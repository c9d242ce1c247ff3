import { BagOfWordsBuilder } from "../../../compute/text/bag-of-words.js";
import { spacedWords, vectorizerWords } from "../../../compute/text/words.js";
import { type BlindUnits, type FeatureColumns, foldRows } from "./blind-units.js";
import { TermPresenceBuilder } from "./term-presence.js";
import { TYPOGRAPHY_FEATURES, typographyFeatures, YEAR_FEATURES, yearFeatures } from "./text-features.js";
import { tokenFrequencyFeatures } from "./token-frequency.js";

/** A labelled unit, without its label. */
export interface BlindUnit {
  readonly docId: string;
  readonly fold: number;
  readonly cluster: string;
}

/** Bins of the histogram of token frequencies. */
const FREQUENCY_BINS = 20;

/**
 * Collects what the baselines look at: text and tokens of the units, in the order of their names. Where a unit has no
 * text its token numbers stand in for words, and dates and typography are not looked at.
 */
export class BlindUnitsBuilder {
  readonly #units: readonly BlindUnit[];
  readonly #words = new BagOfWordsBuilder();
  readonly #tokens = new BagOfWordsBuilder();
  readonly #presence = new TermPresenceBuilder();
  readonly #lengths: number[] = [];
  readonly #years: number[] = [];
  readonly #typography: number[] = [];
  readonly #withText: boolean;
  #texts = 0;
  #tokenised = 0;

  constructor(units: readonly BlindUnit[], withText: boolean) {
    this.#units = units;
    this.#withText = withText;
  }

  /** The text of the next unit. */
  addText(docId: string, text: string): void {
    this.#expect(docId, this.#texts++);
    this.#words.add(vectorizerWords(text));
    const words = spacedWords(text);
    this.#presence.add(words);
    this.#lengths.push(text.length, words.length);
    this.#years.push(...yearFeatures(text));
    this.#typography.push(...typographyFeatures(text));
  }

  /** The tokens of the next unit. */
  addTokens(docId: string, ids: Iterable<number>): void {
    this.#expect(docId, this.#tokenised++);
    const numbers = Array.from(ids);
    this.#tokens.add(numbers);
    if (this.#withText) return;
    this.#words.add(numbers);
    this.#presence.add(numbers);
    this.#lengths.push(numbers.length);
  }

  /** Units whose tokens, or text where that is looked at, did not come. */
  get missing(): readonly string[] {
    const seen = this.#withText ? Math.min(this.#texts, this.#tokenised) : this.#tokenised;
    return this.#units.slice(seen).map(({ docId }) => docId);
  }

  #expect(docId: string, place: number): void {
    if (this.#units[place]?.docId !== docId) {
      throw new RangeError(
        `unit ${docId} is not the one at place ${place}: units come in the order of their names, each once`,
      );
    }
  }

  finish(): BlindUnits {
    const units = this.#units;
    const names = new Map<string, number>();
    const clusters = Uint32Array.from(units, ({ cluster }) => {
      const number = names.get(cluster) ?? names.size;
      names.set(cluster, number);
      return number;
    });
    const folds = Uint16Array.from(units, ({ fold }) => fold);
    const foldCount = units.reduce((most, { fold }) => Math.max(most, fold + 1), 0);
    const tokens = this.#tokens.finish();
    const forest: Record<string, readonly FeatureColumns[]> = {};
    if (this.#withText) {
      forest.typography = [{ names: TYPOGRAPHY_FEATURES, values: Float64Array.from(this.#typography) }];
    }
    forest.token_freq = foldRows(folds, foldCount).map((rows) => tokenFrequencyFeatures(tokens, rows, FREQUENCY_BINS));
    const lengths = this.#withText ? ["characters", "words"] : ["tokens"];
    return {
      units: units.length,
      folds,
      foldCount,
      clusters,
      bag: this.#words.finish(),
      presence: this.#presence.finish(),
      single: {
        ...(this.#withText ? { date_regex: { names: YEAR_FEATURES, values: Float64Array.from(this.#years) } } : {}),
        length: { names: lengths, values: Float64Array.from(this.#lengths) },
      },
      forest,
    };
  }
}
