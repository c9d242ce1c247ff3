import { seededRandom } from "../../../../src/sample-data/seeded-random.js";

/** A document of `inputs.json`. */
export interface ReferenceDocument {
  readonly doc: number | string;
  readonly chunk: number;
  readonly label: 0 | 1;
  readonly n_tokens: number;
  readonly offset_floats: number;
  readonly input_ids: readonly number[];
}

/** Inputs in the form of the published reference values: `inputs.json` and a matrix of log-probabilities. */
export interface ReferenceSet {
  readonly vocab: number;
  readonly docs: readonly ReferenceDocument[];
  readonly floats: Float32Array;
}

export interface PlannedDocument {
  readonly doc: number | string;
  readonly chunk: number;
  readonly label: 0 | 1;
  readonly tokens: number;
}

/**
 * A synthetic language model over invented documents. Tokens follow a law of 1 / rank and are drawn from the model's own
 * rows, members a little more often from their heads, so that attacks find something. The largest tokens are never drawn
 * in the chunk `rareOutside`: its dictionaries lack them.
 */
export function referenceSet(options: {
  readonly seed: number;
  readonly vocabulary: number;
  readonly documents: readonly PlannedDocument[];
  /** Unused values before every matrix. */
  readonly gap?: number;
  /** Write the matrices in the opposite order. */
  readonly backwards?: boolean;
  /** Token of this number has probability 0 everywhere and is never drawn. */
  readonly impossible?: number;
}): ReferenceSet {
  const { seed, vocabulary: V, documents, gap = 0, backwards = false, impossible } = options;
  const total = documents.reduce((sum, { tokens }) => sum + tokens * V + gap, 0);
  const floats = new Float32Array(total).fill(Number.NaN);
  const docs = new Map<string, ReferenceDocument>();
  let offset = 0;
  for (const planned of backwards ? [...documents].reverse() : documents) {
    offset += gap;
    const random = seededRandom(seed).fork(`document ${planned.doc}`);
    const ids: number[] = [];
    for (let i = 0; i < planned.tokens; i++) {
      const row = floats.subarray(offset + i * V, offset + (i + 1) * V);
      const sharpness = 0.5 + random.next();
      const scores = Float64Array.from(row, (_, v) =>
        v === impossible ? Number.NEGATIVE_INFINITY : -sharpness * Math.log(v + 1) + 1.5 * random.next(),
      );
      const sum = scores.reduce((all, score) => all + Math.exp(score), 0);
      for (let v = 0; v < V; v++) row[v] = Math.min(0, (scores[v] as number) - Math.log(sum));
      let left = random.next() ** (planned.label === 1 ? 1.4 : 1);
      let id = 0;
      for (let v = 0; v < V; v++) {
        if (v === impossible) continue;
        id = v;
        left -= Math.exp(row[v] as number);
        if (left <= 0) break;
      }
      ids.push(id);
    }
    const { tokens, ...own } = planned;
    docs.set(String(planned.doc), { ...own, n_tokens: tokens, offset_floats: offset, input_ids: ids });
    offset += planned.tokens * V;
  }
  const inOrder = documents.map(({ doc }) => docs.get(String(doc)) as ReferenceDocument);
  return { vocab: V, docs: inOrder, floats };
}

/** The two files of a set. `layout` and `row` are as published; nothing reads them. */
export function referenceFiles({ vocab, docs, floats }: ReferenceSet): {
  "inputs.json": string;
  "logprobs.f32le.bin": Uint8Array;
} {
  const bytes = new Uint8Array(4 * floats.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < floats.length; i++) view.setFloat32(4 * i, floats[i] as number, true);
  const rows = new Map<number, number>();
  const numbered = docs.map((doc) => {
    const row = rows.get(doc.chunk) ?? 0;
    rows.set(doc.chunk, row + 1);
    return { ...doc, row };
  });
  return { "inputs.json": JSON.stringify({ vocab, layout: "row-major", docs: numbered }), "logprobs.f32le.bin": bytes };
}
