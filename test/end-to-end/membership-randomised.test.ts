import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleDocumentFiles } from "../../src/sample-data/membership/sample-documents.js";
import { syntheticProse } from "../../src/sample-data/membership/synthetic-prose.js";
import { query, stepsBy } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import {
  lines,
  membershipCommand,
  runMembership,
  settings,
  stepOf,
  tableHashes,
  writeFiles,
} from "./support/membership-project.js";

const BASELINES = ["all", "bow_rf", "date_regex", "length", "single_feature", "tfidf_nb", "token_freq", "typography"];
/** No kind of collection but those of the sample. */
const ABSENT = ["latex", "jsonl"];
/** Less work than by default; the smallest p of the gate is 0.01. */
const LESS = {
  "gate.permutations": 99,
  "controls.splits": 6,
  "controls.tokens": 2000,
  "classify.random_forest.trees": 60,
  "evaluate.bootstrap_draws": 100,
};

interface Metric {
  readonly attack: string;
  readonly auc: number;
  readonly gate_status: string;
  readonly gate_auc: number | null;
  readonly claim: string;
  readonly label_basis: string;
  readonly excess_auc: number | null;
}

const pooled = (home: string) =>
  query<Metric>(
    home,
    "select attack, auc, gate_status, gate_auc, claim, label_basis, excess_auc from membership.metric where part = 'pooled'",
  );

describe("membership-randomised on invented documents", () => {
  const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
  const words = settings(LESS);
  let first: RunSummary;

  beforeAll(async () => {
    const files = sampleDocumentFiles(3, { gutenberg: 5, novels: 4, papers: 4 });
    writeFiles(folder.sources, Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
    first = await runMembership("membership-randomised", folder, words);
  }, 180_000);

  it("runs every step that has files, holds every check and drops nothing", () => {
    expect(first.exitCode).toBe(0);
    expect(stepsBy(first, "skipped")).toEqual(ABSENT);
    expect(stepsBy(first, "ran")).toHaveLength(first.steps.length - ABSENT.length);
    expect(first.checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect(first.checks.filter(({ status }) => status === "ok").length).toBeGreaterThan(20);
    expect(first.dropped).toBe(0);
  });

  it("has one document per file, whole books on one side, and a score of every token behind the first", async () => {
    const [counts] = await query<Record<string, number>>(
      folder.home,
      `select (select count(*) from membership.document)::int as documents,
         (select count(*) from membership.excerpt)::int as units,
         (select count(*) from membership.assignment where role in ('member', 'nonmember'))::int as compared,
         (select count(*) from membership.assignment where role = 'reference')::int as reference,
         (select max(n) from (select count(distinct role) n from membership.assignment group by cluster_id))::int as sides,
         (select count(*) from membership.assignment where trained <> (role = 'member'))::int as mistrained,
         (select sum(n_tokens - 1) from membership.token t join membership.assignment a using (doc_id)
          where label is not null)::int as places,
         (select count(*) from membership.token_score join membership.run using (run_id) where role = 'target')::int as scores,
         (select count(distinct role) from membership.run)::int as roles`,
    );
    const units = 2 * 14 + 4;
    expect(counts).toMatchObject({ documents: 18, units, sides: 1, mistrained: 0, roles: 2 });
    expect((counts?.compared ?? 0) + (counts?.reference ?? 0)).toBe(units);
    expect(counts?.scores).toBe(counts?.places);
  });

  it("finds what was trained, and nothing where nothing was; the gate stands beside every number", async () => {
    const metrics = await pooled(folder.home);
    const auc = new Map(metrics.map((row) => [row.attack, row.auc]));
    for (const attack of ["loss", "mink_20", "ref", "tau/loss", "RatioNormTF/simple_agg/random_forest"]) {
      expect(auc.get(attack), attack).toBeGreaterThan(0.75);
    }
    expect(auc.get("loss")).toBeGreaterThan(0.8);
    for (const { label_basis } of metrics) expect(label_basis).toBe("randomised");
    const gates = await query<{ gate: string; value: number; status: string; n_permutations: number }>(
      folder.home,
      "select gate, value, status, n_permutations from membership.gate order by gate",
    );
    expect(gates.map(({ gate }) => gate)).toEqual(BASELINES);
    for (const gate of gates) expect(gate).toMatchObject({ n_permutations: 99, value: expect.any(Number) });
    const [all] = gates;
    for (const { gate_status, gate_auc, excess_auc } of metrics) {
      expect([gate_status, gate_auc]).toEqual([all?.status, all?.value]);
      expect(excess_auc).not.toBeNull();
    }
    const controls = await query<{ control: string; auc_mean: number; status: string }>(
      folder.home,
      "select control, auc_mean, status from membership.control where attack = 'loss'",
    );
    const mean = (name: string) => controls.find(({ control }) => control === name)?.auc_mean ?? Number.NaN;
    expect(mean("positive")).toBeGreaterThan(0.99);
    expect(Math.abs(mean("negative") - 0.5)).toBeLessThan(0.2);
    expect(mean("exposure_0.1")).toBeGreaterThanOrEqual(mean("exposure_0.01"));
    expect(mean("exposure_0.01")).toBeGreaterThan(mean("negative"));
  });

  it("does nothing the second time", async () => {
    const again = await runMembership("membership-randomised", folder, words);
    expect(stepsBy(again, "cached")).toHaveLength(again.steps.length - ABSENT.length);
    expect(again.generation).toBeNull();
  });

  it("gives the same bytes in another home, one unit of work at a time", async () => {
    const elsewhere = { ...folder, home: join(temporaryDirectory(), "home") };
    const other = await runMembership("membership-randomised", elsewhere, [...words, "--jobs", "1"]);
    expect(stepsBy(other, "ran")).toHaveLength(other.steps.length - ABSENT.length);
    expect(tableHashes(other)).toEqual(tableHashes(first));
    expect(other.steps.flatMap(({ tables }) => tables)).toEqual(first.steps.flatMap(({ tables }) => tables));
  }, 120_000);

  it("deals other documents with another seed, without reading or tokenising again", async () => {
    const other = await runMembership("membership-randomised", folder, [
      ...settings(LESS).slice(0, -1),
      "--set",
      "steps.assign.with.experiments.randomised.seed=2",
    ]);
    expect(other.exitCode).toBe(0);
    for (const step of ["documents", "tokenizer", "tokens"]) expect(stepOf(other, step).status).toBe("cached");
    const [before, after] = [tableHashes(first), tableHashes(other)];
    for (const step of ["assign", "score", "features", "document-scores", "evaluate"]) {
      expect(after[step], step).not.toBe(before[step]);
    }
  }, 120_000);

  it("asks the model nothing for another attack or extractor", async () => {
    const more = await runMembership(
      "membership-randomised",
      folder,
      settings({
        ...LESS,
        "features.extractors": ["simple_agg", "hist", "hist_50"],
        "sequences.attacks": ["loss", "mink", "surp"],
      }).slice(0, -1),
    );
    expect(stepsBy(more, "ran")).toEqual(["features", "sequences", "classify", "document-scores", "evaluate"]);
  }, 120_000);

  it("records a gate that was left out beside every number, and claims no memorisation", async () => {
    const without = settings({ ...LESS, "gate.enabled": false });
    const outcome = await membershipCommand("membership-randomised", folder, without);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("gate disabled");
    const gates = await query<{ status: string; value: number | null }>(
      folder.home,
      "select status, value from membership.gate",
    );
    expect(gates).toHaveLength(BASELINES.length);
    for (const gate of gates) expect(gate).toEqual({ status: "disabled", value: null });
    const metrics = await pooled(folder.home);
    expect(metrics.length).toBeGreaterThan(20);
    for (const { gate_status, claim } of metrics) {
      expect(gate_status).toBe("disabled");
      expect(claim).not.toBe("memorisation");
    }
  }, 120_000);
});

describe("a line that members alone have", () => {
  const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
  const experiments = { planted: { design: "known-corpus", trains_members: true, seed: 1 } };
  const planted = (strip: string) => [
    "--set",
    `steps.documents.with={ strip: ${strip}, window: "head:6000" }`,
    ...settings({
      ...LESS,
      "assign.experiments": experiments,
      "tokenizer.vocabulary": 512,
    }),
  ];

  beforeAll(() => {
    const documents = Array.from({ length: 40 }, (_, i) => {
      const text = syntheticProse({ seed: 9, name: `text ${i}`, characters: 8000, style: { curly: false } });
      const label = i % 2;
      return { doc_id: `d${i}`, text: label === 1 ? `Produced by A. Volunteer\n\n${text}` : text, label };
    });
    writeFiles(folder.sources, { "membership/collections/planted.jsonl": lines(documents) });
  });

  it("fails the gate, and makes every finding an artefact", async () => {
    const summary = await runMembership("membership-randomised", folder, planted("markers"));
    expect(summary.exitCode).toBe(0);
    const gates = await query<{ gate: string; value: number; p: number; status: string; detail: string }>(
      folder.home,
      "select gate, value, p, status, detail from membership.gate where gate in ('all', 'single_feature') order by gate",
    );
    expect(gates).toMatchObject([
      { gate: "all", status: "fail" },
      { gate: "single_feature", status: "fail", value: 1, detail: expect.stringMatching(/produced|volunteer|by a\./i) },
    ]);
    const metrics = await pooled(folder.home);
    expect(metrics.find(({ attack }) => attack === "loss")).toMatchObject({ claim: "artefact" });
    expect(new Set(metrics.map(({ claim }) => claim))).toEqual(new Set(["artefact", "none"]));
    expect(new Set(metrics.map(({ gate_status }) => gate_status))).toEqual(new Set(["fail"]));
  }, 120_000);

  it("does not fail once the line is stripped", async () => {
    const summary = await runMembership("membership-randomised", folder, planted("credits"));
    expect(summary.exitCode).toBe(0);
    const [gate] = await query<{ status: string; p: number }>(
      folder.home,
      "select status, p from membership.gate where gate = 'all'",
    );
    expect(gate?.p).toBeGreaterThan(0.01);
    expect(gate?.status).not.toBe("fail");
    const [text] = await query<{ n: number }>(
      folder.home,
      "select count(*)::int as n from membership.excerpt where text like '%Volunteer%'",
    );
    expect(text?.n).toBe(0);
  }, 120_000);
});
