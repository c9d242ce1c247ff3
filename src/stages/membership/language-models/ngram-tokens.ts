import type { Data } from "apache-arrow";
import { LoadError } from "../../../base/errors.js";
import { childRange } from "../../../formats/arrow/array-view.js";
import { valueReader } from "../../../formats/arrow/value-reader.js";
import type { TokenizerRow } from "../../../tables/generated/membership.js";
import type { TableSource } from "../../../tables/table-io.js";

/** What a model must know of the tokenizer. */
export interface TokenizerFacts {
  readonly tokenizerId: string;
  readonly sha256: string;
  readonly vocabulary: number;
}

/** Token numbers of units by the name of the unit, and the tokenizer that all of them are of. */
export interface UnitTokens {
  readonly tokenizer: TokenizerFacts;
  readonly ids: ReadonlyMap<string, Int32Array>;
}

/** Token numbers that are kept in memory, 4 bytes each. */
const MOST_TOKENS = 2 ** 29;

/**
 * The tokens of the units named, checked against the vocabulary. Memory: 4 bytes per token.
 * @throws {LoadError} `load/unit-without-tokens`, `load/several-tokenizers`, `load/unknown-tokenizer`,
 * `load/token-outside-vocabulary`, `load/too-many-tokens`.
 */
export async function readUnitTokens(
  tables: { readonly token: TableSource; readonly tokenizer: TableSource },
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<UnitTokens> {
  const ids = new Map<string, Int32Array>();
  let tokenizerId: string | undefined;
  let total = 0;
  for await (const batch of tables.token.batches(["doc_id", "tokenizer_id", "input_ids"])) {
    signal.throwIfAborted();
    const column = (name: string) =>
      batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] as Data;
    const [docOf, tokenizerOf] = [valueReader(column("doc_id")), valueReader(column("tokenizer_id"))];
    const lists = column("input_ids");
    const items = lists.children[0]?.values as Int32Array;
    for (let i = 0; i < batch.numRows; i++) {
      const docId = docOf(i) as string;
      if (!wanted.has(docId)) continue;
      const own = tokenizerOf(i) as string;
      if (tokenizerId !== undefined && own !== tokenizerId) refuseSecond(docId, own, tokenizerId);
      tokenizerId = own;
      const { from, to } = childRange(lists, i, 1);
      total += to - from;
      if (total > MOST_TOKENS) refuseMore(total);
      ids.set(docId, items.slice(from, to));
    }
  }
  for (const docId of wanted) if (!ids.has(docId)) refuseWithout(docId);
  const tokenizer = await factsOf(tables.tokenizer, tokenizerId);
  for (const [docId, own] of ids) {
    const place = own.findIndex((id) => id < 0 || id >= tokenizer.vocabulary);
    if (place !== -1) refuseToken(docId, place, own[place] as number, tokenizer);
  }
  return { tokenizer, ids };
}

/** The tokenizer named, or the only one where no unit names any. */
async function factsOf(table: TableSource, tokenizerId: string | undefined): Promise<TokenizerFacts> {
  const known: string[] = [];
  for await (const row of table.rows<TokenizerRow>(["tokenizer_id", "sha256", "vocabulary"])) {
    known.push(row.tokenizer_id);
    if (tokenizerId !== undefined && row.tokenizer_id !== tokenizerId) continue;
    return { tokenizerId: row.tokenizer_id, sha256: row.sha256, vocabulary: row.vocabulary };
  }
  throw new LoadError("unknown-tokenizer", `no row of tokenizer is ${tokenizerId ?? "there"}: ${known.join(", ")}`, {
    fields: { tokenizer_id: tokenizerId ?? null, known },
    wayOut: "Give the table `tokenizer` of the step that made the tokens.",
  });
}

function refuseSecond(docId: string, own: string, other: string): never {
  throw new LoadError("several-tokenizers", `${docId} has tokens of ${own}, units before it of ${other}`, {
    fields: { doc_id: docId, tokenizer_id: own, other },
    wayOut: "Tokenise all units of an experiment with one tokenizer.",
  });
}

function refuseMore(total: number): never {
  throw new LoadError("too-many-tokens", `more than ${MOST_TOKENS} tokens to train on and to score`, {
    fields: { tokens: total, limit: MOST_TOKENS },
    wayOut: "Score the experiments in several steps: parameter `experiments`.",
  });
}

function refuseWithout(docId: string): never {
  throw new LoadError("unit-without-tokens", `the unit ${docId} of assignment has no row in token`, {
    fields: { doc_id: docId },
    wayOut: "Tokenise the excerpts that were assigned.",
  });
}

function refuseToken(docId: string, place: number, id: number, { tokenizerId, vocabulary }: TokenizerFacts): never {
  throw new LoadError(
    "token-outside-vocabulary",
    `${docId}: token ${place} is ${id}, but ${tokenizerId} has ${vocabulary} tokens`,
    { fields: { doc_id: docId, place, token: id, tokenizer_id: tokenizerId, vocabulary } },
  );
}
