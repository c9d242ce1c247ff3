import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { modelOf, smallTokenizer, unitText } from "../stages/membership/support/served-units.js";
import { LanguageModelServer, type LanguageModelServerOptions } from "../support/language-model-server.js";
import { query, stepsBy } from "../support/run-neurotables.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { failureOf, lines, runMembership, stepOf, tableHashes, writeFiles } from "./support/membership-project.js";

/** Documents of a collection, scored by a server, with all that follows. */
const PIPELINE = `pipeline: served
title: Documents scored by a server
dataset: membership
sources:
  documents: { files: "membership/collections/*.jsonl" }
  tokenizer: { files: "membership/tokenizers/*/tokenizer.json" }
  manifest: { files: "membership/SOURCES.json", optional: true }
steps:
  read: { load: membership/collection, source: documents, into: [document_record, text_record] }
  tokenizer: { load: membership/tokenizer, source: tokenizer, into: tokenizer }
  manifest: { load: membership/manifest, source: manifest, into: manifest_record }
  documents:
    transform: membership/documents
    from: [document_record, text_record, manifest_record, source_file]
    into: [document, document_text, excerpt, document_dropped]
    with: { strip: none }
  overlap: { stage: membership/overlap, from: document_text, into: [overlap, document_cluster], with: { cluster: 1 } }
  assign:
    transform: membership/assign
    from: [document, excerpt, document_cluster]
    into: [experiment, assignment]
    with: { experiments: { served: { design: known-corpus, seed: 1, folds: 3 } } }
  tokens: { stage: membership/tokenise, from: [excerpt, tokenizer], into: token }
  units: { stage: membership/scoring-units, from: [token, assignment], into: scoring_unit }
  score:
    stage: membership/score-server
    from: [scoring_unit, tokenizer]
    into: [token_score, document_mean_probability, run_record]
    with: { url_variable: MODEL_SERVER, model: bigram, context: 64, retries: 1, back_off: 0.01, timeout: 10 }
  runs: { stage: membership/runs, from: run_record, into: run }
  sequences:
    stage: membership/sequence-attacks
    from: [token, token_score, excerpt, assignment, run]
    into: sequence_score
`;

const DOCUMENTS = 12;
const text = (i: number) => `${unitText(i, 6)} This is text number ${i} of ${DOCUMENTS}.`;
const servers: LanguageModelServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop().catch(() => {})));
});

async function serve(options: Partial<LanguageModelServerOptions> = {}): Promise<LanguageModelServer> {
  const { tokenizer } = await smallTokenizer();
  const members = Array.from({ length: DOCUMENTS }, (_, i) => text(i)).filter((_, i) => i % 2 === 1);
  const server = await LanguageModelServer.start({ model: modelOf(tokenizer, members), ...options });
  servers.push(server);
  return server;
}

async function project() {
  const sources = temporaryDirectory();
  const { row } = await smallTokenizer();
  writeFiles(sources, {
    "served.yaml": PIPELINE,
    "membership/tokenizers/small/tokenizer.json": String(row.definition),
  });
  for (let i = 0; i < DOCUMENTS; i++) {
    const document = { doc_id: `d${i}`, text: text(i), label: i % 2 };
    writeFiles(sources, { [`membership/collections/part_${i}.jsonl`]: lines([document]) });
  }
  const file = join(sources, "served.yaml");
  const run = (home: string, server: { readonly url: string }) =>
    runMembership({ file }, { sources, home, env: { MODEL_SERVER: server.url } }, ["--jobs", "1"]);
  return { run, home: () => join(temporaryDirectory(), "home") };
}

describe("a server that scores the documents of a pipeline", () => {
  it("dies in the middle: the error names it, and the next run asks for the rest alone", async () => {
    const { run, home } = await project();
    const whole = await serve();
    const undisturbed = await run(home(), whole);
    expect(undisturbed.exitCode).toBe(0);
    expect(undisturbed.checks.filter(({ status }) => status === "failed")).toEqual([]);

    const dying = await serve({
      disturb(n, request, response) {
        if (n <= whole.posts / 2) return false;
        request.destroy();
        response.destroy();
        return true;
      },
    });
    const same = home();
    const broken = await run(same, dying);
    expect(broken.exitCode).not.toBe(0);
    expect(failureOf(broken, "score")).toContain(`127.0.0.1:${dying.port}`);
    expect(stepsBy(broken, "skipped")).toEqual(expect.arrayContaining(["runs", "sequences"]));
    expect(broken.generation).toBeNull();

    const again = await serve();
    const resumed = await run(same, again);
    expect(resumed.exitCode).toBe(0);
    const { partitions } = stepOf(resumed, "score");
    expect(partitions.cached).toBeGreaterThan(2);
    expect(partitions.cached + partitions.ran).toBe(DOCUMENTS);
    expect(again.posts).toBeLessThan(whole.posts);
    expect(tableHashes(resumed)).toEqual(tableHashes(undisturbed));
    const [loss] = await query<{ members: number; others: number }>(
      same,
      `select avg(score) filter (label = 1) as members, avg(score) filter (label = 0) as others
       from membership.sequence_score join membership.assignment using (doc_id) where attack = 'loss' and "window" = -1`,
    );
    expect(loss?.members).toBeGreaterThan(loss?.others ?? 0);
  }, 120_000);

  it("is found out by the self-test where it ignores what it is given", async () => {
    const { run, home } = await project();
    for (const [misbehaviour, words] of [
      [{ ignoresEcho: true }, /log-prob/i],
      [{ constant: -2 }, /permuted|shuffled|order/i],
      [{ rankBase: 0 }, /rank/i],
    ] as const) {
      const summary = await run(home(), await serve({ misbehaviour }));
      expect(summary.exitCode).not.toBe(0);
      expect(failureOf(summary, "score")).toMatch(words);
      expect(stepsBy(summary, "skipped")).toEqual(expect.arrayContaining(["runs", "sequences"]));
    }
  }, 120_000);
});
