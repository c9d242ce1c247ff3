import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { slotOf } from "../../src/tables/neuron-registry.js";
import { command } from "../support/cli.js";
import { realData, repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";

const data = realData("celegans");
const pipeline = join(repositoryRoot, "pipelines", "celegans-connectome.yaml");

/** Edges and weights between the 300 neurons, corrected (specification 6.2). */
const CORRECTED = [
  ["chklovskii", "chemical", 2194, 6394, 0],
  ["chklovskii", "gap", 517, 890, 3],
  ["cook2019", "chemical", 3707, 20905, null],
  ["cook2019", "gap", 1101, 4777, 14],
  ["openworm", "chemical", 2279, 6465, 0],
  ["openworm", "gap", 557, 947, 5],
  ["white1986_jse", "chemical", 94, 261, 0],
  ["white1986_n2u", "chemical", 1414, 3740, 0],
  ["white1986_n2u", "gap", 264, 331, 2],
  ["white1986_whole", "chemical", 2266, 6509, 0],
  ["white1986_whole", "gap", 569, 965, 6],
  ["witvliet2020_7", "chemical", 1944, 6587, null],
  ["witvliet2020_7", "gap", 267, 369, 6],
] as const;

/** What the published procedure keeps of each source (specification 6.2). */
const PUBLISHED = [
  ["chklovskii", "chemical", 1537, 3822],
  ["chklovskii", "gap", 339, 520],
  ["cook2019", "chemical", 3038, 17676],
  ["cook2019", "gap", 846, 3833],
  ["openworm", "chemical", 2279, 6465],
  ["openworm", "gap", 557, 944.5],
  ["white1986_jse", "chemical", 94, 261],
  ["white1986_n2u", "chemical", 1414, 3740],
  ["white1986_n2u", "gap", 264, 331],
  ["white1986_whole", "chemical", 2266, 6509],
  ["white1986_whole", "gap", 569, 965],
  ["witvliet2020_7", "chemical", 1944, 6587],
  ["witvliet2020_7", "gap", 267, 369],
] as const;

interface PublishedRow {
  readonly from_neuron: string;
  readonly to_neuron: string;
  readonly mean_gap_weight: number | null;
  readonly mean_chem_weight: number | null;
  readonly uncertainty: number | null;
  readonly data_sources: string;
}

/** The lines of specification 6.2, in slot order. */
function digest(rows: readonly PublishedRow[]): string {
  const number = (value: number | null) => (value === null ? "" : value.toFixed(6));
  const lines = [...rows]
    .sort(
      (a, b) =>
        (slotOf(a.from_neuron) ?? 0) - (slotOf(b.from_neuron) ?? 0) ||
        (slotOf(a.to_neuron) ?? 0) - (slotOf(b.to_neuron) ?? 0),
    )
    .map((row) => {
      const sources = [...row.data_sources.matchAll(/'([^']+)'/g)].map((match) => match[1]).join("|");
      const values = [row.mean_gap_weight, row.mean_chem_weight, row.uncertainty].map(number).join(",");
      return `${row.from_neuron},${row.to_neuron},${values},${sources}\n`;
    });
  return createHash("sha256").update(lines.join("")).digest("hex");
}

describe.skipIf(!data.present)(`celegans-connectome on the real files${data.reason}`, () => {
  let home: string;
  let summary: RunSummary;
  const args = ["run", pipeline, "--sources", data.root];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "neurotables-real-"));
    summary = await neurotablesJson<RunSummary>([...args, "--home", home]);
  }, 600_000);

  afterAll(() => rm(home, { recursive: true, force: true }));

  it("succeeds, lists what is missing, and holds every check whose sources are there", () => {
    expect(summary.exitCode).toBe(0);
    const missing = summary.missingSources.map(({ source }) => source);
    expect(missing).toEqual(expect.arrayContaining(["white1986_jsh", "witvliet2020_8", "funconn"]));
    expect(summary.checks.filter((check) => check.status !== "ok").every((check) => check.status === "skipped")).toBe(
      true,
    );
  });

  it("gives the corrected counts", async () => {
    const rows = await query<Record<string, string | number>>(
      home,
      `select e.annotation_id, e.kind, count(*)::int as edges, sum(e.weight) as weight,
              count(*) filter (where e.pre = e.post)::int as self
       from celegans_connectome.edge e
       join celegans_connectome.neuron a on a.label = e.pre and a.slot is not null
       join celegans_connectome.neuron b on b.label = e.post and b.slot is not null
       group by all`,
    );
    const found = new Map(rows.map((row) => [`${row.annotation_id} ${row.kind}`, row]));
    for (const [annotation, kind, edges, weight, self] of CORRECTED) {
      const row = found.get(`${annotation} ${kind}`);
      expect([annotation, kind, row?.edges, row?.weight]).toEqual([annotation, kind, edges, weight]);
      if (self !== null) expect([annotation, kind, row?.self]).toEqual([annotation, kind, self]);
    }
  });

  it("gives the published counts per source", async () => {
    const rows = await query<Record<string, string | number>>(
      home,
      `select annotation_id, kind, count(*)::int as edges, sum(weight) as weight
       from celegans_connectome.edge_compat where weight is not null group by all order by all`,
    );
    expect(rows.map((row) => [row.annotation_id, row.kind, row.edges, row.weight])).toEqual(PUBLISHED);
  });

  it("reproduces the published consensus over the seven sources that are there", async () => {
    const rows = await query<PublishedRow>(home, "select * from celegans_connectome.hf_connectome_compat");
    const filled = (column: keyof PublishedRow) => rows.filter((row) => row[column] !== null).length;
    expect(rows).toHaveLength(5758);
    expect([filled("mean_gap_weight"), filled("mean_chem_weight"), filled("uncertainty")]).toEqual([2368, 4347, 957]);
    expect(digest(rows)).toBe("4ff390149e688f767fa07821d70ac079d742785f83792639eea1fc5ca133863e");
  });

  it("names a cause for every difference", async () => {
    const [row] = await query<{ rows: number; without: number }>(
      home,
      `select count(*)::int as rows, count(*) filter (where len(causes) = 0)::int as without
       from celegans_connectome.connectome_diff`,
    );
    expect(row?.rows).toBeGreaterThan(10_000);
    expect(row?.without).toBe(0);
  });

  it("is cached the second time", async () => {
    const second = await neurotablesJson<RunSummary>([...args, "--home", home]);
    expect(stepsBy(second, "ran")).toEqual([]);
    expect(stepsBy(second, "cached").length).toBeGreaterThan(50);
    expect((await command(["verify", "--home", home])).code).toBe(0);
  });
});
