import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { describeFormat, detectFormat } from "../detect-format.js";
import { decodeUtf8 } from "../text/utf8-text.js";
import { checkJsonBounds } from "./json-bounds.js";
import { JsonParser } from "./json-parser.js";
import type { JsonValue, OrderedJsonValue } from "./json-value.js";

export interface JsonOptions {
  /** Name for messages. */
  readonly file: string;
  readonly limits: Limits;
  /** Objects as {@link JsonObject}, in document order (default false: plain objects). */
  readonly ordered?: boolean;
  /** Accepts the literals NaN, Infinity and -Infinity, which Python writes (default false). */
  readonly nonFinite?: boolean;
  /** A repeated key is an `error`, or the `last` one counts as in JSON.parse (default). */
  readonly duplicateKeys?: "error" | "last";
}

/**
 * Parses JSON text or UTF-8 bytes. Plain results come from the engine's own parser, after a pass that bounds depth and
 * number of values; `ordered`, `nonFinite`, strict duplicates and the place of an error come from ours (about a quarter
 * as fast). Numbers are float64: integers beyond 2^53 are rounded and 1e999 is Infinity, as in JSON.parse.
 * @throws {FormatError} `empty`, `not-json`, `json-syntax` with line, column and a frame, `json-duplicate-key`,
 * `too-deep`, `too-many-cells`, `too-large`, `not-utf8`.
 */
export function parseJson(
  source: string | Uint8Array,
  options: JsonOptions & { readonly ordered: true },
): OrderedJsonValue;
export function parseJson(source: string | Uint8Array, options: JsonOptions & { readonly ordered?: false }): JsonValue;
export function parseJson(source: string | Uint8Array, options: JsonOptions): JsonValue | OrderedJsonValue {
  const { file, limits, ordered = false, nonFinite = false, duplicateKeys = "last" } = options;
  const text = typeof source === "string" ? boundedText(source, file, limits) : decode(source, file, limits);
  if (/^\s*$/.test(text.slice(0, 64)) && text.trim() === "") {
    throw new FormatError("empty", `${file}: there is no JSON value`, { fields: { file } });
  }
  checkJsonBounds(text, { file, limits });
  const strict = () => new JsonParser(text, { file, ordered, nonFinite, duplicateKeys }).parse();
  if (ordered || nonFinite || duplicateKeys === "error") return strict();
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    strict();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError("json-syntax", `${file}: ${reason}`, { fields: { file }, cause });
  }
}

function boundedText(text: string, file: string, limits: Limits): string {
  if (text.length <= limits.bytes) return text.startsWith("\ufeff") ? text.slice(1) : text;
  throw new FormatError("too-large", `${file}: ${text.length} characters of text, at most ${limits.bytes} are read`, {
    fields: { file, bytes: text.length, limit: limits.bytes },
  });
}

function decode(bytes: Uint8Array, file: string, limits: Limits): string {
  const found = detectFormat(bytes);
  if (found === "empty") throw new FormatError("empty", `${file}: the file is empty`, { fields: { file } });
  if (found !== "json" && found !== "text" && found !== "binary" && found !== "utf-16") {
    throw new FormatError("not-json", `${file}: this is ${describeFormat(found)}, not JSON`, {
      fields: { file, found },
    });
  }
  return decodeUtf8(bytes, { file, limits });
}
