import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Tokenizer } from "../../../src/compute/tokenizer/tokenizer.js";
import type { RunSummary } from "../../../src/engine/types.js";
import type { Stage } from "../../../src/stages/stage.js";
import type { Row } from "../../../src/tables/contract.js";
import { ToyProject } from "../../engine/toy-project.js";
import { LanguageModelServer, type LanguageModelServerOptions } from "../../support/language-model-server.js";
import { assignmentRow } from "./support/run-membership-stage.js";
import { modelOf, smallTokenizer, unitText } from "./support/served-units.js";

vi.mock("../../../src/stages/stage-catalogue.js", () => {
  const catalogue: Readonly<Record<string, () => Promise<Stage>>> = {
    "membership/scoring-units": async () =>
      (await import("../../../src/stages/membership/score-server-units.js")).scoringUnits as Stage,
    "membership/score-server": async () =>
      (await import("../../../src/stages/membership/score-server.js")).scoreServer as Stage,
    "membership/runs": async () => (await import("../../../src/stages/membership/runs.js")).runs as Stage,
  };
  return { stageCatalogue: catalogue };
});

/** Writes the rows that a file holds. */
const LOADER = `import { readFileSync } from "node:fs";
export default {
  name: "rows", description: "Rows of JSON.", partition: "file", outputs: ["token", "assignment", "tokenizer"],
  async load({ files, sink }) {
    const big = (key, value) => (typeof value === "string" && /^\\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value);
    for (const { absolutePath } of files)
      for (const [table, rows] of Object.entries(JSON.parse(readFileSync(absolutePath, "utf8"), big))) sink(table).write(rows);
  },
};
`;

const DOCS = ["a", "b", "c"];
let tokenizer: Tokenizer;
let tokenizerRow: Row;
let toys: ToyProject[] = [];
let servers: LanguageModelServer[] = [];

beforeAll(async () => {
  ({ tokenizer, row: tokenizerRow } = await smallTokenizer());
});
beforeEach(() => {
  toys = [];
  servers = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const toy of toys) toy.remove();
  await Promise.all(servers.map((server) => server.stop().catch(() => {})));
});

async function serve(options: Partial<LanguageModelServerOptions> = {}): Promise<LanguageModelServer> {
  const model = modelOf(
    tokenizer,
    DOCS.map((_, i) => unitText(i, 4)),
  );
  const server = await LanguageModelServer.start({ model, ...options });
  servers.push(server);
  vi.stubEnv("MODEL_SERVER", server.url);
  return server;
}

function project(): ToyProject {
  const toy = new ToyProject();
  toys.push(toy);
  const rows = toy.write("rows.mjs", LOADER);
  toy.write(
    "pipelines/toy.yaml",
    `pipeline: toy
title: Scores from a server
dataset: membership
sources:
  tokens: { files: "tokens/*.json" }
  assigned: { files: "assigned.json" }
  tokenizers: { files: "tokenizer.json" }
steps:
  tokens: { load: ${rows}, source: tokens, into: token }
  assigned: { load: ${rows}, source: assigned, into: assignment }
  tokenizers: { load: ${rows}, source: tokenizers, into: tokenizer }
  units: { stage: membership/scoring-units, from: [token, assignment], into: scoring_unit }
  scores:
    stage: membership/score-server
    from: [scoring_unit, tokenizer]
    into: [token_score, document_mean_probability, run_record]
    with: { url_variable: MODEL_SERVER, model: bigram, context: 16, retries: 1, back_off: 0.01, batch: 2 }
  runs: { stage: membership/runs, from: run_record, into: run }
`,
  );
  for (const [i, doc_id] of DOCS.entries()) {
    const { ids, charStart } = tokenizer.encode(unitText(i, 4));
    const token = {
      doc_id,
      tokenizer_id: tokenizerRow.tokenizer_id,
      n_tokens: ids.length,
      input_ids: [...ids],
      char_start: [...charStart],
    };
    write(toy, `tokens/${doc_id}.json`, { token: [token] });
  }
  assign(toy, 1);
  write(toy, "tokenizer.json", { tokenizer: [tokenizerRow] });
  return toy;
}

function assign(toy: ToyProject, seed: number): void {
  const assignment = DOCS.map((doc_id, i) => ({
    ...assignmentRow({ doc_id, label: (i + seed) % 2 === 0 ? 0 : 1, fold: seed }),
    split_seed: BigInt(seed),
  }));
  write(toy, "assigned.json", { assignment });
}

function write(toy: ToyProject, path: string, tables: unknown): void {
  toy.write(
    `raw/${path}`,
    JSON.stringify(tables, (_, value) => (typeof value === "bigint" ? `${value}n` : value)),
  );
}

const partitions = (summary: RunSummary, name: string) => summary.steps.find(({ step }) => step === name)?.partitions;
const errors = (summary: RunSummary) => summary.steps.flatMap(({ error }) => error ?? []);

async function hashes(toy: ToyProject) {
  const { snapshots } = (await toy.project()).store.currentGeneration();
  return ["token_score", "run"].map((table) => snapshots[`membership.${table}`]?.tableHash);
}

describe("scores of a server that dies", () => {
  it("are taken up where they ended, to identical tables", async () => {
    await serve();
    const whole = project();
    const finished = await whole.run({ jobs: 1 });
    expect(errors(finished)).toEqual([]);
    expect(partitions(finished, "scores")).toEqual({ ran: 3, cached: 0, failed: 0, skipped: 0 });

    const toy = project();
    const answered = new Set<string>();
    const doomed = await serve({
      disturb: (_n, _request, response) => {
        answered.add(JSON.stringify(doomed.bodies.at(-1)));
        // It answers in the first document, and ends in the second.
        if (answered.size < 16) return false;
        response.socket?.destroy();
        void doomed.stop();
        return true;
      },
    });
    const broken = await toy.run({ jobs: 1 });
    expect(errors(broken)[0]?.tag).toMatch(/^network\/(cut|unreachable)$/);
    const before = partitions(broken, "scores");
    expect(before?.ran).toBeGreaterThan(0);
    expect(before?.failed).toBeGreaterThan(0);

    const again = await serve();
    const resumed = await toy.run({ jobs: 1 });
    expect(errors(resumed)).toEqual([]);
    expect(partitions(resumed, "scores")).toEqual({
      ran: 3 - (before?.ran ?? 0),
      cached: before?.ran,
      failed: 0,
      skipped: 0,
    });
    expect(again.posts).toBeGreaterThan(0);
    expect(await hashes(toy)).toEqual(await hashes(whole));
  });

  it("are not asked for again after a new split, by the same server elsewhere, or in a second run", async () => {
    await serve();
    const toy = project();
    expect(errors(await toy.run())).toEqual([]);
    const before = await hashes(toy);
    const other = await serve();
    assign(toy, 2);
    const second = await toy.run();
    expect(errors(second)).toEqual([]);
    expect(partitions(second, "units")).toMatchObject({ ran: 3 });
    expect(partitions(second, "scores")).toEqual({ ran: 0, cached: 3, failed: 0, skipped: 0 });
    expect(other.posts).toBe(0);
    expect(await hashes(toy)).toEqual(before);
  });
});
