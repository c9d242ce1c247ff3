import { FormatError } from "../../../base/errors.js";
import type { VolumeType } from "../../volume/volume.js";

/** Headers are text of a few hundred bytes; nothing larger is looked at. */
export const MOST_HEADER_BYTES = 1024 * 1024;
/** NRRD_DIM_MAX of the teem library. */
const MOST_AXES = 16;

export type NrrdEncoding = "raw" | "gzip" | "text";

/** What an NRRD header states; lists per axis are fastest axis first, as the file has them. */
export interface NrrdHeader {
  readonly version: number;
  readonly type: VolumeType;
  readonly encoding: NrrdEncoding;
  readonly littleEndian: boolean;
  readonly sizes: readonly number[];
  /** Lower-case, `undefined` where the file has `none` or `???`. */
  readonly kinds: readonly (string | undefined)[] | undefined;
  readonly labels: readonly string[] | undefined;
  readonly spacings: readonly (number | undefined)[] | undefined;
  readonly units: readonly string[] | undefined;
  readonly spaceDirections: readonly (readonly number[] | undefined)[] | undefined;
  readonly spaceUnits: readonly string[] | undefined;
  readonly dataFile: string | undefined;
  readonly lineSkip: number;
  readonly byteSkip: number;
  /** Offset of the first byte behind the header. */
  readonly headerBytes: number;
  /** All fields and key/value pairs as text, by their lower-case field name and their key. */
  readonly fields: Readonly<Record<string, string>>;
  readonly keyValues: Readonly<Record<string, string>>;
}

const TYPES = new Map<string, VolumeType>(
  (
    [
      ["int8", "signed char", "int8", "int8_t"],
      ["uint8", "uchar", "unsigned char", "uint8", "uint8_t"],
      ["int16", "short", "short int", "signed short", "signed short int", "int16", "int16_t"],
      ["uint16", "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"],
      ["int32", "int", "signed int", "int32", "int32_t"],
      ["uint32", "uint", "unsigned int", "uint32", "uint32_t"],
      [
        "int64",
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64",
        "int64_t",
      ],
      ["uint64", "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"],
      ["float32", "float"],
      ["float64", "double"],
    ] as const
  ).flatMap(([type, ...spellings]) => spellings.map((spelling): [string, VolumeType] => [spelling, type])),
);

const ENCODINGS = new Map<string, NrrdEncoding>([
  ["raw", "raw"],
  ["gzip", "gzip"],
  ["gz", "gzip"],
  ["txt", "text"],
  ["text", "text"],
  ["ascii", "text"],
]);

/** Spellings of one field (NRRD format definition, "Basic field specifications"). */
const SAME_FIELD = new Map([
  ["datafile", "data file"],
  ["lineskip", "line skip"],
  ["byteskip", "byte skip"],
]);

/** @throws {FormatError} `nrrd-invalid`, `nrrd-unsupported`, naming the line or field. */
export function parseNrrdHeader(head: Uint8Array, file: string): NrrdHeader {
  const { version, fields, keyValues, headerBytes } = headerLines(head, file);
  const fail = (reason: string) => invalid(file, reason);
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw fail(`its header has no field "${name}"`);
    return value;
  };
  const dimension = wholeNumber(required("dimension"), 1, MOST_AXES);
  if (dimension === undefined) throw fail(`dimension: ${shown(required("dimension"))}, 1 to ${MOST_AXES} are read`);
  const perAxis = <T>(name: string, split: (value: string) => T[]): T[] | undefined => {
    const value = fields.get(name);
    if (value === undefined) return undefined;
    const parts = split(value);
    if (parts.length !== dimension) throw fail(`${name}: ${parts.length} values for ${dimension} axes`);
    return parts;
  };
  const sizes = perAxis("sizes", (value) => words(value).map((word) => wholeNumber(word, 1, Number.MAX_SAFE_INTEGER)));
  if (sizes === undefined || sizes.includes(undefined)) throw fail(`sizes: ${shown(required("sizes"))}`);
  const type = elementType(required("type"), file);
  const encoding = encodingOf(required("encoding"), file);
  const dataFile = fields.get("data file");
  return {
    version,
    type,
    encoding,
    littleEndian: byteOrder(fields.get("endian"), type, encoding, fail),
    sizes: sizes as number[],
    kinds: perAxis("kinds", words)?.map((kind) => (/^(none|\?\?\?)$/i.test(kind) ? undefined : kind.toLowerCase())),
    labels: perAxis("labels", quoted),
    spacings: perAxis("spacings", words)?.map(number),
    units: perAxis("units", quoted),
    spaceDirections: perAxis("space directions", vectors)?.map(vector),
    spaceUnits: fields.has("space units") ? quoted(fields.get("space units") as string) : undefined,
    dataFile,
    lineSkip: skip(fields.get("line skip"), 0, fail),
    byteSkip: skip(fields.get("byte skip"), -1, fail),
    headerBytes,
    fields: Object.fromEntries(fields),
    keyValues: Object.fromEntries(keyValues),
  };
}

export function invalid(file: string, reason: string): FormatError {
  return new FormatError("nrrd-invalid", `${file}: this is no valid NRRD file: ${reason}`, { fields: { file } });
}

export function unsupported(file: string, reason: string, wayOut: string): FormatError {
  return new FormatError("nrrd-unsupported", `${file}: ${reason}`, { fields: { file }, wayOut });
}

function headerLines(head: Uint8Array, file: string) {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1");
  const magic = /^NRRD000([1-5])\r?\n/.exec(text);
  if (magic === null) throw invalid(file, "it does not begin with NRRD0001 to NRRD0005");
  const fields = new Map<string, string>();
  const keyValues = new Map<string, string>();
  let at = magic[0].length;
  for (let line = 2; at < text.length; line++) {
    const end = text.indexOf("\n", at);
    if (end < 0 && head.length >= MOST_HEADER_BYTES) throw invalid(file, `line ${line} has no end`);
    const stop = end < 0 ? text.length : end;
    const content = text.slice(at, stop).replace(/\r$/, "");
    at = stop + 1;
    if (content === "") return { version: Number(magic[1]), fields, keyValues, headerBytes: at };
    if (content.startsWith("#")) continue;
    const pair = /^([^:]{1,200}):(=| )(.*)$/s.exec(content);
    if (pair === null) throw invalid(file, `line ${line} is neither a field nor a comment: ${shown(content)}`);
    const [, name = "", separator, rest = ""] = pair;
    // Values are UTF-8 since NRRD0004; older ones are ASCII, which is the same.
    const value = Buffer.from(rest, "latin1").toString("utf8");
    if (separator === "=") {
      keyValues.set(name, value);
      continue;
    }
    const lower = name.trim().toLowerCase();
    const field = SAME_FIELD.get(lower) ?? lower;
    if (fields.has(field)) throw invalid(file, `line ${line} has the field "${field}" again`);
    fields.set(field, value.trim());
    // "data file: LIST" is followed by names, which are no fields.
    if (field === "data file" && /^LIST\b/.test(value.trim())) {
      throw unsupported(file, "its elements are spread over a list of files", "Join them, for example with unu.");
    }
  }
  if (head.length >= MOST_HEADER_BYTES) throw invalid(file, `a header of more than ${MOST_HEADER_BYTES} bytes`);
  return { version: Number(magic[1]), fields, keyValues, headerBytes: text.length };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

function words(value: string): string[] {
  return value.split(/\s+/).filter((word) => word !== "");
}

function quoted(value: string): string[] {
  return Array.from(value.matchAll(/"([^"]*)"/g), (match) => match[1] as string);
}

function vectors(value: string): string[] {
  return value.match(/none|\([^()]*\)/gi) ?? [];
}

function vector(text: string): number[] | undefined {
  if (!text.startsWith("(")) return undefined;
  const parts = text.slice(1, -1).split(",").map(number);
  return parts.includes(undefined) ? undefined : (parts as number[]);
}

function number(text: string): number | undefined {
  const value = Number(text.trim() === "" ? "nan" : text);
  return Number.isFinite(value) ? value : undefined;
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
}

function skip(text: string | undefined, least: number, fail: (reason: string) => FormatError): number {
  if (text === undefined) return 0;
  const value = wholeNumber(text, least, Number.MAX_SAFE_INTEGER);
  if (value === undefined) throw fail(`it skips ${shown(text)} lines or bytes`);
  return value;
}

function elementType(text: string, file: string): VolumeType {
  const type = TYPES.get(text.toLowerCase().replace(/\s+/g, " "));
  if (type !== undefined) return type;
  throw unsupported(
    file,
    `elements of type ${shown(text)} are not read`,
    `Convert them to one of ${[...TYPES.values()].filter((t, i, all) => all.indexOf(t) === i).join(", ")}.`,
  );
}

function encodingOf(text: string, file: string): NrrdEncoding {
  const encoding = ENCODINGS.get(text.toLowerCase());
  if (encoding !== undefined) return encoding;
  throw unsupported(file, `the encoding ${shown(text)} is not read`, "Save it with the encoding gzip or raw.");
}

function byteOrder(
  text: string | undefined,
  type: VolumeType,
  encoding: NrrdEncoding,
  fail: (reason: string) => FormatError,
): boolean {
  if (text === undefined) {
    if (encoding === "text" || type === "uint8" || type === "int8") return true;
    throw fail(`elements of type ${type} need the field "endian"`);
  }
  const order = text.toLowerCase();
  if (order !== "little" && order !== "big") throw fail(`endian: ${shown(text)}`);
  return order === "little";
}
