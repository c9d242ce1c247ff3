import { type Canonical, canonicalJson } from "../../base/canonical-json.js";
import { UsageError } from "../../base/errors.js";
import { arrowSchema } from "../../tables/arrow-schema.js";
import type { OnnxModelRow, RunRecordRow, ScoringUnitRow, TokenizerRow } from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import type { WindowScores } from "./language-models/language-model.js";
import { OnnxModel } from "./language-models/onnx-model.js";
import { importOnnxRuntime, type OnnxRuntime } from "./language-models/onnx-runtime.js";
import { onnxSelfTest } from "./language-models/onnx-self-test.js";
import { writeMeanProbability } from "./score-ngram-columns.js";
import type { ScoreOnnxParameters } from "./score-onnx.js";
import { UnitScores } from "./score-server-columns.js";
import { checkWindowPlan, plannedWindows, strideOf } from "./score-server-windows.js";

type Context = StageContext<ScoreOnnxParameters>;

/** Tokens of the first unit that the self-test reads. */
const PROBE_TOKENS = 64;

/** Scores the units of one partition; see the stage `membership/score-onnx`. Memory: the model and one unit. */
export async function scoreByOnnx(context: Context, runtime?: OnnxRuntime): Promise<void> {
  const { parameters, signal } = context;
  checkWindowPlan(parameters);
  let model: OnnxModel | undefined;
  let test: { readonly [name: string]: Canonical } = {};
  let tokenizerId = "";
  let definition: Pick<OnnxModelRow, "model_id" | "sha256"> | undefined;
  const experiments = new Set<string>();
  const total = context.input("scoring_unit").rowCount;
  let units = 0;
  try {
    for await (const row of context.input("scoring_unit").rows<ScoringUnitRow>()) {
      const ids = Int32Array.from(row.input_ids);
      const windows = plannedWindows(ids, parameters);
      if (windows.length === 0) continue;
      if (model === undefined) {
        const { id, ...file } = await modelFile(context);
        definition = { model_id: id, sha256: file.sha256 };
        model = await OnnxModel.open(id, file.bytes, runtime ?? (await importOnnxRuntime()));
        test = await onnxSelfTest(model, ids.subarray(0, Math.min(PROBE_TOKENS, parameters.context)), signal);
        tokenizerId = row.tokenizer_id;
      }
      if (row.tokenizer_id !== tokenizerId) throw twoTokenizers(tokenizerId, row);
      const scores: WindowScores[] = [];
      for (const { request } of windows) scores.push(await model.score(request, signal));
      const unit = new UnitScores(windows, scores);
      const schema = arrowSchema(context.sink("token_score").contract);
      const p = unit.probabilitySum?.map((value) => value / unit.rows) as Float64Array;
      for (const experiment of row.experiments) {
        experiments.add(experiment);
        const runId = `${experiment}/${model.name}`;
        context.sink("token_score").writeBatch(unit.batch(schema, runId, row.doc_id));
        const mean = { runId, docId: row.doc_id, predicted: unit.rows, p };
        writeMeanProbability(context.sink("document_mean_probability"), mean);
      }
      context.progress(++units, total, "units");
    }
    if (model === undefined || definition === undefined) return;
    const tokenizer = await tokenizerRow(context, tokenizerId);
    const shared = { model, sha: definition.sha256, tokenizer, test };
    for (const experiment of experiments) context.sink("run_record").write([runRecord(context, experiment, shared)]);
    context.evidence({ units });
  } finally {
    await model?.close();
  }
}

async function modelFile(context: Context): Promise<{ id: string; sha256: string; bytes: Uint8Array }> {
  let found: { id: string; sha256: string; bytes: Uint8Array } | undefined;
  let filled = 0;
  for await (const row of context.input("onnx_model").rows<OnnxModelRow>()) {
    found ??= { id: row.model_id, sha256: row.sha256, bytes: new Uint8Array(Number(row.bytes)) };
    if (row.model_id !== found.id) {
      throw new UsageError("onnx-model", `there are two models: ${found.id} and ${row.model_id}`, {
        fields: { first: found.id, second: row.model_id },
        wayOut: "Load one model per pipeline.",
      });
    }
    found.bytes.set(row.data, filled);
    filled += row.data.length;
  }
  if (found !== undefined) return found;
  throw new UsageError("onnx-model", "there is no model in onnx_model", {
    wayOut: "Load one with membership/onnx-model.",
  });
}

async function tokenizerRow(context: Context, id: string): Promise<TokenizerRow> {
  for await (const row of context.input("tokenizer").rows<TokenizerRow>()) if (row.tokenizer_id === id) return row;
  throw new UsageError("tokenizer", `the units are cut by ${id}, of which there is no row in tokenizer`, {
    fields: { tokenizer: id },
    wayOut: "Give the step the tokenizers that the units were cut by.",
  });
}

function twoTokenizers(first: string, { doc_id: unit, tokenizer_id: second }: ScoringUnitRow): UsageError {
  return new UsageError("tokenizer", `units are of two tokenizers: ${first} and ${second}`, {
    fields: { first, second, unit },
    wayOut: "Cut all texts by one tokenizer, that of the model.",
  });
}

function runRecord(
  { parameters, partition }: Context,
  experiment: string,
  given: {
    readonly model: OnnxModel;
    readonly sha: string;
    readonly tokenizer: TokenizerRow;
    readonly test: { readonly [name: string]: Canonical };
  },
): RunRecordRow {
  const { model, sha, tokenizer, test } = given;
  return {
    partition,
    run_id: `${experiment}/${model.name}`,
    experiment_id: experiment,
    role: "target",
    backend: "onnx",
    model: model.name,
    model_sha: sha,
    revision: parameters.revision,
    dtype: "float32",
    tokenizer_id: tokenizer.tokenizer_id,
    tokenizer_sha: tokenizer.sha256,
    vocabulary: model.vocabulary,
    context: parameters.context,
    stride: strideOf(parameters),
    bos_policy: parameters.bos.policy,
    capabilities: ["logprob", "max_logprob", "rank", "full_distribution", "mean_probability"],
    parameters: canonicalJson({ bos: parameters.bos.id }),
    self_test: canonicalJson(test),
    seed: null,
    n_trained_tokens: null,
  };
}
