import { ContractError } from "../../../base/errors.js";
import type { ExcerptRow, RunRow, SequenceScoreRow, TokenRow } from "../../../tables/generated/membership.js";
import type { TableSource } from "../../../tables/table-io.js";
import type { StageContext } from "../../stage.js";
import { type AssignedUnit, readAssignments } from "../read-assignment.js";
import { type ScoreColumn, type ScoredUnit, scoredUnits, tokenUnits } from "../scored-units.js";
import type { SequenceAttackParameters } from "../sequence-attacks.js";
import { ZLIB_IMPLEMENTATION } from "./compared-attacks.js";
import { TokenCounts } from "./dc-pdd.js";
import { type TargetRun, targetRuns } from "./related-runs.js";
import { runLosses } from "./run-losses.js";
import { attacksOf, needsText, type UnitSurroundings, unitAttacks } from "./unit-attacks.js";
import { UnitCursor } from "./unit-cursor.js";

const COLUMNS: readonly ScoreColumn[] = [
  "window",
  "logprob",
  "maxLogprob",
  "rank",
  "mu",
  "m2",
  "muUniform",
  "sdUniform",
];

/** Writes `sequence_score` for every target run. One pass over the scores of each run. */
export async function scoreSequences(context: StageContext<SequenceAttackParameters>): Promise<void> {
  const runs: RunRow[] = [];
  for await (const row of context.input("run").rows<RunRow>()) runs.push(row);
  const assignments = await readAssignments(context.input("assignment"));
  const targets = targetRuns(runs);
  const total = targets.reduce((sum, { run }) => sum + (assignments.get(run.experiment_id)?.length ?? 0), 0);
  context.evidence({ zlib: ZLIB_IMPLEMENTATION, runs: targets.length });
  let done = 0;
  for (const target of targets) {
    const units = new Map((assignments.get(target.run.experiment_id) ?? []).map((unit) => [unit.docId, unit]));
    await scoreRun(context, target, units, () => context.progress(++done, total, "units"));
  }
}

async function scoreRun(
  context: StageContext<SequenceAttackParameters>,
  target: TargetRun,
  assigned: ReadonlyMap<string, AssignedUnit>,
  progress: () => void,
): Promise<void> {
  const { run_id } = target.run;
  const [token, tokenScore, sink] = [
    context.input("token"),
    context.input("token_score"),
    context.sink("sequence_score"),
  ];
  const wanted = wantedAttacks(context.parameters, target);
  const surroundings = await Surroundings.open(context, target, assigned, wanted);
  try {
    for await (const unit of scoredUnits({ token, token_score: tokenScore }, run_id, COLUMNS)) {
      context.signal.throwIfAborted();
      const row = assigned.get(unit.docId);
      if (row === undefined) throw unknownUnit(target.run, unit.docId);
      if (row.label !== null) sink.write(scoreRows(run_id, unit, await surroundings.of(unit.docId, row.fold), wanted));
      progress();
    }
  } finally {
    await surroundings.close();
  }
}

interface WantedAttacks {
  readonly unit: ReadonlySet<string>;
  readonly windows: ReadonlySet<string>;
}

/** An attack that compares with a run there is not has no rows at all. */
function wantedAttacks(parameters: SequenceAttackParameters, { reference, lowercase }: TargetRun): WantedAttacks {
  const families = parameters.attacks.filter(
    (family) => (family !== "ref" || reference !== undefined) && (family !== "lowercase" || lowercase !== undefined),
  );
  const names = attacksOf(families);
  const { windows } = parameters;
  const inWindows = names.filter((name) => windows === "all" || (windows !== "none" && windows.includes(name)));
  return { unit: new Set(names), windows: new Set(inWindows) };
}

function* scoreRows(
  runId: string,
  unit: ScoredUnit,
  surroundings: UnitSurroundings,
  wanted: WantedAttacks,
): Generator<SequenceScoreRow> {
  for (const { attack, window, tokens, score } of unitAttacks(unit, surroundings, wanted)) {
    yield { run_id: runId, attack, doc_id: unit.docId, window, n_tokens: tokens, score };
  }
}

/** What the attacks on a run need beside its scores. */
class Surroundings {
  readonly #target: TargetRun;
  readonly #limit: number;
  readonly #texts: UnitCursor<string> | undefined;
  readonly #starts: UnitCursor<ArrayLike<number>> | undefined;
  readonly #reference: Awaited<ReturnType<typeof runLosses>> | undefined;
  readonly #lowercase: Awaited<ReturnType<typeof runLosses>> | undefined;
  readonly #counts: TokenCounts | undefined;
  /** Of the fold that was asked for last; units of a fold often come together. */
  readonly #frequencies = new Map<number, Float64Array>();

  private constructor(given: {
    target: TargetRun;
    limit: number;
    texts: UnitCursor<string> | undefined;
    starts: UnitCursor<ArrayLike<number>> | undefined;
    reference: Awaited<ReturnType<typeof runLosses>> | undefined;
    lowercase: Awaited<ReturnType<typeof runLosses>> | undefined;
    counts: TokenCounts | undefined;
  }) {
    this.#target = given.target;
    this.#limit = given.limit;
    this.#texts = given.texts;
    this.#starts = given.starts;
    this.#reference = given.reference;
    this.#lowercase = given.lowercase;
    this.#counts = given.counts;
  }

  static async open(
    context: StageContext<SequenceAttackParameters>,
    target: TargetRun,
    assigned: ReadonlyMap<string, AssignedUnit>,
    wanted: WantedAttacks,
  ): Promise<Surroundings> {
    const token = context.input("token");
    const tokenScore = context.input("token_score");
    const { reference, lowercase } = target;
    const zlib = needsText(wanted.unit);
    return new Surroundings({
      target,
      limit: context.parameters.dc_pdd_limit,
      texts: zlib ? new UnitCursor(() => texts(context.input("excerpt"))) : undefined,
      starts: needsText(wanted.windows) ? new UnitCursor(() => starts(token)) : undefined,
      reference: reference && wanted.unit.has("ref") ? await runLosses(tokenScore, reference.run_id) : undefined,
      lowercase: lowercase && wanted.unit.has("lowercase") ? await runLosses(tokenScore, lowercase.run_id) : undefined,
      counts: wanted.unit.has("dc_pdd") ? await countTokens(token, target.run, assigned) : undefined,
    });
  }

  async of(docId: string, fold: number | null): Promise<UnitSurroundings> {
    return {
      text: await this.#texts?.find(docId),
      charStart: (await this.#starts?.find(docId)) ?? [],
      reference: this.#reference?.get(docId),
      sameWindows: this.#target.sameWindows,
      lowercase: this.#lowercase?.get(docId),
      logFrequency: fold === null ? undefined : this.#frequency(fold),
      dcPddLimit: this.#limit,
    };
  }

  async close(): Promise<void> {
    await this.#texts?.close();
    await this.#starts?.close();
  }

  #frequency(fold: number): Float64Array | undefined {
    const known = this.#frequencies.get(fold) ?? this.#counts?.logFrequency(fold);
    if (known !== undefined) this.#frequencies.set(fold, known);
    return known;
  }
}

async function* texts(excerpt: TableSource) {
  for await (const row of excerpt.rows<ExcerptRow>(["doc_id", "text"])) {
    yield { docId: row.doc_id, value: row.text, bytes: 2 * row.text.length };
  }
}

async function* starts(token: TableSource) {
  for await (const row of token.rows<TokenRow>(["doc_id", "char_start"])) {
    const value = Int32Array.from(row.char_start);
    yield { docId: row.doc_id, value, bytes: value.byteLength };
  }
}

/** Token frequencies of the labelled units of the experiment, fold by fold. */
async function countTokens(
  token: TableSource,
  run: RunRow,
  assigned: ReadonlyMap<string, AssignedUnit>,
): Promise<TokenCounts> {
  const counts = new TokenCounts(run.vocabulary);
  for await (const { docId, inputIds } of tokenUnits(token)) {
    const unit = assigned.get(docId);
    if (unit === undefined || unit.label === null || unit.fold === null) continue;
    try {
      counts.add(unit.fold, inputIds);
    } catch (cause) {
      throw new ContractError("token-id", `${docId}: ${(cause as Error).message} of run ${run.run_id}`, {
        fields: { table: "membership.token", unit: docId, run: run.run_id, vocabulary: run.vocabulary },
        cause,
      });
    }
  }
  return counts;
}

function unknownUnit(run: RunRow, docId: string): ContractError {
  const message = `${run.run_id} has scores of ${docId}, which experiment ${run.experiment_id} does not name`;
  return new ContractError("unknown-unit", message, {
    fields: { table: "membership.token_score", run: run.run_id, unit: docId, experiment: run.experiment_id },
    wayOut: "Name it in the assignment, or leave its scores out.",
  });
}
