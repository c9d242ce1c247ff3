import { isUtf8 } from "node:buffer";

/** What the first bytes of a file say it is. Extensions lie, magic bytes seldom do. */
export type FormatName =
  | "empty"
  | "zip"
  | "xlsx"
  | "ole2"
  | "hdf5"
  | "matlab-7.3"
  | "matlab-5"
  | "gzip"
  | "parquet"
  | "pdf"
  | "html"
  | "xml"
  | "json"
  | "text"
  | "utf-16"
  | "binary";

const DESCRIPTIONS: Readonly<Record<FormatName, string>> = {
  empty: "an empty file",
  zip: "a zip archive",
  xlsx: "an Excel workbook (.xlsx)",
  ole2: "an OLE2 compound file (.xls and others)",
  hdf5: "an HDF5 file",
  "matlab-7.3": "an HDF5 file (MATLAB 7.3)",
  "matlab-5": "a MATLAB 5 file",
  gzip: "a gzip file",
  parquet: "a Parquet file",
  pdf: "a PDF document",
  html: "an HTML page",
  xml: "an XML document",
  json: "JSON text",
  text: "plain text",
  "utf-16": "UTF-16 text",
  binary: "a binary file of unknown format",
};

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** How much of a file {@link detectFormat} looks at. */
export const DETECTION_BYTES = 4096;

function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return bytes.length >= offset + signature.length && signature.every((byte, i) => bytes[offset + i] === byte);
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", from, to);
}

/** UTF-8 up to a character that the cut at {@link DETECTION_BYTES} may have broken. */
function isText(head: Uint8Array): boolean {
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return false;
  for (let cut = 0; cut < 4 && cut <= head.length; cut++) if (isUtf8(head.subarray(0, head.length - cut))) return true;
  return false;
}

function textFormat(head: Uint8Array): FormatName {
  const text = latin1(head, 0, head.length)
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (/^<(!doctype html|html)/i.test(text)) return "html";
  if (text.startsWith("<?xml")) return "xml";
  if (/^(\{\s*["}]|\[\s*[[{"\]tfnNI\d-])/.test(text)) return "json";
  return "text";
}

/**
 * What a file is by its first bytes; at least the first {@link DETECTION_BYTES} of them should be given (HDF5 may begin
 * at offset 512, 1024 or 2048). Never throws, looks at no more than that many bytes.
 */
export function detectFormat(bytes: Uint8Array): FormatName {
  const head = bytes.subarray(0, DETECTION_BYTES);
  if (head.length === 0) return "empty";
  if (startsWith(head, HDF5_SIGNATURE)) return "hdf5";
  if (latin1(head, 0, 19) === "MATLAB 5.0 MAT-file") return "matlab-5";
  if (latin1(head, 0, 19) === "MATLAB 7.3 MAT-file") return "matlab-7.3";
  for (const offset of [512, 1024, 2048]) if (startsWith(head, HDF5_SIGNATURE, offset)) return "hdf5";
  if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6])) {
    return /\[Content_Types\]\.xml|xl\/(workbook|worksheets|_rels)/.test(latin1(head, 0, head.length)) ? "xlsx" : "zip";
  }
  if (startsWith(head, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])) return "ole2";
  if (startsWith(head, [0x1f, 0x8b])) return "gzip";
  if (latin1(head, 0, 4) === "PAR1") return "parquet";
  if (latin1(head, 0, 5) === "%PDF-") return "pdf";
  if (startsWith(head, [0xff, 0xfe]) || startsWith(head, [0xfe, 0xff])) return "utf-16";
  return isText(head) ? textFormat(head) : "binary";
}

/** `an HDF5 file (MATLAB 7.3)`: for messages such as `this is …, not a MATLAB 5 file`. */
export function describeFormat(format: FormatName): string {
  return DESCRIPTIONS[format];
}
