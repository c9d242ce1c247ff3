import { beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleDocumentFiles } from "../../src/sample-data/membership/sample-documents.js";
import { writeSampleFiles } from "../../src/sample-data/sample-sources.js";
import { query, stepsBy } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { runMembership, settings, tableHashes } from "./support/membership-project.js";

const FAST = {
  "classify.random_forest.trees": 40,
  "gate.permutations": 19,
  "evaluate.bootstrap_draws": 50,
  "controls.splits": 3,
};

interface Claim {
  readonly run_id: string;
  readonly auc: number;
  readonly gate_status: string;
  readonly claim: string;
  readonly label_basis: string;
}

describe("the pipelines of experiments on invented documents", () => {
  const sources = temporaryDirectory();
  const homes = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()] as const;
  let first: RunSummary;

  beforeAll(async () => {
    await writeSampleFiles(sources, sampleDocumentFiles(1, { gutenberg: 8, novels: 4, papers: 2 }));
    first = await runMembership("membership-randomised", { sources, home: homes[0] }, settings(FAST));
  }, 240_000);

  it("find members that the model was trained on, beside a gate that passes them", async () => {
    expect(first.exitCode).toBe(0);
    const [loss] = await query<Claim>(
      homes[0],
      "select auc, gate_status, claim, label_basis from membership.metric where attack = 'loss' and part = 'pooled'",
    );
    expect(loss?.auc).toBeGreaterThan(0.8);
    expect(loss).toMatchObject({ label_basis: "randomised" });
    const gates = await query<{ gate: string }>(homes[0], "select gate from membership.gate order by gate");
    expect(gates.map(({ gate }) => gate)).toEqual(
      ["all", "bow_rf", "date_regex", "length", "single_feature", "tfidf_nb", "token_freq", "typography"].sort(),
    );
    const [positive] = await query<{ auc_mean: number }>(
      homes[0],
      "select auc_mean from membership.control where control = 'positive' and attack = 'loss'",
    );
    expect(positive?.auc_mean).toBeGreaterThan(0.99);
  });

  it("give the same tables in another home, and then do nothing", async () => {
    const again = await runMembership("membership-randomised", { sources, home: homes[1] }, settings(FAST));
    expect(tableHashes(again)).toEqual(tableHashes(first));
    const cached = await runMembership("membership-randomised", { sources, home: homes[1] }, settings(FAST));
    expect(stepsBy(cached, "ran")).toEqual([]);
  }, 240_000);

  it("ask no model again for another attack", async () => {
    const more = await runMembership(
      "membership-randomised",
      { sources, home: homes[0] },
      settings({ ...FAST, "features.extractors": ["simple_agg", "hist_50"] }),
    );
    expect(stepsBy(more, "ran")).toContain("features");
    expect(stepsBy(more, "ran")).not.toContain("score");
    expect(stepsBy(more, "ran")).not.toContain("gate");
  }, 120_000);

  it("leave a gate that is disabled on record, in every number", async () => {
    await runMembership(
      "membership-randomised",
      { sources, home: homes[0] },
      settings({ ...FAST, "gate.enabled": false }),
    );
    const claims = await query<Claim>(homes[0], "select distinct gate_status, claim from membership.metric");
    expect(claims.map(({ gate_status }) => gate_status)).toEqual(claims.map(() => "disabled"));
    expect(claims.map(({ claim }) => claim)).not.toContain("memorisation");
  }, 120_000);

  it("never call what dates tell apart memorisation, and show what the text alone tells", async () => {
    const summary = await runMembership("membership-temporal", { sources, home: homes[2] }, settings(FAST));
    expect(summary.exitCode).toBe(0);
    const claims = await query<Claim & { gate_auc: number }>(
      homes[2],
      "select claim, gate_auc, gate_status from membership.metric where label_basis = 'temporal' and part = 'pooled'",
    );
    expect(claims.length).toBeGreaterThan(10);
    for (const { claim, gate_auc } of claims) {
      expect(claim).not.toBe("memorisation");
      expect(gate_auc).toBeGreaterThan(0.5);
    }
  }, 240_000);
});
