import { compareCodeUnits } from "../../base/canonical-json.js";
import { LoadError } from "../../base/errors.js";
import { hashOf, sha256 } from "../../base/hash.js";
import { bytePairDefinition } from "../../compute/tokenizer/byte-pair-definition.js";
import { trainBytePairs, WordCounts } from "../../compute/tokenizer/byte-pair-trainer.js";
import type { ExcerptRow, TokenizerRow } from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import type { TrainTokenizerParameters } from "./train-tokenizer.js";

type TextRow = Pick<ExcerptRow, "doc_id" | "text">;

/** Bytes of each text that are trained on; Infinity for all of it. */
type Sample = ReadonlyMap<string, number>;

/**
 * Trains on the table of excerpts and writes one row of `tokenizer`. Texts are read one by one and not kept.
 * @throws {LoadError} `load/no-text` where all texts are empty.
 */
export async function trainOnExcerpts(context: StageContext<TrainTokenizerParameters>): Promise<void> {
  const { vocabulary, minimum_count: minimumCount, sample_bytes: most, seed, name } = context.parameters;
  const table = context.input("excerpt");
  const texts = () => table.rows<TextRow>(["doc_id", "text"]);
  const sample = most === null ? undefined : await drawSample(texts(), most, seed);
  const counts = new WordCounts();
  let bytes = 0;
  let units = 0;
  let read = 0;
  for await (const { doc_id: unit, text } of texts()) {
    context.signal.throwIfAborted();
    context.progress(++read, table.rowCount, "units");
    const wanted = sample === undefined ? Number.POSITIVE_INFINITY : (sample.get(unit) ?? 0);
    if (wanted <= 0 || text === "") continue;
    const used = headOf(text, wanted);
    counts.add(used);
    bytes += Buffer.byteLength(used);
    units++;
  }
  if (bytes === 0) {
    throw new LoadError("no-text", `the ${table.rowCount} excerpts hold no text to train a tokenizer on`, {
      fields: { units: table.rowCount },
      wayOut: "Check what the step that cuts the excerpts left of the documents.",
    });
  }
  const model = trainBytePairs(counts, { vocabulary, minimumCount });
  const definition = bytePairDefinition(model);
  const hash = sha256(definition);
  const row: TokenizerRow = {
    tokenizer_id: `${name}-${hash.slice(0, 12)}`,
    kind: "trained",
    vocabulary: model.tokens.length,
    sha256: hash,
    definition,
    trained_on: BigInt(bytes),
  };
  context.sink("tokenizer").write([row]);
  context.evidence({
    vocabulary: model.tokens.length,
    merges: model.merges.left.length,
    distinct_words: counts.size,
    units_read: units,
    bytes_read: bytes,
    seed: sample === undefined ? null : seed,
  });
}

/** Units in an order that seed and name alone decide, until they have so many bytes; of the last a part. */
async function drawSample(texts: AsyncIterable<TextRow>, most: number, seed: number): Promise<Sample> {
  const units: { readonly unit: string; readonly order: string; readonly bytes: number }[] = [];
  for await (const { doc_id: unit, text } of texts) {
    units.push({ unit, order: hashOf([seed, unit]), bytes: Buffer.byteLength(text) });
  }
  units.sort((a, b) => compareCodeUnits(a.order, b.order) || compareCodeUnits(a.unit, b.unit));
  const sample = new Map<string, number>();
  let left = most;
  for (const { unit, bytes } of units) {
    if (left <= 0) break;
    sample.set(unit, left);
    left -= bytes;
  }
  return sample;
}

/** The beginning of a text that has at most so many bytes, whole code points. */
function headOf(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let end = Math.floor(bytes);
  const utf8 = Buffer.from(text);
  while (end > 0 && ((utf8[end] as number) & 0xc0) === 0x80) end--;
  return utf8.toString("utf8", 0, end);
}
