import { LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import type { JsonValue } from "../../formats/json/json-value.js";

/** A document of `inputs.json`. */
export interface MatrixDocument {
  readonly name: string;
  /** Null where the file says null. */
  readonly label: 0 | 1 | null;
  readonly chunk: number | null;
  readonly ids: Int32Array;
  /** First value of its matrix in the file, in float32 values. */
  readonly offset: number;
}

/** Larger than any vocabulary. */
const MOST_TOKENS = 2 ** 24;

/**
 * The documents that `inputs.json` describes.
 * @throws {LoadError} `load/inputs` naming document and field, `load/duplicate-document`, `load/token-number`.
 */
export function matrixDocuments(
  index: JsonValue,
  { file, limits }: { readonly file: string; readonly limits: Limits },
): { readonly vocabulary: number; readonly documents: MatrixDocument[] } {
  if (!isObject(index)) throw fault(file, "the file", "is no JSON object with vocab and docs");
  const vocabulary = integer(index.vocab, 1, MOST_TOKENS);
  if (vocabulary === undefined) throw fault(file, "vocab", `is ${shown(index.vocab)}, not a number of tokens`);
  const { docs } = index;
  if (!Array.isArray(docs) || docs.length === 0) throw fault(file, "docs", "is no list of documents");
  if (docs.length > limits.entries)
    throw fault(file, "docs", `has ${docs.length} documents, at most ${limits.entries}`);
  const seen = new Set<string>();
  const documents = docs.map((doc, place) => {
    if (!isObject(doc)) throw fault(file, `docs[${place}]`, "is no object");
    const { doc: number } = doc;
    const name = typeof number === "number" ? String(number) : number;
    if (typeof name !== "string" || name === "")
      throw fault(file, `docs[${place}].doc`, `is ${shown(number)}, no name`);
    if (seen.has(name)) {
      throw new LoadError("duplicate-document", `${file}: the document ${name} comes twice (docs[${place}])`, {
        fields: { file, document: name, place },
      });
    }
    seen.add(name);
    return documentOf(doc, name, { file, vocabulary });
  });
  return { vocabulary, documents };
}

function documentOf(
  doc: { readonly [key: string]: JsonValue },
  name: string,
  { file, vocabulary }: { readonly file: string; readonly vocabulary: number },
): MatrixDocument {
  const place = `document ${name}`;
  const { label = null, chunk = null, input_ids: list, n_tokens: tokens, offset_floats: offset } = doc;
  if (label !== null && label !== 0 && label !== 1) {
    throw fault(file, place, `label is ${shown(label)}, not 1 (member) or 0`);
  }
  if (chunk !== null && integer(chunk, 0, 32_767) === undefined) throw fault(file, place, `chunk is ${shown(chunk)}`);
  if (!Array.isArray(list)) throw fault(file, place, "input_ids is no list of token numbers");
  if (tokens !== undefined && tokens !== list.length) {
    throw fault(file, place, `n_tokens is ${shown(tokens)}, but input_ids has ${list.length}`);
  }
  const start = integer(offset, 0, Number.MAX_SAFE_INTEGER / 4);
  if (start === undefined) throw fault(file, place, `offset_floats is ${shown(offset)}`);
  const ids = Int32Array.from(list as number[], (id, at) => {
    if (integer(id, 0, vocabulary - 1) !== undefined) return id;
    throw new LoadError(
      "token-number",
      `${file}: ${place}, token ${at}: ${shown(id)} is none of ${vocabulary} tokens`,
      {
        fields: { file, document: name, position: at, token: shown(id), vocabulary },
      },
    );
  });
  return { name, label, chunk: chunk as number | null, ids, offset: start };
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function integer(value: JsonValue | undefined, least: number, most: number): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

function shown(value: JsonValue | undefined): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 60);
}

function fault(file: string, place: string, problem: string): LoadError {
  return new LoadError("inputs", `${file}: ${place} ${problem}`, {
    fields: { file, place },
    wayOut: "inputs.json has vocab, and docs with doc, chunk, label, n_tokens, offset_floats and input_ids.",
  });
}
