import { constants, isUtf8 } from "node:buffer";
import { LoadError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { decodeUtf8 } from "../../formats/text/utf8-text.js";

export type Newline = "lf" | "crlf" | "cr" | "mixed" | "none";

export interface DecodedDocument {
  /** With LF line ends and without U+FEFF. */
  readonly text: string;
  readonly encoding: "utf-8" | "cp1252";
  readonly hadBom: boolean;
  readonly newline: Newline;
}

/** Bytes 0x80 to 0x9F in code page 1252; a blank where it has no character. */
const CODE_PAGE_1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/**
 * Decodes a document by its bytes, whatever its header declares: after a byte order mark UTF-8; without one UTF-8 if all
 * of it is; else code page 1252, which contains ISO 8859-1. Every U+FEFF is removed and CRLF and CR become LF.
 * Cost: a few passes over the text.
 * @throws {LoadError} `load/undecodable` with the offset of the byte: without a character in code page 1252, or NUL,
 * which no text holds; `load/empty-document` for nothing but white space; `load/too-large`. {FormatError} `not-utf8`
 * behind a mark.
 */
export function decodeDocument(bytes: Uint8Array, { file, limits }: { file: string; limits: Limits }): DecodedDocument {
  const most = Math.min(limits.bytes, constants.MAX_STRING_LENGTH);
  if (bytes.length > most) {
    throw new LoadError("too-large", `${file}: ${bytes.length} bytes of text, at most ${most} are read`, {
      fields: { file, bytes: bytes.length, limit: most },
    });
  }
  const hadBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw undecodable(file, nul, 0, utf16(bytes) ? "this is UTF-16" : "a text holds no NUL");
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isUnicode = hadBom || isUtf8(view);
  const raw = isUnicode ? decodeUtf8(view, { file, limits }) : decode1252(view, file);
  const text = normalised(raw);
  if (text.text.trim() === "") {
    throw new LoadError("empty-document", `${file}: the document has no text (${bytes.length} bytes)`, {
      fields: { file, bytes: bytes.length },
      wayOut: "Fetch the file again, or leave it out of the source.",
    });
  }
  return { ...text, encoding: isUnicode ? "utf-8" : "cp1252", hadBom };
}

/** A text with LF line ends and without U+FEFF, and which line ends it had. */
export function normalised(raw: string): { readonly text: string; readonly newline: Newline } {
  const unmarked = raw.includes("\ufeff") ? raw.replaceAll("\ufeff", "") : raw;
  if (!unmarked.includes("\r")) return { text: unmarked, newline: unmarked.includes("\n") ? "lf" : "none" };
  const kinds = new Set<Newline>();
  const text = unmarked.replace(/\r\n|\r|\n/g, (end) => {
    kinds.add(end === "\r\n" ? "crlf" : end === "\r" ? "cr" : "lf");
    return "\n";
  });
  return { text, newline: kinds.size > 1 ? "mixed" : ([...kinds][0] as Newline) };
}

function decode1252(bytes: Buffer, file: string): string {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0x80 && byte < 0xa0 && CODE_PAGE_1252[byte - 0x80] === " ") {
      throw undecodable(file, at, byte, "it is neither UTF-8 nor code page 1252");
    }
  }
  return bytes
    .toString("latin1")
    .replace(/[\u0080-\u009f]/g, (unit) => CODE_PAGE_1252[unit.charCodeAt(0) - 0x80] ?? "");
}

function utf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function undecodable(file: string, offset: number, byte: number, reason: string): LoadError {
  const hexadecimal = `0x${byte.toString(16).padStart(2, "0")}`;
  return new LoadError("undecodable", `${file}: byte ${hexadecimal} at offset ${offset} cannot be decoded: ${reason}`, {
    fields: { file, offset, byte },
    wayOut: "Fetch the file again, or save it as UTF-8.",
  });
}
