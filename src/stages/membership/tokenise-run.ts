import { UsageError } from "../../base/errors.js";
import type { Encoding } from "../../compute/tokenizer/tokenizer.js";
import type { ExcerptRow } from "../../tables/generated/membership.js";
import type { StageContext } from "../stage.js";
import { chooseTokenizer, openChosen } from "./choose-tokenizer.js";
import type { TokeniseParameters } from "./tokenise.js";

/**
 * Writes a row of `token` per excerpt. Memory: one text and its tokens, and what the sink holds.
 * @throws {UsageError} `usage/tokenizer`, `usage/bos` for a number outside of the vocabulary.
 */
export async function tokeniseExcerpts(context: StageContext<TokeniseParameters>): Promise<void> {
  const { tokenizer: wanted, bos } = context.parameters;
  const chosen = await chooseTokenizer(context.input("tokenizer"), wanted);
  const { tokenizer_id: id } = chosen;
  const tokenizer = await openChosen(chosen);
  if (bos !== "none" && bos >= tokenizer.vocabulary) {
    throw new UsageError("bos", `bos is ${bos}: ${id} has numbers 0 to ${tokenizer.vocabulary - 1}`, {
      fields: { bos, vocabulary: tokenizer.vocabulary },
    });
  }
  const excerpts = context.input("excerpt");
  const sink = context.sink("token");
  let units = 0;
  let tokens = 0;
  let withoutPlaces = 0;
  let empty = 0;
  const rows = excerpts.rows<Pick<ExcerptRow, "doc_id" | "text">>(["doc_id", "text"]);
  for await (const { doc_id: unit, text } of rows) {
    context.signal.throwIfAborted();
    const found = tokenizer.encode(text);
    const { ids, charStart } = bos === "none" ? found : begun(found, bos);
    // Both columns are lists of integers: typed arrays are written as they are.
    sink.write([{ doc_id: unit, tokenizer_id: id, n_tokens: ids.length, input_ids: ids, char_start: charStart }]);
    units++;
    tokens += ids.length;
    if (found.ids.length === 0) empty++;
    else if (found.charStart.length === 0) withoutPlaces++;
    context.progress(units, excerpts.rowCount, "units");
  }
  context.evidence({ tokenizer: id, units, tokens, units_without_text: empty, units_without_places: withoutPlaces });
}

/** The tokens with one before them, which stands at the beginning of the text. */
function begun({ ids, charStart }: Encoding, bos: number): Encoding {
  const known = charStart.length === ids.length;
  return { ids: prepended(ids, bos), charStart: known ? prepended(charStart, 0) : charStart };
}

function prepended(values: Int32Array, first: number): Int32Array {
  const all = new Int32Array(values.length + 1);
  all[0] = first;
  all.set(values, 1);
  return all;
}
