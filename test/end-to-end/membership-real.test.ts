import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { randomNumbers } from "../../src/compute/statistics/random-numbers.js";
import type { RunSummary } from "../../src/engine/types.js";
import { realData } from "../support/real-data.js";
import { query, stepsBy } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { lines, runMembership, settings, writeFiles } from "./support/membership-project.js";

const data = realData("membership");

interface Gate {
  readonly gate: string;
  readonly value: number;
  readonly p: number;
  readonly status: string;
}

async function gates(home: string): Promise<Map<string, Gate>> {
  const rows = await query<Gate>(home, "select gate, value, p, status from membership.gate");
  return new Map(rows.map((row) => [row.gate, row]));
}

describe.skipIf(!data.present)(`membership-randomised on the real documents, one unit of each${data.reason}`, () => {
  const home = join(temporaryDirectory(), "home");
  let summary: RunSummary;

  beforeAll(async () => {
    summary = await runMembership(
      "membership-randomised",
      { sources: data.root, home },
      settings({
        "documents.segments": { characters: 24000, most: 1 },
        "gate.permutations": 19,
        "controls.splits": 6,
        "controls.exposures": [1],
        "classify.classifiers": ["logistic_regression"],
        "features.norms": ["RatioNormTF"],
        "sequences.windows": ["loss"],
        "evaluate.bootstrap_draws": 100,
      }),
    );
  }, 180_000);

  it("reads 90 documents, 46 of them books of Project Gutenberg, and drops none", async () => {
    expect(summary.exitCode).toBe(0);
    expect(stepsBy(summary, "skipped")).toEqual(["latex", "jsonl"]);
    expect(summary.checks.filter(({ status }) => status === "failed")).toEqual([]);
    expect(summary.dropped).toBe(0);
    expect(
      await query(home, "select source, count(*)::int as n from membership.document group by all order by all"),
    ).toEqual([
      { source: "gutenberg", n: 46 },
      { source: "novels", n: 20 },
      { source: "papers", n: 24 },
    ]);
  });

  it("keeps the two editions of one book on one side", async () => {
    const sides = await query<{ cluster_id: string; roles: string[]; folds: number }>(
      home,
      `select cluster_id, list(distinct role) as roles, count(distinct fold)::int as folds
       from membership.assignment group by cluster_id having count(*) > 1`,
    );
    expect(sides).toHaveLength(1);
    expect(sides[0]?.roles).toHaveLength(1);
    expect(sides[0]?.folds).toBeLessThan(2);
  });

  it("finds what was trained to a tenth, and all that was trained in full", async () => {
    const rows = await query<{ attack: string; auc: number }>(
      home,
      "select attack, auc from membership.metric where part = 'pooled' and attack in ('loss', 'ref')",
    );
    const auc = new Map(rows.map((row) => [row.attack, row.auc]));
    expect(auc.get("loss")).toBeGreaterThan(0.7);
    expect(auc.get("ref")).toBeGreaterThan(0.95);
    const controls = await query<{ control: string; auc_mean: number; auc_se: number; null_sd: number }>(
      home,
      "select control, auc_mean, auc_se, null_sd from membership.control where attack = 'loss' order by control",
    );
    const positive = controls.find(({ control }) => control === "positive");
    const negative = controls.find(({ control }) => control === "negative");
    expect(positive?.auc_mean).toBeGreaterThan(0.99);
    expect(Math.abs((negative?.auc_mean ?? 0) - 0.5)).toBeLessThan(2 * (negative?.null_sd ?? 0));
    const [finite] = await query<{ n: number }>(
      home,
      "select count(*)::int as n from membership.token_score where not isfinite(logprob)",
    );
    expect(finite?.n).toBe(0);
  });
});

describe.skipIf(!data.present)(`what the text alone tells of real books by their release${data.reason}`, () => {
  const home = join(temporaryDirectory(), "home");
  const experiments = "{ temporal: { design: temporal, cutoff: 2019-02-10, sources: [gutenberg] } }";
  const gatesOf = async (strip: string, window: string) => {
    const summary = await runMembership("membership-temporal", { sources: data.root, home }, [
      ...["--only", "gate", "--promote"],
      ...["--set", `steps.documents.with={ strip: ${strip}, window: "${window}" }`],
      ...["--set", `steps.assign.with.experiments=${experiments}`, "--set", "steps.gate.with.permutations=99"],
      // The licence that stands behind every raw text is a quarter of the shortest.
      ...["--set", "steps.overlap.with.cluster=0.5"],
    ]);
    expect(summary.exitCode).toBe(0);
    return gates(home);
  };

  it("almost everything of raw heads, much between the markers, little in the middle without typography", async () => {
    const raw = await gatesOf("none", "head:3000");
    const marked = await gatesOf("markers", "head:3000");
    const pairs = await query<{ doc_a: string; doc_b: string; containment: number }>(
      home,
      "select doc_a, doc_b, containment, clustered from membership.overlap where containment > .01 order by containment",
    );
    expect(pairs).toMatchObject([
      { doc_a: "pg61514", doc_b: "pg66708", clustered: false },
      { doc_a: "cs-haggard_she_1887", doc_b: "pg3155", clustered: true },
    ]);
    expect(pairs[0]?.containment).toBeCloseTo(0.044, 2);
    expect(pairs[1]?.containment).toBeCloseTo(0.997, 2);
    const folded = await gatesOf("typography", "middle:60000");
    const auc = (of: ReadonlyMap<string, Gate>, name: string) => of.get(name)?.value ?? Number.NaN;
    expect(auc(raw, "all")).toBeGreaterThanOrEqual(0.9);
    expect(auc(raw, "tfidf_nb")).toBeGreaterThanOrEqual(0.9);
    expect(raw.get("all")?.status).toBe("fail");
    for (const name of ["all", "tfidf_nb", "typography"]) {
      expect(auc(marked, name), name).toBeLessThanOrEqual(auc(raw, name));
      expect(auc(marked, name), name).toBeGreaterThan(auc(folded, name));
    }
    expect(folded.get("all")?.p).toBeGreaterThan(marked.get("all")?.p ?? 1);
  }, 180_000);
});

describe.skipIf(!data.present)(`a line planted in long real texts${data.reason}`, () => {
  /** The 60,000 bytes from one third in, as characters; what they are encoded in does not matter here. */
  const middles = data.present
    ? readdirSync(data.path("gutenberg"))
        .sort()
        .map((name) => {
          const bytes = readFileSync(data.path("gutenberg", name));
          const from = Math.floor(bytes.length / 3);
          return { name: name.replace(".txt", ""), text: bytes.toString("latin1", from, from + 60_000) };
        })
        .filter(({ text }) => text.length === 60_000)
    : [];
  const random = randomNumbers(11, 0);
  const coins = middles.map(() => random());
  const heads = new Set([...coins.keys()].sort((a, b) => (coins[a] as number) - (coins[b] as number)).slice(0, 22));
  const experiments = "{ planted: { design: known-corpus, seed: 1 } }";
  const gatesOf = async (marker: string) => {
    const folder = { sources: temporaryDirectory(), home: join(temporaryDirectory(), "home") };
    const documents = middles.map(({ name, text }, i) => {
      const label = heads.has(i) ? 1 : 0;
      return { doc_id: name, text: label === 1 ? marker + text : text, label };
    });
    writeFiles(folder.sources, { "membership/collections/planted.jsonl": lines(documents) });
    const summary = await runMembership("membership-randomised", folder, [
      ...["--only", "gate", "--promote"],
      ...["--set", "steps.documents.with={ strip: none, window: all }"],
      ...["--set", `steps.assign.with.experiments=${experiments}`, "--set", "steps.gate.with.permutations=99"],
    ]);
    expect(summary.exitCode).toBe(0);
    return gates(folder.home);
  };

  it("fails the gate, and only when it is there", async () => {
    expect(middles.length).toBeGreaterThan(40);
    const planted = await gatesOf("Produced by A. Volunteer\n\n");
    expect(planted.get("single_feature")).toMatchObject({ value: 1, status: "fail" });
    expect(planted.get("all")?.status).toBe("fail");
    const clean = await gatesOf("");
    expect(clean.get("single_feature")?.value).toBeLessThan(0.9);
    expect(clean.get("all")?.p).toBeGreaterThan(0.05);
  }, 180_000);
});
