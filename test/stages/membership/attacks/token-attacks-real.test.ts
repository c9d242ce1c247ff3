import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compressedLength } from "../../../../src/stages/membership/attacks/compared-attacks.js";
import {
  meanLoss,
  surp,
  type TokenColumns,
  tokenAttacks,
} from "../../../../src/stages/membership/attacks/token-attacks.js";
import { realData } from "../../../support/real-data.js";

interface Inputs {
  readonly vocab: number;
  readonly docs: { doc: number; n_tokens: number; offset_floats: number; input_ids: number[] }[];
}

interface Expected {
  readonly zlib: { text: string; utf8_bytes: number; zlib_len_level_default: number }[];
  readonly attacks: Record<string, number>[];
}

const data = realData("membership");
const read = <T>(name: string): T => JSON.parse(readFileSync(data.path("reference", name), "utf8"));

/** Statistics of rows 1 … n − 1 of a matrix of log-probabilities, [n][vocabulary] float32. */
function columnsOf(
  matrix: Float32Array,
  ids: readonly number[],
  vocabulary: number,
): TokenColumns & { rank: Int32Array } {
  const n = ids.length - 1;
  const logprob = new Float32Array(n);
  const maxLogprob = new Float32Array(n);
  const rank = new Int32Array(n);
  const [mu, m2] = [new Float64Array(n), new Float64Array(n)];
  for (let at = 0; at < n; at++) {
    const row = matrix.subarray((at + 1) * vocabulary, (at + 2) * vocabulary);
    const own = row[ids[at + 1] as number] as number;
    logprob[at] = own;
    maxLogprob[at] = Math.max(...row);
    rank[at] = row.filter((value) => value > own).length;
    for (const value of row) {
      mu[at] = (mu[at] as number) + Math.exp(value) * value;
      m2[at] = (m2[at] as number) + Math.exp(value) * value * value;
    }
  }
  return { logprob, maxLogprob, rank, mu, m2 };
}

describe.skipIf(!data.present)(`reference sequence attacks${data.reason}`, () => {
  it("reproduces every value of every document", () => {
    const { vocab, docs } = read<Inputs>("inputs.json");
    const bytes = readFileSync(data.path("reference", "logprobs.f32le.bin"));
    const floats = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const { attacks } = read<Expected>("sequence_attacks.json");
    expect(attacks).toHaveLength(docs.length);
    for (const expected of attacks) {
      const doc = docs.find(({ doc: name }) => name === expected.doc);
      if (doc === undefined) throw new Error(`no document ${expected.doc}`);
      const end = doc.offset_floats + doc.n_tokens * vocab;
      const columns = columnsOf(floats.subarray(doc.offset_floats, end), doc.input_ids, vocab);
      const scores = tokenAttacks(columns);
      const uncommon = surp(columns.logprob, columns.mu as Float64Array);
      const found: Record<string, number | null | undefined> = {
        ...Object.fromEntries(scores),
        loss_score: scores.get("loss"),
        nll: meanLoss(columns.logprob),
        ppl: -(scores.get("ppl") ?? 0),
        surp_k40_ent2: uncommon.score,
        n_surp: uncommon.tokens,
        mean_rank: -(scores.get("mean_rank") ?? 0),
        mean_entropy: -(scores.get("mean_entropy") ?? 0),
        mean_maxprob: scores.get("mean_max"),
      };
      for (const [key, value] of Object.entries(expected)) {
        if (key === "doc" || key === "label") continue;
        expect(Math.abs((found[key] ?? Number.NaN) - value), `${key} of ${expected.doc}`).toBeLessThanOrEqual(
          1e-9 * Math.abs(value),
        );
      }
    }
  });

  it("compresses texts to about the length of stock zlib", () => {
    for (const { text, utf8_bytes, zlib_len_level_default: length } of read<Expected>("sequence_attacks.json").zlib) {
      expect(Buffer.byteLength(text)).toBe(utf8_bytes);
      expect(Math.abs(compressedLength(text) - length)).toBeLessThanOrEqual(Math.max(5, 0.03 * length));
    }
  });
});
