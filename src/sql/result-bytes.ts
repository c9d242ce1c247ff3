import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import { valueJson, valueText } from "./value-text.js";

/** Turns the chunks of a result into the pieces of a document; no piece is much larger than one chunk of 2,048 rows. */
export interface ResultEncoder {
  begin(names: readonly string[], types: readonly DuckDBType[]): Uint8Array | undefined;
  encode(chunk: DuckDBDataChunk): Uint8Array | undefined;
  end(): Uint8Array | undefined;
}

const utf8 = (text: string) => Buffer.from(text, "utf8");

/**
 * CSV as in RFC 4180, with a header and \n line ends. NULL is an empty field, an empty text is `""`, so the two stay
 * apart. Nested values are JSON.
 */
export function csvEncoder(): ResultEncoder {
  let columns: readonly DuckDBType[] = [];
  return {
    begin(names, types) {
      columns = types;
      return utf8(`${names.map(csvField).join(",")}\n`);
    },
    encode(chunk) {
      let text = "";
      for (const row of chunk.getRows()) {
        text += `${row.map((value, index) => csvField(valueText(value, columns[index] as DuckDBType))).join(",")}\n`;
      }
      return utf8(text);
    },
    end: () => undefined,
  };
}

function csvField(text: string | null): string {
  if (text === null) return "";
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One JSON array of objects, one row a line. {@link valueJson} says how values are written. */
export function jsonEncoder(): ResultEncoder {
  let keys: readonly string[] = [];
  let columns: readonly DuckDBType[] = [];
  let rows = 0;
  return {
    begin(names, types) {
      keys = names.map((name) => JSON.stringify(name));
      columns = types;
      return utf8("[");
    },
    encode(chunk) {
      let text = "";
      for (const row of chunk.getRows()) {
        const members = row.map((value, index) => `${keys[index]}:${valueJson(value, columns[index] as DuckDBType)}`);
        text += `${rows === 0 ? "\n" : ",\n"}{${members.join(",")}}`;
        rows += 1;
      }
      return utf8(text);
    },
    end: () => utf8(rows === 0 ? "]\n" : "\n]\n"),
  };
}
