import { UsageError } from "../../base/errors.js";
import { openTokenizer, type Tokenizer } from "../../compute/tokenizer/tokenizer.js";
import type { TokenizerRow } from "../../tables/generated/membership.js";
import type { TableSource } from "../../tables/table-io.js";

/** A tokenizer that can be run. */
export type DefinedTokenizer = TokenizerRow & { readonly definition: string };

/**
 * The tokenizer of a table that has this `tokenizer_id`, or this name before the hash; without a name the only one.
 * @throws {UsageError} `usage/tokenizer` when none or several fit, and when only its token numbers are known.
 */
export async function chooseTokenizer(table: TableSource, wanted: string | null): Promise<DefinedTokenizer> {
  const there: string[] = [];
  const fitting: TokenizerRow[] = [];
  for await (const row of table.rows<TokenizerRow>()) {
    there.push(row.tokenizer_id);
    const name = row.tokenizer_id.replace(/-[0-9a-f]{12}$/, "");
    if (wanted === null || wanted === row.tokenizer_id || wanted === name) fitting.push(row);
  }
  const exact = fitting.filter(({ tokenizer_id: id }) => id === wanted);
  const [chosen, ...more] = exact.length > 0 ? exact : fitting;
  const list = there.length === 0 ? "there is none" : `there are ${there.join(", ")}`;
  if (chosen === undefined || more.length > 0) {
    const problem = chosen === undefined ? "no tokenizer" : "more than one tokenizer";
    throw new UsageError("tokenizer", `${problem} fits ${wanted === null ? "the step" : `"${wanted}"`}: ${list}`, {
      fields: { wanted, found: there },
      wayOut: "Name one: `tokenizer: NAME`.",
    });
  }
  const { definition } = chosen;
  if (definition === null) {
    throw new UsageError("tokenizer", `${chosen.tokenizer_id} came with token scores: it cannot read texts`, {
      fields: { tokenizer: chosen.tokenizer_id },
      wayOut: "Load its tokenizer.json with membership/tokenizer.",
    });
  }
  return { ...chosen, definition };
}

let last: { readonly definition: string; readonly tokenizer: Promise<Tokenizer> } | undefined;

/**
 * Opens the tokenizer of a row. The one opened last stays open: a large vocabulary takes a tenth of a second or more, and
 * the units of one run, often one per document, all want the same.
 */
export function openChosen({ definition, tokenizer_id: id }: DefinedTokenizer): Promise<Tokenizer> {
  if (last?.definition !== definition) last = { definition, tokenizer: openTokenizer(definition, { file: id }) };
  return last.tokenizer;
}
