import { describe, expect, it } from "vitest";
import { OnnxModel } from "../../../src/stages/membership/language-models/onnx-model.js";
import {
  importOnnxRuntime,
  type OnnxRuntime,
  type OnnxTensor,
} from "../../../src/stages/membership/language-models/onnx-runtime.js";
import { onnxSelfTest } from "../../../src/stages/membership/language-models/onnx-self-test.js";
import { scoreOnnx } from "../../../src/stages/membership/score-onnx.js";
import { scoreByOnnx } from "../../../src/stages/membership/score-onnx-run.js";
import type { Row } from "../../../src/tables/contract.js";
import { onnxBytes, tinyLogits, tinyModel } from "../../support/onnx-model-bytes.js";
import { pretendedRuntime, realOnnxRuntime } from "../../support/onnx-runtime.js";
import { rejection } from "./language-models/support.js";
import { runPartition } from "./support/served-units.js";

const model = tinyModel(24, 5);
const real = await realOnnxRuntime();
const signal = new AbortController().signal;
const ids = Int32Array.from({ length: 40 }, (_, i) => (i * 7 + (i % 3)) % 24);

/** Log-probabilities after the tokens, in float64. */
function after(tokens: readonly number[]): Float64Array {
  const logits = tinyLogits(model, tokens);
  const largest = Math.max(...logits);
  const total = largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return logits.map((value) => value - total);
}

function tables(docs: Readonly<Record<string, Int32Array>>, bytes: Buffer = onnxBytes(model)) {
  const hash = "ab".repeat(32);
  const half = bytes.length >> 1;
  const part = (at: number, data: Buffer): Row => ({
    model_id: "tiny-abababababab",
    sha256: hash,
    bytes: BigInt(bytes.length),
    part: at,
    data,
  });
  return {
    scoring_unit: Object.entries(docs).map(([doc_id, input_ids]) => ({
      doc_id,
      experiments: ["coin"],
      tokenizer_id: "t",
      input_ids,
    })),
    tokenizer: [{ tokenizer_id: "t", kind: "scores", vocabulary: 24, sha256: hash, definition: null, trained_on: 0n }],
    onnx_model: [part(0, bytes.subarray(0, half)), part(1, bytes.subarray(half))],
  };
}

const staged = (runtime: OnnxRuntime) => ({
  ...scoreOnnx,
  run: (context: Parameters<typeof scoreOnnx.run>[0]) => scoreByOnnx(context, runtime),
});

const runtimes = [
  ["a pretended runtime", pretendedRuntime(model)],
  ["onnxruntime-node", real],
] as const;

describe.each(runtimes)("membership/score-onnx with %s", (name, runtime) => {
  it.skipIf(runtime === undefined)(
    `scores units as the model does${runtime === undefined ? " (skipped: onnxruntime-node is not installed)" : ""}`,
    async () => {
      const docs = { a: ids, b: ids.subarray(3, 12), one: ids.subarray(0, 1) };
      const stage = staged(runtime as OnnxRuntime);
      const rows = await runPartition(stage, tables(docs), { parameters: { context: 16 }, partition: "p" });
      for (const [doc, tokens] of [
        ["a", docs.a],
        ["b", docs.b],
      ] as const) {
        const found = (rows.token_score ?? []).filter(({ doc_id: id }) => id === doc);
        expect(found.map(({ pos }) => pos)).toEqual(Array.from({ length: tokens.length - 1 }, (_, i) => i + 1));
        const mean = new Float64Array(24);
        for (const row of found) {
          const [pos, begin] = [row.pos as number, (row.window as number) * 15];
          const exact = after([...tokens.subarray(begin, pos)]);
          const own = exact[tokens[pos] as number] as number;
          expect(row.logprob).toBeCloseTo(own, 4);
          expect(row.max_logprob).toBeCloseTo(Math.max(...exact), 4);
          expect(row.rank).toBe(exact.filter((value) => value > own + 1e-5).length);
          expect(row.mu).toBeCloseTo(
            exact.reduce((sum, value) => sum + Math.exp(value) * value, 0),
            4,
          );
          expect(row.m2).toBeCloseTo(
            exact.reduce((sum, value) => sum + Math.exp(value) * value ** 2, 0),
            3,
          );
          expect(row.mu_uniform).toBeCloseTo(exact.reduce((sum, value) => sum + value, 0) / 24, 4);
          for (const [id, value] of exact.entries()) mean[id] = (mean[id] as number) + Math.exp(value) / found.length;
        }
        const p = rows.document_mean_probability?.find(({ doc_id: id }) => id === doc)?.p as number[];
        for (const [id, value] of p.entries()) expect(value).toBeCloseTo(mean[id] as number, 5);
      }
      expect(rows.run_record).toHaveLength(1);
      expect(rows.run_record?.[0]).toMatchObject({
        run_id: "coin/tiny-abababababab",
        backend: "onnx",
        vocabulary: 24,
        context: 16,
      });
      expect(await runPartition(stage, tables(docs), { parameters: { context: 16 }, partition: "p" })).toEqual(rows);
    },
  );

  it.skipIf(runtime === undefined || name !== "onnxruntime-node")("finds out what is no causal model", async () => {
    const backwards = await OnnxModel.open("m", onnxBytes(model, { reverse: true }), runtime as OnnxRuntime);
    const error = await rejection(onnxSelfTest(backwards, ids, signal));
    expect(error).toMatchObject({ tag: "load/self-test", fields: { check: "causal" } });
    await backwards.close();
    const last = await rejection(OnnxModel.open("m", onnxBytes(model, { lastOnly: true }), runtime as OnnxRuntime));
    expect(last).toMatchObject({ tag: "load/onnx-output", fields: { shape: [1, 1, 24] } });
    const broken = await rejection(OnnxModel.open("m", onnxBytes(model).subarray(0, 90), runtime as OnnxRuntime));
    expect(broken).toMatchObject({ tag: "format/onnx" });
  });
});

describe("a model in ONNX", () => {
  it("is given what exported models ask for beside the tokens", async () => {
    const feeds: Record<string, OnnxTensor>[] = [];
    const inputs = ["input_ids", "attention_mask", "position_ids", "past_key_values.0.key", "use_cache_branch"];
    const metadata = [{ name: "past_key_values.0.key", type: "float32", shape: ["batch_size", 4, "past_length", 8] }];
    const opened = await OnnxModel.open("m", Buffer.alloc(0), pretendedRuntime(model, { inputs, metadata, feeds }));
    await opened.score({ ids, begin: 3, end: 7 }, signal);
    expect(feeds.at(-1)).toMatchObject({
      input_ids: { type: "int64", dims: [1, 4], data: BigInt64Array.from(ids.subarray(3, 7), BigInt) },
      attention_mask: { data: BigInt64Array.of(1n, 1n, 1n, 1n) },
      position_ids: { data: BigInt64Array.of(0n, 1n, 2n, 3n) },
      "past_key_values.0.key": { type: "float32", dims: [1, 4, 0, 8] },
      use_cache_branch: { type: "bool" },
    });
  });

  it("refuses inputs it does not know, tokens the model lacks, and values that are none", async () => {
    const strange = pretendedRuntime(model, { inputs: ["input_ids", "encoder_hidden_states"] });
    expect(await rejection(OnnxModel.open("m", Buffer.alloc(0), strange))).toMatchObject({
      tag: "format/onnx",
      fields: { input: "encoder_hidden_states" },
    });
    const opened = await OnnxModel.open("m", Buffer.alloc(0), pretendedRuntime(model));
    const foreign = { ids: Int32Array.of(1, 24), begin: 0, end: 2 };
    expect(await rejection(opened.score(foreign, signal))).toMatchObject({
      tag: "load/token-number",
      fields: { token: 24 },
    });
    const spoilt = pretendedRuntime(model, { spoil: (logits) => void logits.fill(Number.NaN) });
    const nan = await OnnxModel.open("m", Buffer.alloc(0), spoilt);
    expect(await rejection(nan.score({ ids, begin: 0, end: 5 }, signal))).toMatchObject({ tag: "load/not-a-number" });
  });

  it("finds a model out that answers differently every time", async () => {
    let calls = 0;
    const spoil = (logits: Float32Array) => {
      calls += 1;
      logits[0] = (logits[0] as number) + calls;
    };
    const opened = await OnnxModel.open("m", Buffer.alloc(0), pretendedRuntime(model, { spoil }));
    const error = await rejection(onnxSelfTest(opened, ids, signal));
    expect(error).toMatchObject({ tag: "load/self-test", fields: { check: "repeatable", place: 1 } });
  });

  it("says how the runtime is installed", async () => {
    const error = await rejection(importOnnxRuntime("a-package-that-is-not-there"));
    expect(error).toMatchObject({ tag: "usage/no-onnxruntime", exitCode: 2 });
    expect(error.wayOut).toContain("npm install --ignore-scripts onnxruntime-node@");
  });

  it("needs a model", async () => {
    const given = { ...tables({ a: ids }), onnx_model: [] };
    expect(await rejection(runPartition(staged(pretendedRuntime(model)), given))).toMatchObject({
      tag: "usage/onnx-model",
    });
  });
});
