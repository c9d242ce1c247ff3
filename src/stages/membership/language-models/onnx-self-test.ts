import type { Canonical } from "../../../base/canonical-json.js";
import { LoadError } from "../../../base/errors.js";
import type { WindowScores } from "./language-model.js";
import type { OnnxModel } from "./onnx-model.js";

/** Greatest difference between two answers, nats. */
const TOLERANCE = 1e-3;

/**
 * Whether a local model can be believed: the same tokens twice give the same, and what comes after a token changes
 * nothing of what is said of it. A masked model (BERT's kind) reads what it is asked for.
 * @returns what is kept in `run.self_test`
 * @throws {LoadError} `load/self-test` naming check and place.
 */
export async function onnxSelfTest(
  model: OnnxModel,
  ids: Int32Array,
  signal: AbortSignal,
): Promise<{ readonly [name: string]: Canonical }> {
  const half = Math.max(2, ids.length >> 1);
  const ask = (end: number) => model.score({ ids, begin: 0, end }, signal);
  const whole = await ask(ids.length);
  compare(model, "repeatable", whole, await ask(ids.length));
  compare(model, "causal", await ask(half), whole);
  return { count: { sent: ids.length, received: whole.logprob.length + 1 }, repeatable: true, causal: true };
}

function compare(model: OnnxModel, check: "repeatable" | "causal", first: WindowScores, second: WindowScores): void {
  const at = first.logprob.findIndex((value, i) => Math.abs(value - (second.logprob[i] as number)) > TOLERANCE);
  if (at === -1) return;
  const [a, b] = [first.logprob[at] as number, second.logprob[at] as number];
  const what =
    check === "causal"
      ? `the token at ${at + 1} has ${a}, and ${b} with other tokens after it: the model reads ahead`
      : `the token at ${at + 1} has ${a} and then ${b}`;
  throw new LoadError("self-test", `the self-test of ${model.name} fails: ${what}`, {
    fields: { check, model: model.name, place: at + 1, first: a, second: b },
    wayOut:
      check === "causal"
        ? "Use a causal language model: a masked one predicts no next token."
        : "The export is not deterministic (dropout?): export it for inference.",
  });
}
