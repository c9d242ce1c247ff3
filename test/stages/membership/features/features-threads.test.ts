import { beforeAll, describe, expect, it } from "vitest";
import { randomNumbers } from "../../../../src/compute/statistics/random-numbers.js";
import {
  FeatureExtraction,
  type FeatureRequest,
} from "../../../../src/stages/membership/features/feature-extraction.js";
import { extractorsOf, FORMS, NORMS } from "../../../../src/stages/membership/features/feature-options.js";
import type { ScoredUnit } from "../../../../src/stages/membership/scored-units.js";
import { build } from "../../../executors/built.js";

const V = 40;
const FOLDS = 3;

beforeAll(build, 300_000);

const scored: ScoredUnit[] = Array.from({ length: 23 }, (_, document) => {
  const random = randomNumbers(5, document);
  const length = 2 + Math.floor(random() * 900);
  const logprob = Float32Array.from({ length: length - 1 }, () => -9 * random());
  return {
    docId: `d${String(document).padStart(2, "0")}`,
    inputIds: Int32Array.from({ length }, () => Math.floor(V * random() ** 2)),
    positions: Int32Array.from(logprob, (_value, i) => i + 1),
    window: new Int32Array(0),
    logprob,
    maxLogprob: logprob.map((value) => value * random()),
  };
});

const request: FeatureRequest = {
  runId: "e/m",
  vocabulary: V,
  units: scored.map(({ docId, inputIds }, k) => ({ docId, fold: k % FOLDS, tokens: inputIds.length })),
  references: new Map(
    [0, 1, 2].map((fold) => {
      const logR = Float64Array.from({ length: V }, (_, v) => -Math.log(2 + v + fold));
      return [fold, { tf: logR, gp: logR.map((value) => value * 1.1) }];
    }),
  ),
  norms: NORMS,
  extractors: extractorsOf(["simple_agg", "hist_20", "hist_400"], 0),
  options: FORMS.corrected,
  scores: () => scored,
};

async function blocksOf(more: Partial<FeatureRequest> = {}) {
  const extraction = new FeatureExtraction({ ...request, ...more });
  await extraction.survey();
  const blocks = [];
  for await (const { rows, ...block } of extraction.blocks()) blocks.push({ ...block, rows: [...rows()] });
  return blocks;
}

describe("features on several threads", () => {
  it("are those of one", async () => {
    const one = await blocksOf();
    expect(one.length).toBe(FOLDS * NORMS.length * 3);
    for (const threads of [2, 3]) expect(await blocksOf({ threads, leastWork: 0 })).toEqual(one);
    expect(await blocksOf({ threads: 2 })).toEqual(one);
  });

  it("come with progress, and stop on a signal", async () => {
    const seen: number[] = [];
    await blocksOf({ threads: 2, leastWork: 0, onProgress: (done) => void seen.push(done) });
    expect(seen.filter((done) => done === scored.length)).toHaveLength(2);
    const control = new AbortController();
    const scores = () => {
      control.abort();
      return scored;
    };
    await expect(blocksOf({ scores, signal: control.signal, threads: 2, leastWork: 0 })).rejects.toThrow();
  });
});
