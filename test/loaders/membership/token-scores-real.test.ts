import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SourceFile } from "../../../src/loaders/loader.js";
import { tokenScores } from "../../../src/loaders/membership/token-scores.js";
import { features } from "../../../src/stages/membership/features.js";
import type { StageContext } from "../../../src/stages/stage.js";
import type { Row } from "../../../src/tables/contract.js";
import { membershipContract } from "../../support/membership-contracts.js";
import { memoryLoadContext, memoryTransformContext } from "../../support/memory-tables.js";
import { realData } from "../../support/real-data.js";
import { stageResources } from "../../support/stage-resources.js";

const data = realData("membership");

// biome-ignore lint/suspicious/noExplicitAny: reference files of several shapes
const reference = (name: string): any => JSON.parse(readFileSync(data.path("reference", `${name}.json`), "utf8"));

function difference(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(
    0,
    ...expected.map((value, i) => Math.abs((actual[i] as number) - value) / Math.max(1, Math.abs(value))),
  );
}

describe.skipIf(!data.present)(`the reference matrices, loaded and described${data.reason}`, () => {
  const load = async () => {
    const files: SourceFile[] = readdirSync(data.path("reference"))
      .sort()
      .map((name) => {
        const absolutePath = data.path("reference", name);
        const bytes = statSync(absolutePath).size;
        return { path: `membership/reference/${name}`, absolutePath, bytes, sha256: "0".repeat(64), sourceId: name };
      });
    const { context, trace } = memoryLoadContext(files, tokenScores.parameters.parse({}), membershipContract);
    await tokenScores.load(context);
    return trace;
  };

  it("scores of every document", async () => {
    const { rows, drops, read, carried } = await load();
    const scores = reference("doc_scores");
    expect(rows.token?.length).toBe(scores.length);
    for (const { doc, mean_nll, nll_first5, max_proba_first5 } of scores) {
      const own = rows.token_score?.filter(({ doc_id }) => doc_id === String(doc)) ?? [];
      const losses = own.map(({ logprob }) => -(logprob as number));
      expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(mean_nll, 9);
      expect(difference(losses.slice(0, 5), nll_first5)).toBeLessThan(1e-12);
      const best = own.slice(0, 5).map(({ max_logprob }) => Math.exp(max_logprob as number));
      expect(difference(best, max_proba_first5)).toBeLessThan(1e-9);
    }
    for (const { doc, mean_rank, mean_entropy, mean_maxprob } of reference("sequence_attacks").attacks) {
      const own = rows.token_score?.filter(({ doc_id }) => doc_id === String(doc)) ?? [];
      const mean = (value: (row: Row) => number) => own.reduce((sum, row) => sum + value(row), 0) / own.length;
      expect(mean(({ rank }) => rank as number)).toBeCloseTo(mean_rank, 9);
      expect(mean(({ mu }) => -(mu as number))).toBeCloseTo(mean_entropy, 9);
      expect(mean(({ max_logprob }) => Math.exp(max_logprob as number))).toBeCloseTo(mean_maxprob, 9);
    }
    expect(rows.run).toMatchObject([{ run_id: "reference/file", vocabulary: 48, backend: "file" }]);
    expect(rows.experiment).toMatchObject([{ n_members: 25, n_nonmembers: 25, n_folds: 5, design: "known-corpus" }]);
    expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set(["unread_file"]));
    for (const path of Object.keys(read)) {
      const left = drops.filter(({ file }) => file.path === path).length;
      expect((carried[path] ?? 0) + left).toBe(read[path]);
    }
  });

  it("dictionaries, features, scaling and edges of fold 0 in the published form", async () => {
    const { rows: loaded } = await load();
    const parameters = features.parameters.parse({ form: "published", extractors: ["simple_agg", "hist_20"] });
    const { context, rows } = memoryTransformContext(loaded as Record<string, Row[]>, parameters, membershipContract);
    const stage = { ...context, partition: "", threads: 1, ...stageResources(), evidence: () => {} } as StageContext<
      typeof parameters
    >;
    await features.run(stage);
    const { tf, gp } = reference("normalised_fold0").dict;
    for (const [kind, expected] of [
      ["tf", tf],
      ["gp", gp],
    ] as const) {
      const own = rows.norm_dict?.filter((row) => row.fold === 0 && row.kind === kind) ?? [];
      expect(own.length).toBe(Object.keys(expected).length);
      for (const row of own) {
        const want = expected[row.token_id as number];
        expect(Math.abs((row.value as number) / want - 1)).toBeLessThan(1e-9);
      }
      const smallest = Math.min(...(Object.values(expected) as number[]));
      expect((own[0]?.unseen_value as number) / (smallest / 2)).toBeCloseTo(1, 9);
    }
    const docs = reference("inputs").docs as { doc: number; chunk: number }[];
    const features0 = reference("features_fold0");
    for (const norm of Object.keys(features0)) {
      for (const extractor of ["simple_agg", "hist_20"]) {
        const want = features0[norm][extractor];
        const spec = rows.feature_spec?.find(
          (row) => row.fold === 0 && row.norm === norm && row.extractor === extractor,
        );
        expect(spec?.columns).toEqual(want.columns);
        if (want.bins !== undefined) expect(difference(spec?.bin_edges as number[], want.bins)).toBeLessThan(1e-9);
        const own = new Map(
          rows.document_feature
            ?.filter((row) => row.fold === 0 && row.norm === norm && row.extractor === extractor)
            .map((row) => [row.doc_id, row]),
        );
        const inOrder = (split: string) =>
          docs
            .filter(({ chunk }) => (split === "test") === (chunk === 0))
            .map(({ doc }) => own.get(String(doc)) as Row);
        for (const split of ["train", "test"]) {
          inOrder(split).forEach((row, k) => {
            expect(row.split).toBe(split);
            expect(difference(row.x as number[], want[`${split}_raw`][k])).toBeLessThan(1e-9);
            expect(difference(row.scaled as number[], want[`${split}_scaled`][k])).toBeLessThan(1e-9);
          });
        }
      }
    }
  });
});
