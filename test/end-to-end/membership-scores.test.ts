import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import {
  chunkDictionaries,
  chunksOf,
  type FoldFeatures,
  type Form,
  foldOf,
  logisticRegression,
  NORMS,
  probability,
  sequenceAttacks,
} from "../stages/membership/support/published-method.js";
import {
  type PlannedDocument,
  type ReferenceSet,
  referenceFiles,
  referenceSet,
} from "../stages/membership/support/reference-set.js";
import { query } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { runMembership, settings, writeFiles } from "./support/membership-project.js";
import {
  type ExpectedRegression,
  expectReference,
  type ReferenceExpectation,
} from "./support/reference-expectation.js";
import { arrowFiles, jsonFiles, parquetFiles, scoreTables } from "./support/score-files.js";

const EXTRACTORS = ["simple_agg", "hist_20"];
const FAST = settings({
  "scores.prefix_documents": true,
  "features.forms": { reference: "published", wide: "published", impossible: "published", two: "published" },
  "features.extractors": EXTRACTORS,
  "classify.random_forest.trees": 40,
  "gate.permutations": 19,
  "evaluate.bootstrap_draws": 50,
});

/** Documents of one chunk: `members` and `others`, of lengths that repeat. */
function chunk(number: number, members: number, others: number, lengths: readonly number[]): PlannedDocument[] {
  return Array.from({ length: members + others }, (_, i) => ({
    doc: 100 * number + i,
    chunk: number,
    label: i < members ? 1 : 0,
    tokens: lengths[i % lengths.length] as number,
  }));
}

/** What the naive oracle says of a set. */
function expectation(set: ReferenceSet, home: string, experiment: string, form: Form): ReferenceExpectation {
  const dictionaries = chunkDictionaries(set);
  const folds = chunksOf(set).map((fold) => ({
    fold,
    ...foldOf(set, dictionaries, { testChunk: fold, extractors: EXTRACTORS, form }),
  }));
  const labels = new Map(set.docs.map(({ doc, label }) => [String(doc), label]));
  const regressions = folds.flatMap(({ fold, features }) =>
    NORMS.flatMap((norm) =>
      EXTRACTORS.map((extractor): ExpectedRegression => {
        const { documents, train, test } = features[norm][extractor] as FoldFeatures;
        const rows = train.map((name) => documents.get(name)?.scaled as readonly number[]);
        const w = logisticRegression(
          rows,
          train.map((name) => labels.get(name) as number),
        );
        const scores = test.map((name) => [name, probability(documents.get(name)?.scaled ?? [], w)] as const);
        return { norm, extractor, fold, probabilities: new Map(scores) };
      }),
    ),
  );
  return { home, experiment, form, folds, attacks: sequenceAttacks(set), regressions };
}

/** The set as tables have it: other names, and no document of one token, of which nothing is predicted. */
function named(set: ReferenceSet, experiment: string): ReferenceSet {
  const docs = set.docs.filter(({ n_tokens }) => n_tokens > 1);
  return { ...set, docs: docs.map((own) => ({ ...own, doc: `${experiment}/${own.doc}` })) };
}

/** Sets of the layout of the published inputs that share nothing with it but the layout. */
const SETS: Readonly<Record<string, ReferenceSet>> = {
  // Gaps in the numbers of chunks, classes of unequal size, some names as text, matrices out of order with gaps.
  reference: unlike(),
  // Two chunks, a vocabulary of thousands, one matrix larger than what is read at once, short documents.
  wide: referenceSet({
    seed: 6,
    vocabulary: 3001,
    documents: [
      ...chunk(0, 4, 4, [12, 20]),
      ...chunk(1, 4, 4, [17, 9]),
      { doc: "long", chunk: 1, label: 1, tokens: 400 },
    ],
  }),
  // A token of probability 0, a chunk of members alone, a document of one token.
  impossible: referenceSet({
    seed: 7,
    vocabulary: 33,
    documents: [
      ...chunk(0, 5, 5, [60]),
      { doc: "word", chunk: 0, label: 1, tokens: 1 },
      ...chunk(1, 5, 5, [45]),
      ...chunk(2, 4, 0, [50]),
    ],
    impossible: 20,
  }),
  two: referenceSet({
    seed: 8,
    vocabulary: 2,
    documents: [...chunk(0, 5, 4, [60, 31]), ...chunk(1, 5, 5, [45])],
  }),
};

function unlike(): ReferenceSet {
  const documents = [
    ...chunk(11, 2, 5, [40, 61, 33]),
    ...chunk(3, 6, 3, [80, 25]),
    ...chunk(40, 3, 3, [51]),
    ...chunk(7, 4, 2, [30, 64, 47]),
  ].map((own, i) => ({ ...own, doc: i % 2 === 0 ? `book ${own.doc}` : own.doc }));
  const mixed = documents.map((own, i) => ({ own, at: (i * 7) % documents.length })).sort((a, b) => a.at - b.at);
  return referenceSet({
    seed: 5,
    vocabulary: 97,
    documents: mixed.map(({ own }) => own),
    gap: 13,
    backwards: true,
  });
}

describe("membership-scores on other sets of the published layout, and on the same as tables", () => {
  const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
  let summary: RunSummary;

  beforeAll(async () => {
    for (const [experiment, set] of Object.entries(SETS)) {
      const below = experiment === "reference" ? "membership/reference" : `membership/scores/${experiment}`;
      for (const [name, bytes] of Object.entries(referenceFiles(set))) {
        writeFiles(folder.sources, { [`${below}/${name}`]: bytes });
      }
    }
    const tables = scoreTables(SETS.reference as ReferenceSet);
    for (const [form, files] of Object.entries({
      jsonl: jsonFiles(tables),
      parquet: await parquetFiles(tables, temporaryDirectory()),
      arrow: arrowFiles(tables),
    })) {
      for (const [name, bytes] of Object.entries(files)) {
        writeFiles(folder.sources, { [`membership/scores/${form}/${name}`]: bytes });
      }
    }
    summary = await runMembership("membership-scores", folder, FAST);
  }, 180_000);

  it("ends with every check held", () => {
    expect(summary.steps.filter(({ status }) => status !== "ran")).toEqual([]);
    expect(summary.exitCode).toBe(0);
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
    // The document of one token, by the file of its numbers and that of its scores.
    expect(summary.dropped).toBe(2);
  });

  it.each(Object.keys(SETS))(
    "agrees with a naive computation of the published method: %s",
    async (experiment) => {
      const set = named(SETS[experiment] as ReferenceSet, experiment);
      await expectReference(expectation(set, folder.home, experiment, "published"));
    },
    60_000,
  );

  it("agrees with a naive computation of the corrected method, from tables", async () => {
    const set = named(SETS.reference as ReferenceSet, "jsonl");
    await expectReference(expectation(set, folder.home, "jsonl", "corrected"));
  }, 60_000);

  it("gives the same from JSON lines, Parquet and Arrow", async () => {
    for (const [table, columns] of Object.entries({
      document_feature: "fold, norm, extractor, split, x, scaled",
      document_score: "attack, fold, score, p_value, verdict",
    })) {
      const rows = await query<{ rows: number; fewest: number; most: number }>(
        folder.home,
        `with own as (
           select split_part(run_id, '/', 1) as experiment, split_part(doc_id, '/', 2) as document, ${columns}
           from membership.${table} where experiment in ('jsonl', 'parquet', 'arrow')),
         alike as (select * exclude experiment, count(distinct experiment) as files from own group by all)
         select count(*)::int as rows, min(files)::int as fewest, max(files)::int as most from alike`,
      );
      expect(rows).toMatchObject([{ fewest: 3, most: 3 }]);
      expect(rows[0]?.rows).toBeGreaterThan(500);
    }
  });
});
