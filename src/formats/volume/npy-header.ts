import { FormatError } from "../../base/errors.js";
import type { VolumeType } from "./volume.js";

/** Magic, version and the longest length field. */
export const PREFIX_BYTES = 12;

/** NumPy writes headers of at most a few hundred bytes. */
const MOST_HEADER_BYTES = 64 * 1024;
const MOST_AXES = 32;

export interface NpyHeader {
  readonly descr: string;
  readonly type: VolumeType;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const TYPES: Readonly<Record<string, VolumeType>> = {
  b1: "uint8",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f4: "float32",
  f8: "float64",
};

/**
 * Where the elements of a `.npy` file begin, from its first bytes (`numpy.lib.format`).
 * @throws {FormatError} `npy-invalid`, `truncated`.
 */
export function npyPrefix(head: Uint8Array, file: string, fileBytes: number): { headerBytes: number } {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (view.length < PREFIX_BYTES || view.readUInt8(0) !== 0x93 || view.toString("latin1", 1, 6) !== "NUMPY") {
    throw invalid(file, "it does not begin with \\x93NUMPY");
  }
  const version = view.readUInt8(6);
  if (version < 1 || version > 3) throw invalid(file, `format version ${version}, versions 1 to 3 are read`);
  const [start, length] = version === 1 ? [10, view.readUInt16LE(8)] : [12, view.readUInt32LE(8)];
  if (length > MOST_HEADER_BYTES) {
    throw invalid(file, `a header of ${length} bytes, at most ${MOST_HEADER_BYTES} are read`);
  }
  if (start + length > fileBytes) {
    throw new FormatError(
      "truncated",
      `${file}: the header ends at byte ${start + length}, the file has ${fileBytes}`,
      {
        fields: { file, bytes: start + length, fileBytes },
        wayOut: "fetch the file again",
      },
    );
  }
  return { headerBytes: start + length };
}

function invalid(file: string, reason: string): FormatError {
  return new FormatError("npy-invalid", `${file}: this is no .npy array: ${reason}`, { fields: { file } });
}

/**
 * The header of a `.npy` file: a Python dictionary with the keys `descr`, `fortran_order` and `shape`, nothing else.
 * @throws {FormatError} `npy-invalid`, `npy-object` for what is pickled, `npy-type` for other types.
 */
export function parseNpyHeader(head: Uint8Array, file: string): NpyHeader {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const version = view.readUInt8(6);
  const text = view.toString(version === 3 ? "utf8" : "latin1", version === 1 ? 10 : 12);
  const pairs = dictionary(text, file);
  const [descr, order, shape] = ["descr", "fortran_order", "shape"].map((key) => pairs.get(key));
  if (pairs.size !== 3 || descr === undefined || order === undefined || shape === undefined) {
    throw invalid(file, `its header has the keys ${[...pairs.keys()].join(", ").slice(0, 200)}`);
  }
  if (order !== "True" && order !== "False") throw invalid(file, `fortran_order is ${order.slice(0, 40)}`);
  return { ...elementType(descr, file), fortranOrder: order === "True", shape: shapeOf(shape, file) };
}

/** Values of a one-level Python dictionary, as text. */
function dictionary(text: string, file: string): Map<string, string> {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inner === undefined) throw invalid(file, "its header is no Python dictionary");
  const pairs = new Map<string, string>();
  const pair = /\s*(['"])(\w{1,40})\1\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\s\dL,]*\)|\[[^{}]*\])\s*(,|$)/y;
  while (pair.lastIndex < inner.length) {
    const at = pair.lastIndex;
    if (inner.slice(at).trim() === "") break;
    const found = pair.exec(inner);
    if (found === null) throw invalid(file, `its header has ${JSON.stringify(inner.slice(at, at + 60))}`);
    const [, , key = "", value = ""] = found;
    if (pairs.has(key)) throw invalid(file, `its header has ${key} twice`);
    pairs.set(key, value);
  }
  return pairs;
}

function elementType(value: string, file: string): Pick<NpyHeader, "descr" | "type" | "littleEndian"> {
  if (value.startsWith("[")) throw objectType(file, "a structured type", value);
  const [, order, kind = ""] = /^['"]([<>|=])?(.*)['"]$/s.exec(value) ?? [];
  const descr = value.slice(1, -1);
  if (kind.startsWith("O")) throw objectType(file, "Python objects, which are pickled", value);
  const type = TYPES[kind];
  if (type === undefined || (order === "|" && !kind.endsWith("1"))) {
    throw new FormatError("npy-type", `${file}: elements of type ${JSON.stringify(descr.slice(0, 60))} are not read`, {
      fields: { file, type: descr.slice(0, 60), types: Object.keys(TYPES) },
      wayOut: "convert the array with astype() and save it again",
    });
  }
  // "=" is the byte order of the machine that wrote it, which nobody knows; all of them are little endian.
  return { descr, type, littleEndian: order !== ">" };
}

function objectType(file: string, what: string, value: string): FormatError {
  return new FormatError("npy-object", `${file}: the array holds ${what}`, {
    fields: { file, type: value.slice(0, 60) },
    wayOut: "save plain numbers, one array per column",
  });
}

function shapeOf(value: string, file: string): number[] {
  const parts = value
    .slice(1, -1)
    .split(",")
    .map((part) => part.trim());
  if (parts.at(-1) === "") parts.pop();
  const sizes = parts.map((part) => (/^\d{1,16}L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN));
  if (value[0] !== "(" || sizes.length > MOST_AXES || sizes.some((size) => !Number.isSafeInteger(size))) {
    throw invalid(file, `its shape is ${value.slice(0, 80)}`);
  }
  return sizes;
}
