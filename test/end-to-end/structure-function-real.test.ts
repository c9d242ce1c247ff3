import { cpSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { command, document } from "../support/cli.js";
import { realData, repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";

const data = realData("celegans");

/** Two labelled recordings, two annotations and a functional atlas. */
const FILES = [
  "Dag2023/swf702_with_id/2022-07-26-31-data.h5",
  "Dag2023/swf702_with_id/2022-07-27-45-data.h5",
  "Dag2023/NeuroPAL_labels_dict.json",
  "NemaNode/witvliet_2020_7.json",
  "White1986/aconnectome_white_1986_whole.csv",
  "Randi2023/randi_funconn_wildty.json",
];

/** The correlation of z-scored traces that are valid throughout is the cosine of the angle between them. */
const SIMILARITY = `
  WITH z AS (SELECT recording_id, label, "values" AS z FROM celegans_activity.trace JOIN celegans_activity.roi
             USING (recording_id, roi) WHERE kind = 'resampled_z' AND label IS NOT NULL)
  SELECT pair.*, list_cosine_similarity(x.z, y.z) AS similarity FROM celegans_structure_function.pair AS pair
  JOIN z AS x ON x.recording_id = pair.recording_id AND x.label = a
  JOIN z AS y ON y.recording_id = pair.recording_id AND y.label = b`;

let folder: string;
let home: string;

async function run(pipeline: string): Promise<RunSummary> {
  const file = join(repositoryRoot, "pipelines", `${pipeline}.yaml`);
  return neurotablesJson(["run", file, "--sources", join(folder, "mirror"), "--home", home]);
}

describe.skipIf(!data.present)(`structure and function of real worms${data.reason}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "neurotables-end-to-end-"));
    home = join(folder, "home");
    for (const file of FILES) cpSync(data.path(file), join(folder, "mirror", "celegans", file));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("says which pipelines must run first", async () => {
    const result = await command([
      "run",
      join(repositoryRoot, "pipelines", "celegans-structure-function.yaml"),
      ...["--home", home, "--json"],
    ]);
    expect(result.code).not.toBe(0);
    const { steps } = document(result) as RunSummary;
    expect(steps[0]?.error?.message).toContain("celegans_activity.");
    expect(steps[0]?.error?.wayOut).toContain("neurotables run");
  }, 60_000);

  it("correlates every pair of trusted labels, and joins both kinds of wiring", async () => {
    for (const pipeline of ["celegans-activity", "celegans-connectome"]) expect((await run(pipeline)).exitCode).toBe(0);
    const summary = await run("celegans-structure-function");
    expect(summary.exitCode).toBe(0);
    expect(summary.checks.every(({ status }) => status === "ok")).toBe(true);

    // 100 labels, of which 91 are neurons with a confidence of 2.5 or more, and 109 with 99.
    const counts = await query(
      home,
      "SELECT recording_id, count(*)::int AS pairs, min(n) AS n FROM celegans_structure_function.pair GROUP BY 1 ORDER BY 1",
    );
    expect(counts).toEqual([
      { recording_id: "Dag2023/2022-07-26-31", pairs: (91 * 90) / 2, n: 1444 },
      { recording_id: "Dag2023/2022-07-27-45", pairs: (99 * 98) / 2, n: 1444 },
    ]);
    const [agreement] = await query(
      home,
      `SELECT count(*)::int AS pairs, max(abs(r - similarity)) AS worst FROM (${SIMILARITY})`,
    );
    expect(agreement?.pairs).toBe((91 * 90) / 2 + (99 * 98) / 2);
    expect(agreement?.worst).toBeLessThan(1e-9);

    const wiring = await query(
      home,
      `SELECT count(*)::int AS n FROM celegans_structure_function.pair
       LEFT JOIN celegans_connectome.consensus AS c ON c.pre = a AND c.post = b AND c.kind = 'chemical'
       LEFT JOIN celegans_connectome.consensus AS g ON g.pre = a AND g.post = b AND g.kind = 'gap'
       LEFT JOIN celegans_connectome.functional_edge AS f ON f.stimulated = b AND f.responding = a
       WHERE chemical_a_b IS DISTINCT FROM c.mean_count_covering OR gap IS DISTINCT FROM g.mean_count_covering
          OR functional_b_a IS DISTINCT FROM f.value`,
    );
    expect(wiring).toEqual([{ n: 0 }]);
    const [joined] = await query(
      home,
      `SELECT count(*) FILTER (chemical_a_b > 0)::int AS chemical, count(*) FILTER (gap > 0)::int AS gap,
              count(functional_b_a)::int AS functional FROM celegans_structure_function.pair`,
    );
    expect(Math.min(...Object.values(joined as Record<string, number>))).toBeGreaterThan(100);
    expect(stepsBy(await run("celegans-structure-function"), "cached")).toEqual(["pair"]);
  }, 300_000);
});
