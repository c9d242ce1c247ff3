import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  lowercaseAttacks,
  referenceAttacks,
  zlibAttacks,
} from "../../../../src/stages/membership/attacks/compared-attacks.js";
import { dcPdd, TokenCounts } from "../../../../src/stages/membership/attacks/dc-pdd.js";
import { LOWEST_LOGPROB, surp, tokenAttacks } from "../../../../src/stages/membership/attacks/token-attacks.js";
import { orientationOf, SEQUENCE_ATTACKS, sameOrderAs } from "../../../../src/transforms/membership/attack-names.js";

const LOGPROB = Float32Array.of(-1, -4, -2, -3, -0.5);

describe("tokenAttacks", () => {
  it("of five tokens, by hand", () => {
    const scores = tokenAttacks({
      logprob: LOGPROB,
      maxLogprob: Float32Array.of(-1, -1, -0.5, -1, -0.5),
      rank: Int32Array.of(0, 5, 1, 2, 0),
      mu: Float64Array.of(-1, -2, -1, -1, -1),
      m2: Float64Array.of(2, 8, 5, 2, 2),
    });
    expect(scores.get("loss")).toBeCloseTo(-2.1, 12);
    expect(scores.get("ppl")).toBeCloseTo(-Math.exp(2.1), 12);
    expect(scores.get("mink_20")).toBe(-4);
    expect(scores.get("mink_60")).toBe(-3);
    // σ: 1, 2, 2, 1, 1; z: 0, -1, -0.5, -2, 0.5
    expect(scores.get("minkpp_20")).toBe(-2);
    expect(scores.get("minkpp_40")).toBe(-1.5);
    expect(scores.get("mean_rank")).toBe(-1.6);
    expect(scores.get("mean_entropy")).toBeCloseTo(-1.2, 12);
    expect(scores.get("mean_max")).toBeCloseTo((3 * Math.exp(-1) + 2 * Math.exp(-0.5)) / 5, 7);
    // Of the two least probable (-4, -3) the first has an entropy of 2.
    expect(scores.get("surp")).toBe(-3);
  });

  it("is null with too few tokens and where the model cannot say", () => {
    const scores = tokenAttacks({ logprob: LOGPROB });
    expect(scores.get("mink_10")).toBeNull();
    for (const name of ["minkpp_20", "minkpp_sok_20", "surp", "mean_rank", "mean_entropy", "mean_max"]) {
      expect(scores.get(name)).toBeNull();
    }
    expect([...tokenAttacks({ logprob: new Float32Array(0) }).values()].every((score) => score === null)).toBe(true);
  });

  it("keeps the two definitions of Min-K%++ apart", () => {
    const uniform = { muUniform: Float64Array.of(-2, -2, -2, -2, -2), sdUniform: Float64Array.of(1, 2, 1, 1, 1) };
    const scores = tokenAttacks({ logprob: LOGPROB, mu: LOGPROB.map(() => -1) as never, ...uniform });
    expect(scores.get("minkpp_sok_40")).toBe(-1);
    expect(scores.get("minkpp_40")).toBeNull();
  });

  it("stays finite where a probability or a deviation is 0", () => {
    const flat = Math.log(1 / 7);
    const scores = tokenAttacks({
      logprob: Float32Array.from({ length: 20 }, (_, at) => (at === 0 ? Number.NEGATIVE_INFINITY : flat)),
      mu: new Float64Array(20).fill(flat),
      m2: new Float64Array(20).fill(flat * flat),
    });
    expect(scores.get("mink_5")).toBe(LOWEST_LOGPROB);
    expect(scores.get("loss")).toBeCloseTo((LOWEST_LOGPROB + 19 * flat) / 20, 5);
    expect(Number.isFinite(scores.get("minkpp_5"))).toBe(true);
    const uniform = tokenAttacks({
      logprob: new Float32Array(20).fill(flat),
      mu: new Float64Array(20).fill(flat),
      m2: new Float64Array(20).fill(flat * flat),
    });
    expect(Math.abs(uniform.get("minkpp_20") ?? 1)).toBeLessThan(0.1);
  });

  it("rises with every log-probability, and Min-K% with k", () => {
    const values = fc.array(fc.double({ min: -30, max: 0, noNaN: true }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const scores = tokenAttacks({ logprob: Float64Array.from(list) });
        const better = tokenAttacks({ logprob: Float64Array.from(list, (value) => value * share) });
        for (const [name, score] of scores) {
          if (score !== null) expect(better.get(name) as number, name).toBeGreaterThanOrEqual(score - 1e-9);
        }
        const byK = [5, 10, 20, 30, 40, 50, 60].map((k) => scores.get(`mink_${k}`) as number);
        for (let at = 1; at < byK.length; at++) expect(byK[at]).toBeGreaterThanOrEqual((byK[at - 1] as number) - 1e-12);
        expect(scores.get("loss") as number).toBeGreaterThanOrEqual((byK.at(-1) as number) - 1e-12);
      }),
    );
  });
});

describe("surp", () => {
  it("is -100 where no token is sure to be followed by another, and null of two tokens", () => {
    expect(surp(LOGPROB, LOGPROB.map(() => -3) as never)).toEqual({ score: -100, tokens: 0 });
    expect(surp(Float32Array.of(-1, -2), Float64Array.of(0, 0))).toEqual({ score: null, tokens: 0 });
  });
});

describe("attacks that compare", () => {
  it("zlib: three forms, two of which are one number", () => {
    const scores = zlibAttacks(3, "aé".repeat(50));
    expect(scores.get("zlib_minkpp")).toBe(scores.get("zlib"));
    const length = -3 / (scores.get("zlib") as number);
    expect(Number.isInteger(Math.round(length * 1e9) / 1e9)).toBe(true);
    expect(scores.get("zlib_sok")).toBeCloseTo(-300 / length, 12);
    expect([...zlibAttacks(3, "").values()]).toEqual([null, null, null]);
    expect(zlibAttacks(2, "text").get("zlib") as number).toBeGreaterThan(zlibAttacks(3, "text").get("zlib") as number);
  });

  it("ref and lowercase: a member is better known by the model under test, and in its own case", () => {
    const [member, other] = [
      { loss: 1, reference: 3, lowercase: 4 },
      { loss: 3, reference: 3, lowercase: 3.5 },
    ];
    for (const name of ["ref", "ref_sok"]) {
      const [high, low] = [member, other].map(({ loss, reference }) => referenceAttacks(loss, reference).get(name));
      expect(high as number, name).toBeGreaterThan(low as number);
    }
    for (const name of ["lowercase", "lowercase_sok"]) {
      const [high, low] = [member, other].map(({ loss, lowercase }) => lowercaseAttacks(loss, lowercase).get(name));
      expect(high as number, name).toBeGreaterThan(low as number);
    }
    expect(referenceAttacks(1, 0).get("ref_sok")).toBeNull();
  });
});

describe("dcPdd", () => {
  it("weighs first occurrences by how rare the token is in other folds", () => {
    const counts = new TokenCounts(4);
    counts.add(0, Int32Array.of(0, 0, 0, 0));
    counts.add(1, Int32Array.of(0, 1, 1, 2));
    const logFrequency = counts.logFrequency(0);
    expect([...logFrequency].map((value) => Math.round(8 * Math.exp(value)))).toEqual([2, 3, 2, 1]);
    const ids = Int32Array.of(3, 1, 3);
    const logprob = Float32Array.of(Math.log(0.5), Math.log(0.25), 0);
    const free = (0.5 * Math.log(8) + 0.25 * Math.log(8 / 3)) / 2;
    expect(dcPdd({ ids, logprob, logFrequency, limit: 10 })).toBeCloseTo(free, 7);
    expect(dcPdd({ ids, logprob, logFrequency, limit: 0.01 })).toBeCloseTo(0.01, 12);
    expect(dcPdd({ ids: new Int32Array(0), logprob: new Float32Array(0), logFrequency, limit: 1 })).toBeNull();
    expect(() => counts.add(0, Int32Array.of(4))).toThrow("token 4 is not one of 4");
  });
});

describe("names", () => {
  it("are one per formula, with the sign of the published form", () => {
    expect(new Set(SEQUENCE_ATTACKS.map(({ name }) => name)).size).toBe(SEQUENCE_ATTACKS.length);
    expect(orientationOf("mink_20")).toBe(-1);
    expect(orientationOf("tau/mink_20")).toBe(-1);
    expect(orientationOf("minkpp_20")).toBe(1);
    expect(orientationOf("MaxNormTF/hist_20/random_forest")).toBe(1);
    expect([sameOrderAs("ppl"), sameOrderAs("loss")]).toEqual(["loss", undefined]);
  });
});
