import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomNumbers } from "../../../../src/compute/statistics/random-numbers.js";
import { syntheticProse } from "../../../../src/sample-data/membership/synthetic-prose.js";
import { BlindBaselines } from "../../../../src/stages/membership/gate/blind-baselines.js";
import type { BlindUnits } from "../../../../src/stages/membership/gate/blind-units.js";
import { judge, judgeAll } from "../../../../src/stages/membership/gate/judge.js";
import { permuteLabels } from "../../../../src/stages/membership/gate/permute-labels.js";
import { BlindUnitsBuilder } from "../../../../src/stages/membership/gate/prepare-units.js";
import { runPermutations } from "../../../../src/stages/membership/gate/run-permutations.js";
import { presenceAucs, TermPresenceBuilder, termHash } from "../../../../src/stages/membership/gate/term-presence.js";

const UNITS = 40;
const FOLDS = 5;
/** Two units per cluster, alternating labels by cluster, folds of whole clusters. */
const CLUSTERED = Array.from({ length: UNITS }, (_, i) => ({
  docId: `d${String(i).padStart(2, "0")}`,
  cluster: `c${i >> 1}`,
  fold: (i >> 2) % FOLDS,
}));
const LABELS = Uint8Array.from(CLUSTERED, (_, i) => (i >> 1) & 1);

function unitsOf(text: (unit: number) => string): BlindUnits {
  const builder = new BlindUnitsBuilder(CLUSTERED, true);
  for (const [i, { docId }] of CLUSTERED.entries()) {
    const words = text(i);
    builder.addText(docId, words);
    builder.addTokens(
      docId,
      Array.from(words.slice(0, 400), (letter) => letter.charCodeAt(0)),
    );
  }
  return builder.finish();
}

const prose = Array.from({ length: UNITS }, (_, i) =>
  syntheticProse({ seed: 3, name: `unit ${i}`, characters: 1000, style: { curly: false } }),
);

function permutations(units: BlindUnits, count: number, threads = 1) {
  return runPermutations({
    units,
    labels: LABELS,
    seed: 5,
    permutations: count,
    threads,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

async function verdict(units: BlindUnits, count: number) {
  const outcomes = new BlindBaselines(units, 5).run(LABELS);
  const nullValues = await permutations(units, count);
  const judged = new Map(
    [...outcomes].map(([name, { value }]) => [name, judge(value, nullValues[name] as Float64Array)]),
  );
  return { judged, all: judgeAll(judged, nullValues) };
}

describe("blind baselines", () => {
  it("fail a line that members alone have, wherever it stands in a long text", async () => {
    const long = (i: number) => `${prose[i]}${prose[(i + 7) % UNITS]}`;
    const planted = unitsOf((i) => (LABELS[i] === 1 ? `Produced by A. Volunteer\n\n${long(i)}` : long(i)));
    const { judged, all } = await verdict(planted, 99);
    expect(judged.get("single_feature")).toMatchObject({ value: 1, p: 1 / 100, status: "fail" });
    expect(all.status).toBe("fail");
    const best = new BlindBaselines(planted, 5).bestTerm(LABELS);
    const whole = ["Produced", "Volunteer", "A."].map((word) => termHash(word));
    expect(best?.auc).toBe(1);
    expect([...whole, best?.hash]).toContain(best?.hash);
  });

  it("see quotes of one kind in members only", async () => {
    const { judged } = await verdict(
      unitsOf((i) => (LABELS[i] === 1 ? (prose[i] as string).replaceAll('"', "“") : (prose[i] as string))),
      99,
    );
    expect(judged.get("typography")?.value).toBeGreaterThan(0.95);
    expect(judged.get("typography")?.p).toBe(0.01);
  });

  it("see years of one century in members only", async () => {
    const { judged } = await verdict(
      unitsOf((i) => `In ${LABELS[i] === 1 ? 1850 + i : 1950 + i} ${prose[i]}`),
      49,
    );
    expect(judged.get("date_regex")?.value).toBeGreaterThan(0.98);
    expect(judged.get("date_regex")?.p).toBe(0.02);
  });

  it("raise no alarm over labelings that a coin gave, beyond their level", async () => {
    const units = unitsOf((i) => prose[i] as string);
    const values = await permutations(units, 299);
    const names = Object.keys(values);
    const pool = Object.fromEntries(names.map((name) => [name, (values[name] as Float64Array).subarray(0, 99)]));
    let alarms = 0;
    for (let labelling = 99; labelling < 299; labelling++) {
      const judged = new Map(
        names.map((name) => [
          name,
          judge((values[name] as Float64Array)[labelling] as number, pool[name] as Float64Array),
        ]),
      );
      if (judgeAll(judged, pool).p <= 0.05) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(16);
    expect(alarms).toBeGreaterThan(0);
  }, 120_000);

  it("go by tokens where there is no text", () => {
    const builder = new BlindUnitsBuilder(CLUSTERED, false);
    const random = randomNumbers(1);
    for (const [i, { docId }] of CLUSTERED.entries()) {
      builder.addTokens(docId, [
        ...Array.from({ length: 50 }, () => Math.floor(random() * 20)),
        LABELS[i] === 1 ? 77 : 78,
      ]);
    }
    const outcomes = new BlindBaselines(builder.finish(), 1).run(LABELS);
    expect([...outcomes.keys()].sort()).toEqual(["bow_rf", "length", "single_feature", "tfidf_nb", "token_freq"]);
    expect(outcomes.get("single_feature")?.value).toBe(1);
    expect(outcomes.get("tfidf_nb")?.value).toBeGreaterThan(0.95);
  });
});

describe("permuted labels", () => {
  it("keep clusters whole, and members per fold by cluster", () => {
    const units = unitsOf((i) => prose[i] as string);
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (seed, permutation) => {
        const drawn = permuteLabels(LABELS, units.clusters, units.folds, seed, permutation);
        expect(permuteLabels(LABELS, units.clusters, units.folds, seed, permutation)).toEqual(drawn);
        for (let i = 0; i < UNITS; i += 2) expect(drawn[i]).toBe(drawn[i + 1]);
        for (let fold = 0; fold < FOLDS; fold++) {
          const count = (labels: Uint8Array) =>
            labels.filter((label, i) => label === 1 && units.folds[i] === fold).length;
          expect(count(drawn)).toBe(count(LABELS));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("terms", () => {
  it("have the AUC of their presence, for words and pairs in three units and missing in three", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 6 }), { minLength: 6, maxLength: 12 }),
        (texts) => {
          const builder = new TermPresenceBuilder();
          for (const text of texts) builder.add(text);
          const presence = builder.finish();
          const labels = Uint8Array.from(texts, (_, i) => i & 1);
          const aucs = presenceAucs(presence, labels);
          const has = (word: string) => texts.map((text) => (text as readonly string[]).includes(word));
          for (const word of ["a", "b", "c", "d"]) {
            const units = has(word).flatMap((yes, i) => (yes ? [i] : []));
            const feature = presence.hashes.indexOf(termHash(word));
            if (units.length < 3 || units.length > texts.length - 3) expect(feature).toBe(-1);
            else {
              expect(
                Array.from(presence.units.subarray(presence.starts[feature], presence.starts[feature + 1])),
              ).toEqual(units);
              const share = (label: number) =>
                units.filter((i) => labels[i] === label).length / labels.filter((l) => l === label).length;
              expect(aucs[feature]).toBeCloseTo(0.5 + (share(1) - share(0)) / 2, 12);
            }
          }
        },
      ),
    );
  });
});
