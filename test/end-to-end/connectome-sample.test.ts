import { cpSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSummary } from "../../src/engine/types.js";
import { writeSampleSources } from "../../src/sample-data/sample-sources.js";
import { type SyntheticLayers, syntheticConnectome } from "../../src/sample-data/synthetic-connectome.js";
import { command } from "../support/cli.js";
import { repositoryRoot } from "../support/real-data.js";
import { neurotablesJson, query, stepsBy } from "../support/run-neurotables.js";

const SEED = 1;
const pipeline = join(repositoryRoot, "pipelines", "celegans-connectome.yaml");

let folder: string;
let mirror: string;
let home: string;
let first: RunSummary;

function run(options: { home?: string; sources?: string; file?: string; more?: string[] } = {}): Promise<RunSummary> {
  return neurotablesJson<RunSummary>([
    "run",
    options.file ?? pipeline,
    "--sources",
    options.sources ?? mirror,
    "--home",
    options.home ?? home,
    ...(options.more ?? []),
  ]);
}

/** Replaces one cell of a workbook, found by the row label in column C, without touching anything else. */
async function changeCell(path: string, sheet: string, address: string, value: number): Promise<void> {
  const { read, write } = await import("@e965/xlsx");
  const book = read(readFileSync(path));
  const cells = book.Sheets[sheet] as Record<string, { t: string; v: number }>;
  cells[address] = { t: "n", v: value };
  writeFileSync(path, write(book, { type: "buffer", bookType: "xlsx" }) as Buffer);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "neurotables-end-to-end-"));
  mirror = join(folder, "mirror");
  home = join(folder, "home");
  await writeSampleSources({ directory: mirror, seed: SEED });
  first = await run();
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("celegans-connectome on sample files", () => {
  it("runs every step and holds every check that applies", () => {
    expect(first.exitCode).toBe(0);
    expect(first.missingSources).toEqual([]);
    expect(stepsBy(first, "ran")).toHaveLength(first.steps.length);
    expect(first.checks.filter((check) => check.status === "failed")).toEqual([]);
    expect(first.checks.filter((check) => check.status === "ok").length).toBeGreaterThan(20);
  });

  it("gives the counts and weights of the invented animal, per annotation", async () => {
    const truth = syntheticConnectome(SEED);
    const expected: Record<string, SyntheticLayers> = {
      chklovskii: truth.chklovskii,
      cook2019: truth.cook,
      cook2019_wormwideweb: truth.cook,
      varshney2011: truth.chklovskii,
      white1986_whole: truth.whole,
      white1986_whole_json: truth.whole,
      white1986_n2u: truth.n2u,
      white1986_jsh: truth.jsh,
      white1986_jse: truth.jse,
      witvliet2020_7: truth.witvliet[6] as SyntheticLayers,
      witvliet2020_8: truth.witvliet[7] as SyntheticLayers,
    };
    const rows = await query<{ annotation_id: string; kind: string; edges: number; weight: number }>(
      home,
      `select annotation_id, kind, count(*)::int as edges, sum(weight) as weight from celegans_connectome.edge
       where pre is not null and post is not null group by all`,
    );
    const found = new Map(rows.map((row) => [`${row.annotation_id} ${row.kind}`, [row.edges, row.weight]]));
    for (const [annotation, layers] of Object.entries(expected)) {
      for (const kind of ["chemical", "gap"] as const) {
        const edges = layers[kind];
        if (edges.length === 0) continue;
        const weight = edges.reduce((sum, edge) => sum + edge.weight, 0);
        expect([annotation, kind, ...(found.get(`${annotation} ${kind}`) ?? [])]).toEqual([
          annotation,
          kind,
          edges.length,
          weight,
        ]);
      }
    }
  });

  it("keeps the larger of two conflicting listings of a gap junction, and both numbers", async () => {
    const { openwormConflicts, openworm } = syntheticConnectome(SEED);
    const rows = await query<{ pre: string; post: string; weight: number; weight_min: number; weight_max: number }>(
      home,
      `select pre, post, weight, weight_min, weight_max from celegans_connectome.edge
       where annotation_id = 'openworm' and kind = 'gap' and weight_min <> weight_max order by pre, post`,
    );
    const listed = new Map(openworm.gap.map((edge) => [`${edge.pre} ${edge.post}`, edge.weight]));
    expect(rows).toEqual(
      openwormConflicts.map(({ pre, post, back }) => ({
        pre,
        post,
        weight: back,
        weight_min: listed.get(`${pre} ${post}`),
        weight_max: back,
      })),
    );
  });

  it("accounts for every record of every file", async () => {
    expect(await query(home, "select * from celegans_connectome.file_count where read <> carried + dropped")).toEqual(
      [],
    );
    const [totals] = await query<{ files: number; read: number }>(
      home,
      "select count(distinct source_id)::int as files, sum(read)::int as read from celegans_connectome.file_count",
    );
    expect(totals?.files).toBeGreaterThan(35);
    expect(totals?.read).toBeGreaterThan(10_000);
  });

  it("leads every row to a source file with its hash and licence", async () => {
    const orphans = await query(
      home,
      "select distinct source_id from celegans_connectome.edge anti join celegans_connectome.source_file using (source_id)",
    );
    expect(orphans).toEqual([]);
  });

  it("does nothing the second time", async () => {
    const second = await run();
    expect(stepsBy(second, "cached")).toHaveLength(second.steps.length);
    expect(second.generation).toBeNull();
  });

  it("is still up to date when the mirror is copied elsewhere with other file times", async () => {
    const copy = join(folder, "copy");
    cpSync(mirror, copy, { recursive: true });
    const workbook = join(copy, "celegans", "Chklovskii", "NeuronConnect.xls");
    utimesSync(workbook, new Date(0), new Date(86_400_000));
    const again = await run({ sources: copy });
    expect(stepsBy(again, "cached")).toHaveLength(again.steps.length);
  });

  it("is still up to date when comments and layout of the pipeline file change", async () => {
    const project = join(folder, "project");
    cpSync(join(repositoryRoot, "pipelines"), join(project, "pipelines"), { recursive: true });
    const file = join(project, "pipelines", "celegans-connectome.yaml");
    writeFileSync(file, `# a comment\n\n${readFileSync(file, "utf8").replaceAll("  # ", "  #   more words: ")}\n`);
    const again = await run({ file });
    expect(stepsBy(again, "cached")).toHaveLength(again.steps.length);
  });

  it("gives the same tables, byte for byte, in another home with another number of workers", async () => {
    const other = join(folder, "other-home");
    const again = await run({ home: other, more: ["--jobs", "1"] });
    const hashes = (summary: RunSummary) => summary.steps.map((step) => [step.step, step.tableHash]);
    expect(hashes(again)).toEqual(hashes(first));
    const parts = 'select "table", table_hash, bytes from neurotables.snapshot order by all';
    expect(await query(other, parts)).toEqual(await query(home, parts));
  }, 300_000);

  it("runs the chain of a changed file only, and why names the file", async () => {
    const changed = join(folder, "changed");
    cpSync(mirror, changed, { recursive: true });
    await changeCell(join(changed, "celegans", "Witvliet2020", "synapse_count_matrices.xlsx"), "Dataset2", "D5", 77);
    const again = await run({ sources: changed });
    const ran = stepsBy(again, "ran");
    expect(ran.filter((step) => step.endsWith("_matrix"))).toHaveLength(8);
    expect(ran).toContain("edge");
    expect(ran).not.toContain("cook2019");
    expect(ran).not.toContain("neuron");
    expect(ran).not.toContain("synapse");
    const why = await command(["why", "witvliet2020_2_matrix", pipeline, "--sources", changed, "--home", home]);
    expect(why.stdout).toContain("celegans/Witvliet2020/synapse_count_matrices.xlsx");
  });

  it("verifies, checks and traces what it made", async () => {
    expect((await command(["verify", "--home", home])).code).toBe(0);
    expect((await command(["check", pipeline, "--home", home, "--sources", mirror])).code).toBe(0);
    const lineage = await command(["lineage", "celegans_connectome.consensus", "--home", home]);
    expect(lineage.stdout).toContain("celegans/Cook2019/SI 5 Connectome adjacency matrices, corrected July 2020.xlsx");
  });
});
