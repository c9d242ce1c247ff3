import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import { UsageError } from "../../base/errors.js";
import { openTokenizer, type Tokenizer } from "../../compute/tokenizer/tokenizer.js";
import { arrowSchema } from "../../tables/arrow-schema.js";
import type { RunRecordRow, ScoringUnitRow, TokenizerRow } from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import type { WindowScores } from "./language-models/language-model.js";
import { PROBE_SENTENCE, type Probe, selfTest, sentenceProbe, unitProbe } from "./language-models/self-test.js";
import type { ServerModel } from "./language-models/server-model.js";
import { writeMeanProbability } from "./score-ngram-columns.js";
import { UnitScores } from "./score-server-columns.js";
import { openServerModel } from "./score-server-open.js";
import type { ScoreServerParameters, ServerParameters } from "./score-server-parameters.js";
import { asText, checkWindowPlan, type PlannedWindow, plannedWindows, strideOf } from "./score-server-windows.js";

type Context = StageContext<ScoreServerParameters>;
type Role = "target" | "reference";

interface Unit {
  readonly docId: string;
  readonly experiments: readonly string[];
  readonly ids: Int32Array;
}

interface Source {
  readonly row: TokenizerRow;
  readonly tokenizer: Tokenizer | undefined;
}

/** Windows that are asked for together before anything is written: memory is that of their scores. */
const GROUP_WINDOWS = 512;
/** Tokens of a unit that the self-test takes where there is no sentence. */
const PROBE_TOKENS = 128;

/** Scores the units of one partition by every server; see the stage `membership/score-server`. */
export async function scoreByServer(context: Context): Promise<void> {
  const { parameters } = context;
  checkWindowPlan(parameters);
  const first = await firstUnit(context);
  if (first === undefined) return;
  const source = await tokenizerOf(context, first.tokenizerId);
  const servers: [Role, ServerParameters][] = [["target", parameters]];
  if (parameters.reference !== null) servers.push(["reference", parameters.reference]);

  for (const [role, server] of servers) {
    const model = openServerModel(server, parameters, source.row.vocabulary);
    try {
      await new ServerScoring({ context, source, role, server, model }).run(first.probe, servers.length);
    } finally {
      await model.close();
    }
  }
}

/** The tokenizer of the units and tokens to test with; undefined without any token to predict. */
async function firstUnit(context: Context): Promise<{ tokenizerId: string; probe: Int32Array } | undefined> {
  let longest: Unit | undefined;
  let tokenizerId: string | undefined;
  for await (const row of context.input("scoring_unit").rows<ScoringUnitRow>()) {
    const unit = unitOf(row);
    tokenizerId ??= row.tokenizer_id;
    if (row.tokenizer_id !== tokenizerId) {
      throw new UsageError("tokenizer", `units are of two tokenizers: ${tokenizerId} and ${row.tokenizer_id}`, {
        fields: { first: tokenizerId, second: row.tokenizer_id, unit: unit.docId },
        wayOut: "Cut all texts by one tokenizer, that of the model.",
      });
    }
    if (unit.ids.length > (longest?.ids.length ?? 1)) longest = unit;
    if (unit.ids.length >= PROBE_TOKENS) break;
  }
  if (longest === undefined || tokenizerId === undefined) return undefined;
  return { tokenizerId, probe: longest.ids.subarray(0, PROBE_TOKENS) };
}

function unitOf(row: ScoringUnitRow): Unit {
  return { docId: row.doc_id, experiments: row.experiments, ids: Int32Array.from(row.input_ids) };
}

async function tokenizerOf(context: Context, id: string): Promise<Source> {
  for await (const row of context.input("tokenizer").rows<TokenizerRow>()) {
    if (row.tokenizer_id !== id) continue;
    const { definition } = row;
    return { row, tokenizer: definition === null ? undefined : await openTokenizer(definition, { file: id }) };
  }
  throw new UsageError("tokenizer", `the units are cut by ${id}, of which there is no row in tokenizer`, {
    fields: { tokenizer: id },
    wayOut: "Give the step the tokenizers that the units were cut by.",
  });
}

function runId(experiment: string, server: ServerParameters, role: Role): string {
  return `${experiment}/${server.name ?? server.model}${role === "target" ? "" : `/${role}`}`;
}

/** Scores the units of the partition by one server. */
class ServerScoring {
  readonly #context: Context;
  readonly #source: Source;
  readonly #role: Role;
  readonly #server: ServerParameters;
  readonly #model: ServerModel;
  #windows = 0;
  #tokens = 0;
  #units = 0;

  constructor(given: {
    readonly context: Context;
    readonly source: Source;
    readonly role: Role;
    readonly server: ServerParameters;
    readonly model: ServerModel;
  }) {
    this.#context = given.context;
    this.#source = given.source;
    this.#role = given.role;
    this.#server = given.server;
    this.#model = given.model;
    this.#checkText();
  }

  async run(probe: Int32Array, servers: number): Promise<void> {
    const context = this.#context;
    const { signal } = context;
    const identity = await this.#model.identity(signal);
    const { generated } = this.#model.protocol;
    const needed = context.parameters.context + generated;
    if (identity.longest !== undefined && needed > identity.longest) {
      throw new UsageError("context-too-long", `windows of ${needed} tokens, ${generated} generated, do not fit`, {
        fields: { context: context.parameters.context, generated, longest: identity.longest },
        wayOut: `Set context to ${identity.longest - generated} or less, or let the server take more than ${identity.longest} tokens.`,
      });
    }
    const { tolerance } = context.parameters;
    const record = await selfTest(this.#model, this.#probe(probe), { tolerance, signal });
    const experiments = new Set<string>();
    let group: { unit: Unit; windows: PlannedWindow[] }[] = [];
    let waiting = 0;
    for await (const row of context.input("scoring_unit").rows<ScoringUnitRow>()) {
      const unit = unitOf(row);
      for (const experiment of unit.experiments) experiments.add(experiment);
      const windows = this.#plan(unit);
      if (windows.length === 0) continue;
      group.push({ unit, windows });
      waiting += windows.length;
      if (waiting < GROUP_WINDOWS) continue;
      await this.#score(group);
      [group, waiting] = [[], 0];
    }
    await this.#score(group);
    for (const experiment of experiments)
      context.sink("run_record").write([this.#record(experiment, identity, record)]);
    const prefix = servers === 1 ? "" : `${this.#role}_`;
    context.evidence({
      [`${prefix}units`]: this.#units,
      [`${prefix}windows`]: this.#windows,
      [`${prefix}tokens`]: this.#tokens,
    });
  }

  #checkText(): void {
    const { takesIds, name } = this.#model.protocol;
    const { policy } = this.#context.parameters.bos;
    if (takesIds) return;
    if (this.#source.tokenizer === undefined) {
      throw new UsageError(
        "text-only",
        `${name} takes text alone, but ${this.#source.row.tokenizer_id} has no definition`,
        {
          fields: { tokenizer: this.#source.row.tokenizer_id, protocol: name },
          wayOut: "Load its tokenizer.json with membership/tokenizer, or use a server that takes token numbers.",
        },
      );
    }
    if (policy === "document") {
      throw new UsageError(
        "text-only",
        `${name} takes text alone: no token for the beginning can be put before one text and not before another`,
        {
          fields: { policy, protocol: name },
          wayOut: "Set bos to { policy: window, id: … } where the server puts it before every text, else to none.",
        },
      );
    }
  }

  #probe(tokens: Int32Array): Probe {
    const { probe, bos } = this.#context.parameters;
    const head = bos.policy === "none" ? [] : [bos.id as number];
    const { tokenizer } = this.#source;
    if (tokenizer !== undefined)
      return sentenceProbe(probe ?? PROBE_SENTENCE, (text) => tokenizer.encode(text).ids, head);
    return unitProbe(tokens[0] === bos.id ? tokens.subarray(1) : tokens, head);
  }

  #plan({ docId, ids }: Unit): PlannedWindow[] {
    const { parameters } = this.#context;
    const planned = plannedWindows(ids, parameters);
    const { tokenizer } = this.#source;
    if (this.#model.protocol.takesIds || tokenizer === undefined) return planned;
    const head = parameters.bos.policy === "window" ? (parameters.bos.id as number) : null;
    return planned.map((window) => asText(window, { docId, ids, tokenizer, head }));
  }

  /** Asks for the windows of units, several requests at once, and writes what comes back in the order of the units. */
  async #score(group: readonly { readonly unit: Unit; readonly windows: readonly PlannedWindow[] }[]): Promise<void> {
    const context = this.#context;
    const all = group.flatMap(({ windows }) => windows);
    const scores = await this.#ask(all, context.signal);
    const schema = arrowSchema(context.sink("token_score").contract);
    let from = 0;
    for (const { unit, windows } of group) {
      const unitScores = new UnitScores(windows, scores.slice(from, from + windows.length));
      from += windows.length;
      this.#units += 1;
      this.#tokens += unitScores.rows;
      for (const experiment of unit.experiments) {
        const id = runId(experiment, this.#server, this.#role);
        context.sink("token_score").writeBatch(unitScores.batch(schema, id, unit.docId));
        if (unitScores.probabilitySum === undefined) continue;
        const p = unitScores.probabilitySum.map((value) => value / unitScores.rows);
        const mean = { runId: id, docId: unit.docId, predicted: unitScores.rows, p };
        writeMeanProbability(context.sink("document_mean_probability"), mean);
      }
    }
  }

  async #ask(windows: readonly PlannedWindow[], signal: AbortSignal): Promise<WindowScores[]> {
    const { batch, concurrency } = this.#context.parameters;
    const size = this.#model.protocol.takesSeveral ? batch : 1;
    const scores: WindowScores[] = new Array(windows.length);
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    let failure: { readonly error: unknown } | undefined;
    let next = 0;
    const worker = async () => {
      while (next < windows.length && failure === undefined) {
        const from = next;
        next += size;
        const requests = windows.slice(from, from + size).map(({ request }) => request);
        try {
          const answers = await this.#model.scoreBatch(requests, either);
          for (const [i, answer] of answers.entries()) scores[from + i] = answer;
        } catch (error) {
          failure ??= { error };
          stop.abort();
          return;
        }
        this.#windows += requests.length;
        this.#context.progress(this.#windows, this.#windows + windows.length - next, "windows");
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    if (failure !== undefined) throw failure.error;
    return scores;
  }

  #record(
    experiment: string,
    identity: Awaited<ReturnType<ServerModel["identity"]>>,
    test: { readonly [name: string]: Canonical },
  ): RunRecordRow {
    const { parameters, partition } = this.#context;
    const { protocol, capabilities } = this.#model;
    const { top_k: topK, model, revision, dtype } = this.#server;
    const { row } = this.#source;
    const { maximum, rank, fullDistribution } = capabilities;
    return {
      partition,
      run_id: runId(experiment, this.#server, this.#role),
      experiment_id: experiment,
      role: this.#role,
      backend: protocol.backend,
      model: this.#server.name ?? model,
      model_sha: null,
      revision: revision ?? identity.sha ?? null,
      dtype: dtype ?? identity.dtype ?? null,
      tokenizer_id: row.tokenizer_id,
      tokenizer_sha: row.sha256,
      vocabulary: row.vocabulary,
      context: parameters.context,
      stride: strideOf(parameters),
      bos_policy: parameters.bos.policy,
      capabilities: [
        "logprob",
        ...(maximum ? ["max_logprob"] : []),
        ...(rank ? ["rank"] : []),
        ...(fullDistribution ? ["full_distribution", "mean_probability"] : []),
      ],
      parameters: canonicalJson({
        protocol: protocol.name,
        model,
        served: identity.model ?? null,
        top_k: topK,
        rank_base: protocol.tellsRank ? protocol.rankBase : null,
        bos: parameters.bos.id,
        input: protocol.takesIds ? "tokens" : "text",
      }),
      self_test: canonicalJson(test),
      seed: null,
      n_trained_tokens: null,
    };
  }
}
