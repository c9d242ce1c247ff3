import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { sampleDocumentFiles } from "../../src/sample-data/membership/sample-documents.js";
import { query } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { runMembership, settings, writeFiles } from "./support/membership-project.js";

describe("membership-temporal on invented documents of two times", () => {
  const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
  let summary: RunSummary;

  beforeAll(async () => {
    const files = sampleDocumentFiles(4, { gutenberg: 14, novels: 3, papers: 2 });
    writeFiles(folder.sources, Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
    summary = await runMembership(
      "membership-temporal",
      folder,
      settings({
        "documents.window": "head:6000",
        "gate.permutations": 99,
        "controls.splits": 4,
        "controls.tokens": 1000,
        "classify.random_forest.trees": 40,
        "evaluate.bootstrap_draws": 50,
        "tokenizer.vocabulary": 1024,
      }),
    );
  }, 180_000);

  it("ends with every check held", () => {
    expect(summary.steps.filter(({ status }) => status !== "ran")).toEqual([]);
    expect(summary.exitCode).toBe(0);
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
  });

  it("labels books by their release alone, and trains on neither side", async () => {
    const rows = await query<{ experiment_id: string; label: number; trained: boolean; later: boolean; n: number }>(
      folder.home,
      `select experiment_id, a.label, trained, release_date > '2019-02-10' as later, count(*)::int as n
       from membership.assignment a join membership.document d using (doc_id)
       where a.label is not null and experiment_id = 'temporal' group by all order by a.label`,
    );
    expect(rows).toEqual([
      { experiment_id: "temporal", label: 0, trained: false, later: true, n: 14 },
      { experiment_id: "temporal", label: 1, trained: false, later: false, n: 14 },
    ]);
    const background = await query<{ role: string; source: string }>(
      folder.home,
      `select distinct role, source from membership.assignment join membership.document using (doc_id)
       where trained and experiment_id = 'temporal' order by all`,
    );
    expect(background).toEqual([
      { role: "background", source: "novels" },
      { role: "background", source: "papers" },
    ]);
  });

  it("shows what blind baselines reach beside every attack, and claims memorisation of none", async () => {
    const metrics = await query<{
      experiment_id: string;
      attack: string;
      auc: number;
      gate_auc: number;
      gate_status: string;
      claim: string;
      label_basis: string;
      excess_lo: number;
    }>(
      folder.home,
      `select experiment_id, attack, auc, gate_auc, gate_status, claim, label_basis, excess_lo
       from membership.metric where part = 'pooled'`,
    );
    const temporal = metrics.filter(({ experiment_id }) => experiment_id === "temporal");
    expect(temporal.length).toBeGreaterThan(20);
    for (const row of temporal) {
      expect(row).toMatchObject({ label_basis: "temporal", gate_status: "fail" });
      expect(row.gate_auc).toBeGreaterThan(0.95);
      expect(["artefact", "none"]).toContain(row.claim);
    }
    // The model saw neither side, and yet an attack tells them apart: by their quotes.
    expect(Math.max(...temporal.map(({ auc }) => auc))).toBeGreaterThan(0.85);
    expect(temporal.map(({ claim }) => claim)).toContain("artefact");

    const randomised = metrics.filter(({ experiment_id }) => experiment_id === "randomised");
    expect(randomised.map(({ attack }) => attack).sort()).toEqual(temporal.map(({ attack }) => attack).sort());
    for (const { gate_status, label_basis } of randomised) {
      expect(label_basis).toBe("randomised");
      expect(gate_status).not.toBe("fail");
    }
    expect(randomised.find(({ attack }) => attack === "loss")?.auc).toBeGreaterThan(0.8);
  });
});
