import { DEFAULT_LIMITS } from "../../base/limits.js";
import { parseJson } from "../../formats/json/parse-json.js";
import { definitionFault, type Fields, isFields, shown } from "./definition-fault.js";

/** Longest definition that is read, in characters: the largest published ones have some 35 million. */
const MOST_CHARACTERS = 128 * 1024 ** 2;

/** Most tokens, and the bound of their numbers: the largest published vocabularies have some 10^6. */
const MOST_TOKENS = 1 << 21;

/** Most merges. */
const MOST_MERGES = 1 << 22;

/** A `tokenizer.json` whose outer form, vocabulary and added tokens are checked. */
export interface TokenizerJson {
  readonly file: string;
  /** The whole, as parsed. */
  readonly fields: Fields;
  readonly model: Fields;
  /** Tokens of the model by their number; for Unigram in the order of its list. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Tokens added to it. */
  readonly added: ReadonlyMap<string, number>;
  /** Numbers are below this. */
  readonly size: number;
}

/**
 * Reads the outer form of a `tokenizer.json`.
 * @throws {FormatError} naming the file and the place; bounded in characters, tokens and merges.
 */
export function readTokenizerJson(definition: string, file: string): TokenizerJson {
  const fields: unknown = parseJson(definition, { file, limits: { ...DEFAULT_LIMITS, bytes: MOST_CHARACTERS } });
  const wayOut = "Give the tokenizer.json of a model, which holds its whole tokenizer.";
  if (!isFields(fields)) throw definitionFault({ file, place: "the file" }, "is not an object", wayOut);
  const { model } = fields;
  if (!isFields(model)) throw definitionFault({ file, place: "model" }, `is ${shown(model)}, not an object`, wayOut);
  const vocabulary = readVocabulary(model, file);
  if (vocabulary.size === 0) throw definitionFault({ file, place: "model.vocab" }, "has no tokens");
  const added = readAdded(fields.added_tokens, file);
  if (Array.isArray(model.merges) && model.merges.length > MOST_MERGES) {
    throw definitionFault(
      { file, place: "model.merges" },
      `has ${model.merges.length}, at most ${MOST_MERGES} are read`,
    );
  }
  let size = 0;
  for (const id of vocabulary.values()) size = Math.max(size, id + 1);
  for (const id of added.values()) size = Math.max(size, id + 1);
  return { file, fields, model, vocabulary, added, size };
}

function readVocabulary(model: Fields, file: string): Map<string, number> {
  const { vocab } = model;
  const place = "model.vocab";
  const entries: [string, unknown][] = Array.isArray(vocab)
    ? vocab.map((entry, id) => {
        const [token, score] = Array.isArray(entry) ? entry : [];
        if (typeof token === "string" && typeof score === "number" && Number.isFinite(score)) return [token, id];
        throw definitionFault({ file, place: `${place}[${id}]` }, `is ${shown(entry)}, not a token and its score`);
      })
    : isFields(vocab)
      ? Object.entries(vocab)
      : [];
  if (!Array.isArray(vocab) && !isFields(vocab)) throw definitionFault({ file, place }, `is ${shown(vocab)}`);
  if (entries.length > MOST_TOKENS) {
    throw definitionFault({ file, place }, `has ${entries.length} tokens, at most ${MOST_TOKENS} are read`);
  }
  const vocabulary = new Map<string, number>();
  const tokenOf = new Map<number, string>();
  for (const [token, id] of entries) {
    const number = tokenNumber(id, { file, place: `${place}["${token.slice(0, 40)}"]` });
    const other = tokenOf.get(number);
    if (other !== undefined) {
      const both = `${shown(other)} and ${shown(token)}`;
      throw definitionFault({ file, place }, `gives number ${number} to two tokens: ${both}`);
    }
    vocabulary.set(token, number);
    tokenOf.set(number, token);
  }
  return vocabulary;
}

function readAdded(added: unknown, file: string): Map<string, number> {
  if (added === undefined || added === null) return new Map();
  if (!Array.isArray(added)) throw definitionFault({ file, place: "added_tokens" }, `is ${shown(added)}, not a list`);
  const found = new Map<string, number>();
  for (const [index, token] of added.entries()) {
    const place = `added_tokens[${index}]`;
    if (!isFields(token) || typeof token.content !== "string") {
      throw definitionFault({ file, place }, `is ${shown(token)}, not a token with its content and id`);
    }
    found.set(token.content, tokenNumber(token.id, { file, place: `${place}.id` }));
  }
  return found;
}

function tokenNumber(id: unknown, where: { readonly file: string; readonly place: string }): number {
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < MOST_TOKENS) return id;
  throw definitionFault(where, `is ${shown(id)}, not an integer from 0 to ${MOST_TOKENS - 1}`);
}
