import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BagOfWordsBuilder, denseCounts, documentFrequency } from "../../../src/compute/text/bag-of-words.js";
import { vectorizerWords } from "../../../src/compute/text/words.js";
import { realData } from "../../support/real-data.js";

const data = realData("membership");

interface Reference {
  readonly texts: readonly string[];
  readonly vocab_min_df1: readonly string[];
  readonly counts_min_df1: readonly (readonly number[])[];
  readonly vocab_min_df_half: readonly string[];
}

describe.skipIf(!data.present)(`bag of words${data.reason}`, () => {
  it("has the words and counts of the reference", () => {
    const reference = JSON.parse(readFileSync(data.path("reference", "bag_of_words.json"), "utf8")) as Reference;
    const builder = new BagOfWordsBuilder();
    for (const text of reference.texts) builder.add(vectorizerWords(text));
    const bag = builder.finish();
    const vocabulary = bag.vocabulary ?? [];
    expect([...vocabulary].sort()).toEqual([...reference.vocab_min_df1].sort());
    const columns = reference.vocab_min_df1.map((word) => vocabulary.indexOf(word));
    expect(Array.from(denseCounts(bag, columns))).toEqual(reference.counts_min_df1.flat());
    const frequency = documentFrequency(bag, [...reference.texts.keys()]);
    expect(vocabulary.filter((_, term) => (frequency[term] as number) >= 0.5 * reference.texts.length)).toEqual(
      reference.vocab_min_df_half,
    );
  });
});
