import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AggregateExtractor } from "../../../src/stages/membership/features/aggregate-features.js";
import { FORMS, type Norm } from "../../../src/stages/membership/features/feature-options.js";
import {
  binEdges,
  countInBins,
  histogramFeatures,
} from "../../../src/stages/membership/features/histogram-features.js";
import {
  maximumBase,
  normalisedValues,
  ratioBase,
  tokenLoss,
} from "../../../src/stages/membership/features/normalise-tokens.js";
import { emptyRange, scaleFeatures, widenRange } from "../../../src/stages/membership/features/scale-features.js";
import { features } from "../../../src/stages/membership/features.js";
import type { StageContext } from "../../../src/stages/stage.js";
import type { Row } from "../../../src/tables/contract.js";
import { membershipContract } from "../../support/membership-contracts.js";
import { memoryTransformContext } from "../../support/memory-tables.js";
import { stageResources } from "../../support/stage-resources.js";

const V = 6;

interface Unit {
  readonly docId: string;
  readonly label: 0 | 1 | null;
  readonly fold: number | null;
  readonly ids: readonly number[];
  /** Unnormalised weights of the vocabulary at each predicted place. */
  readonly weights: readonly (readonly number[])[];
}

interface Scored extends Unit {
  readonly logprob: readonly number[];
  readonly best: readonly number[];
  readonly mean: readonly number[];
}

function score(unit: Unit): Scored {
  const p = unit.weights.map((row) => {
    const total = row.reduce((sum, x) => sum + x, 0);
    return row.map((x) => x / total);
  });
  return {
    ...unit,
    logprob: p.map((row, i) => Math.fround(Math.log(row[unit.ids[i + 1] as number] as number))),
    best: p.map((row) => Math.fround(Math.log(Math.max(...row)))),
    mean: Array.from({ length: V }, (_, v) => p.reduce((sum, row) => sum + (row[v] as number), 0) / p.length),
  };
}

const run = (more: Row = {}): Row => ({
  run_id: "e/m",
  experiment_id: "e",
  role: "target",
  backend: "file",
  model: "m",
  model_sha: null,
  revision: null,
  dtype: null,
  tokenizer_id: "t",
  tokenizer_sha: "0",
  vocabulary: V,
  context: 8,
  stride: 7,
  bos_policy: "none",
  capabilities: [],
  parameters: "{}",
  self_test: "{}",
  seed: null,
  n_trained_tokens: null,
  ...more,
});

type Tables = Record<string, Row[]>;

function tablesOf(units: readonly Scored[]): Tables {
  const token_score = units.flatMap(({ docId, logprob, best }) =>
    logprob.map((value, i) => ({
      run_id: "e/m",
      doc_id: docId,
      pos: i + 1,
      window: 0,
      logprob: value,
      max_logprob: best[i],
    })),
  );
  return {
    run: [run(), run({ run_id: "e/m/reference", role: "reference" })],
    token: units.map(({ docId, ids }) => ({
      doc_id: docId,
      tokenizer_id: "t",
      n_tokens: ids.length,
      input_ids: ids,
      char_start: [],
    })),
    token_score,
    document_mean_probability: units
      .filter(({ logprob }) => logprob.length > 0)
      .map(({ docId, logprob, mean }) => ({ run_id: "e/m", doc_id: docId, n_predicted: logprob.length, p: mean })),
    assignment: units.map(({ docId, label, fold }) => ({
      experiment_id: "e",
      doc_id: docId,
      label,
      label_basis: "randomised",
      role: label === null ? "unused" : label === 1 ? "member" : "nonmember",
      trained: label === 1,
      split_seed: 0n,
      exposure: 1,
      duplicates: 1,
      fold,
      cluster_id: docId,
      reason: null,
    })),
  };
}

async function extract(tables: Tables, parameters: object = {}) {
  const facts: Record<string, unknown> = {};
  const warnings: string[] = [];
  const { context, rows } = memoryTransformContext(tables, features.parameters.parse(parameters), membershipContract);
  await features.run({
    ...context,
    log: { ...context.log, warn: (message: string) => void warnings.push(message) },
    partition: "",
    threads: 1,
    ...stageResources(),
    evidence: (more) => void Object.assign(facts, more),
  } as StageContext<ReturnType<typeof features.parameters.parse>>);
  return { rows, facts, warnings };
}

const arbitraryUnit = (index: number): fc.Arbitrary<Unit> =>
  fc.integer({ min: 2, max: 12 }).chain((n) =>
    fc.record({
      docId: fc.constant(`d${index}`),
      label: fc.constant((index % 2) as 0 | 1),
      fold: fc.constant(Math.floor(index / 2) % 3),
      ids: fc.array(fc.integer({ min: 0, max: V - 1 }), { minLength: n, maxLength: n }),
      weights: fc.array(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: V, maxLength: V }), {
        minLength: n - 1,
        maxLength: n - 1,
      }),
    }),
  );
const arbitraryUnits = fc.tuple(...Array.from({ length: 12 }, (_, index) => arbitraryUnit(index)));

/** The features of one fold, computed plainly: all values of all training units at once. */
function plainly(
  units: readonly Scored[],
  fold: number,
  norm: Norm,
  form: "corrected" | "published",
  bins: number | null,
) {
  const options = FORMS[form];
  const training = units.filter((unit) => unit.fold !== fold);
  const tokens = (some: readonly Scored[]) => some.reduce((sum, { ids }) => sum + ids.length, 0);
  const R = new Float64Array(V);
  for (const own of [0, 1, 2].filter((other) => other !== fold)) {
    const chunk = training.filter((unit) => unit.fold === own);
    for (const unit of chunk) {
      for (const id of unit.ids) if (norm.endsWith("TF")) R[id] = (R[id] as number) + 1 / tokens(training);
      for (let v = 0; v < V; v++) {
        const perDocument = tokens(chunk) / tokens(training) / chunk.length;
        const perToken = unit.logprob.length / training.reduce((sum, { logprob }) => sum + logprob.length, 0);
        const weight = form === "published" ? perDocument : perToken;
        if (norm.endsWith("GP")) R[v] = (R[v] as number) + (unit.mean[v] as number) * weight;
      }
    }
  }
  const unseen = Math.min(...R.filter((value) => value > 0)) / 2;
  const logR = R.map((value) => Math.log(value > 0 ? value : unseen));
  const values = units.map(({ ids, logprob, best }) => {
    if (norm === "NoNorm") return tokenLoss(logprob, options);
    const base = norm.startsWith("Max") ? maximumBase(logprob, best, options) : ratioBase(logprob, options);
    return normalisedValues(base, Int32Array.from(ids.slice(1)), logR);
  });
  const all = values.flatMap((own, k) => ((units[k] as Scored).fold === fold ? [] : [...own]));
  const edges = binEdges(Math.min(...all), Math.max(...all), bins ?? 1);
  const x = values.map((own) => {
    if (bins === null) return new AggregateExtractor(options).extract(own);
    const counts = new Uint32Array(bins + 2);
    countInBins(own, edges, counts);
    return histogramFeatures(counts, edges, options);
  });
  const range = emptyRange(x[0]?.length ?? 0);
  x.forEach((row, k) => {
    if ((units[k] as Scored).fold !== fold) widenRange(range, row);
  });
  return { x, scaled: x.map((row) => scaleFeatures(row, range)), edges, range };
}

describe("membership/features", () => {
  it("gives the features of a plain computation, in both forms", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryUnits, fc.constantFrom("corrected", "published"), async (units, form) => {
        const scored = units.map(score);
        const parameters = { extractors: ["simple_agg", "hist_5"], forms: { e: form }, histogram: "fraction" };
        const { rows } = await extract(tablesOf(scored), parameters);
        const found = new Map(
          rows.document_feature?.map((row) => [`${row.fold} ${row.norm} ${row.extractor} ${row.doc_id}`, row]),
        );
        expect(found.size).toBe(3 * 5 * 2 * units.length);
        for (const fold of [0, 1, 2]) {
          for (const norm of ["NoNorm", "RatioNormTF", "RatioNormGP", "MaxNormTF", "MaxNormGP"] as const) {
            for (const [extractor, bins] of [
              ["simple_agg", null],
              ["hist_5", 5],
            ] as const) {
              const expected = plainly(scored, fold, norm, form, bins);
              const spec = rows.feature_spec?.find(
                (row) => row.fold === fold && row.norm === norm && row.extractor === extractor,
              );
              expect(spec?.form).toBe(form);
              const edges = spec?.bin_edges as number[];
              edges.forEach((edge, k) => void expect(edge).toBeCloseTo(expected.edges[k] as number, 9));
              scored.forEach(({ docId, fold: own }, k) => {
                const row = found.get(`${fold} ${norm} ${extractor} ${docId}`);
                expect(row?.split).toBe(own === fold ? "test" : "train");
                const x = row?.x as number[];
                (expected.x[k] as Float64Array).forEach((value, i) => {
                  // A value at the edge of a bin may fall to either side by rounding of R.
                  if (bins === null) expect(x[i]).toBeCloseTo(value, 9);
                });
                if (bins !== null) expect(x.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
              });
            }
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  it("does not depend on the order of documents in any table", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryUnits,
        fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }),
        async (units, order) => {
          const scored = units.map(score);
          const shuffled = tablesOf(order.map((k) => scored[k] as Scored));
          const first = await extract(tablesOf(scored));
          expect((await extract(shuffled)).rows).toEqual(first.rows);
          const reversed = { ...shuffled, token: shuffled.token?.slice().reverse() as Row[] };
          expect((await extract(reversed)).rows).toEqual(first.rows);
        },
      ),
      { numRuns: 5 },
    );
  });

  const plain = (index: number, more: Partial<Unit> = {}): Scored =>
    score({
      docId: `d${index}`,
      label: (index % 2) as 0 | 1,
      fold: Math.floor(index / 2) % 2,
      ids: [0, 1, 2, 3],
      weights: [1, 2, 3].map((k) => [1, 2 * k, 3, 4 + index, 5, 6]),
      ...more,
    });
  const units = [0, 1, 2, 3].map((index) => plain(index));

  it("writes dictionaries and the meaning of every feature", async () => {
    const { rows, facts } = await extract(tablesOf(units), { extractors: ["simple_agg", "hist"] });
    const tf = rows.norm_dict?.filter(({ fold, kind }) => fold === 0 && kind === "tf");
    expect(tf?.map(({ token_id, value, unseen_value }) => [token_id, value, unseen_value])).toEqual(
      [0, 1, 2, 3].map((id) => [id, 0.25, 0.125]),
    );
    expect(rows.norm_dict?.filter(({ kind }) => kind === "gp").length).toBe(2 * V);
    expect(rows.feature_spec?.length).toBe(2 * 5 * 2);
    const [histogram, aggregate] = rows.feature_spec ?? [];
    expect(histogram).toMatchObject({
      run_id: "e/m",
      fold: 0,
      norm: "MaxNormGP",
      extractor: "hist_6",
      form: "corrected",
    });
    expect(histogram?.columns).toEqual(
      [0, 1, 2, 3, 4, 5].map((k) => `rel_count_bin_${k}`).concat("underflow", "overflow"),
    );
    expect(histogram?.bin_edges).toHaveLength(7);
    expect(aggregate?.columns).toHaveLength(13);
    expect(facts["e/m: extractors"]).toBe("hist_6, simple_agg");
  });

  it("does not approximate what the model cannot say", async () => {
    const tables = tablesOf(units);
    const noMaximum = tables.token_score?.map((row, k) => (k === 4 ? { ...row, max_logprob: null } : row)) as Row[];
    const first = await extract({ ...tables, token_score: noMaximum });
    const norms = (rows: readonly Row[] = []) => [...new Set(rows.map(({ norm }) => norm))];
    expect(norms(first.rows.document_feature)).toEqual(["NoNorm", "RatioNormGP", "RatioNormTF"]);
    expect(first.warnings.join()).toMatch(/no MaxNorm, as 1 document/);
    expect(first.facts["e/m: normalisations left out"]).toBe("MaxNormGP, MaxNormTF");
    const second = await extract({ ...tables, document_mean_probability: [] });
    expect(norms(second.rows.document_feature)).toEqual(["MaxNormTF", "NoNorm", "RatioNormTF"]);
    expect(second.rows.norm_dict?.every(({ kind }) => kind === "tf")).toBe(true);
  });

  it("leaves out documents of one token and those without a label, and says so", async () => {
    const short = plain(4, { ids: [0], weights: [], fold: 0 });
    const unused = plain(5, { docId: "u", label: null, fold: null });
    const { rows, warnings } = await extract(tablesOf([...units, short, unused]));
    expect(new Set(rows.document_feature?.map(({ doc_id }) => doc_id))).toEqual(new Set(["d0", "d1", "d2", "d3"]));
    expect(warnings.join()).toMatch(/1 documents of one token/);
  });

  it("refuses tables that do not fit each other", async () => {
    const tables = tablesOf(units);
    const fails = (more: Tables, parameters: object = {}) =>
      expect(extract({ ...tables, ...more }, parameters)).rejects;
    const without = (table: string, doc: string) => tables[table]?.filter(({ doc_id }) => doc_id !== doc) as Row[];
    await fails({ token_score: without("token_score", "d2") }).toMatchObject({ tag: "contract/missing-scores" });
    await fails({ token: without("token", "d2") }).toMatchObject({ tag: "contract/missing-tokens" });
    await fails({ run: [run({ vocabulary: 3 })] }).toMatchObject({ tag: "contract/token-number" });
    await fails({ run: [run({ vocabulary: 7 })] }).toMatchObject({ tag: "contract/vocabulary" });
    await fails({ run: [run({ experiment_id: "other" })] }).toMatchObject({ tag: "contract/unknown-experiment" });
    const oneFold = tables.assignment?.map((row) => ({ ...row, fold: 0 })) as Row[];
    await fails({ assignment: oneFold }).toMatchObject({ tag: "contract/one-fold" });
    const infinite = tables.token_score?.map((row, k) =>
      k === 1 ? { ...row, logprob: Number.NEGATIVE_INFINITY } : row,
    );
    await fails({ token_score: infinite as Row[] }, { nonfinite: "error" }).toThrow(/d0: the value of token 2/);
    await fails({ token_score: infinite as Row[] }, { form: "published" }).toMatchObject({
      tag: "contract/nonfinite-score",
    });
    await expect(extract({ ...tables, token_score: infinite as Row[] })).resolves.toBeDefined();
  });

  it("names the document of which the published histogram makes a row of NaN", async () => {
    const far = tablesOf(units).token_score?.map((row) =>
      row.doc_id === "d0" ? { ...row, logprob: -90 } : row,
    ) as Row[];
    const published = { form: "published", norms: ["NoNorm"], extractors: ["hist_4"] };
    await expect(extract({ ...tablesOf(units), token_score: far }, published)).rejects.toThrow(
      /d0: all its values lie outside/,
    );
    const { rows } = await extract({ ...tablesOf(units), token_score: far }, { ...published, histogram: "fraction" });
    const row = rows.document_feature?.find(({ doc_id, split }) => doc_id === "d0" && split === "test");
    expect(row?.x).toEqual([0, 0, 0, 0, 0, 1]);
  });
});
