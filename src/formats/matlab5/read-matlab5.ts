import { inflateSync, constants as zlib } from "node:zlib";
import { FormatError } from "../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.js";
import type { MatlabFile, MatlabValue, MatlabVariable } from "../matlab/matlab-value.js";
import { ELEMENT, type Element, type ElementSource, elementError, elementSource, readElement } from "./element.js";
import { type MatrixHeader, matrixBudget, readMatrix, readMatrixHeader } from "./matrix.js";

export interface ReadMatlab5Options {
  /** Name of the file in errors. */
  readonly file: string;
  readonly limits?: Limits;
}

const HEADER_BYTES = 128;
/** Compressed bytes looked at to learn name, class and dimensions of a variable. */
const PEEK_BYTES = 4096;

/**
 * Opens a MATLAB 5 file (`save -v6` and `-v7`), either byte order. All variables are listed, each is read when asked for.
 * Cost: one pass over the tags; compressed variables are inflated once per `read`.
 * @throws {FormatError} `format/wrong-format` (with what the file is instead), `format/truncated`, `format/bad-tag`,
 * `format/duplicate-variable`, `format/limit`.
 */
export function readMatlab5(bytes: Uint8Array, options: ReadMatlab5Options): MatlabFile {
  const { file, limits = DEFAULT_LIMITS } = options;
  if (bytes.length > limits.bytes) {
    throw new FormatError("limit", `${file}: ${bytes.length} bytes, the limit is ${limits.bytes}`, {
      fields: { file, bytes: bytes.length, limit: limits.bytes },
    });
  }
  const source = elementSource(bytes, { file, variable: "", littleEndian: readByteOrder(bytes, file) });
  const found = new Map<string, { readonly element: Element; readonly header: MatrixHeader }>();
  const subsystem = subsystemOffset(source);
  let count = 0;
  for (let offset = HEADER_BYTES; offset < bytes.length; ) {
    const element = readElement(source, offset, bytes.length);
    count += 1;
    if (count > limits.entries) {
      throw elementError(source, "limit", `more than ${limits.entries} variables`, { limit: limits.entries });
    }
    if (offset !== subsystem) {
      const header = peekHeader(source, element, limits);
      if (found.has(header.name)) {
        throw elementError(source, "duplicate-variable", `variable ${header.name} is there twice`, {
          variable: header.name,
        });
      }
      // An unnamed array holds what objects need, which are not read.
      if (header.name !== "") found.set(header.name, { element, header });
    }
    offset = element.next;
  }
  const variables = [...found.values()].map(({ header }) => describe(header));
  return {
    file,
    version: "5",
    variables,
    read: (name) => {
      const variable = found.get(name);
      if (variable === undefined) throw missingVariable(file, name, variables);
      return readVariable({ ...source, variable: name }, variable.element, limits);
    },
    close: () => found.clear(),
  };
}

/** The error for a variable that a file does not have, with those it has. */
export function missingVariable(file: string, name: string, variables: readonly MatlabVariable[]): FormatError {
  const present = variables.map((variable) => variable.name);
  return new FormatError("missing-variable", `${file}: there is no variable ${JSON.stringify(name)}`, {
    fields: { file, variable: name, variables: present },
    wayOut: `The file has ${present.length === 0 ? "no variables" : present.join(", ")}.`,
  });
}

function describe(header: MatrixHeader): MatlabVariable {
  return { name: header.name, class: header.class, dims: header.dims };
}

function readByteOrder(bytes: Uint8Array, file: string): boolean {
  const wrong = (message: string, wayOut: string, problem = "wrong-format") =>
    new FormatError(problem, `${file}: ${message}`, { fields: { file }, wayOut });
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEADER_BYTES)).toString("latin1");
  if (text.startsWith("\x89HDF\r\n\x1a\n") || text.startsWith("MATLAB 7.3")) {
    throw wrong("this is a MATLAB 7.3 (HDF5) file, not MATLAB 5", "Read it as MATLAB 7.3.");
  }
  const mark = text.slice(126, 128);
  if (mark !== "IM" && mark !== "MI") {
    if (isMatlab4(bytes)) {
      throw wrong(
        "MATLAB 4 files are not read",
        "Save it again in MATLAB: load the file, then save(file, '-v7').",
        "unsupported-version",
      );
    }
    if (bytes.length < HEADER_BYTES && text.startsWith("MATLAB")) {
      throw new FormatError("truncated", `${file}: ${bytes.length} bytes, the header alone has ${HEADER_BYTES}`, {
        fields: { file, bytes: bytes.length, expected: HEADER_BYTES },
        wayOut: "Fetch the file again: it ends too early.",
      });
    }
    throw wrong("this is no MATLAB file: bytes 126 and 127 name no byte order", "Give a file that MATLAB saved.");
  }
  const littleEndian = mark === "IM";
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint16(124, littleEndian);
  if (version === 0x0200) throw wrong("this is a MATLAB 7.3 (HDF5) file, not MATLAB 5", "Read it as MATLAB 7.3.");
  if (version !== 0x0100) {
    throw wrong(
      `format version 0x${version.toString(16)} is not known`,
      "Save it again with '-v7'.",
      "unsupported-version",
    );
  }
  return littleEndian;
}

/** MATLAB 4 begins with a small number in decimal digits MOPT, rows, columns, and a flag that is 0 or 1. */
function isMatlab4(bytes: Uint8Array): boolean {
  if (bytes.length < 20) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [true, false].some((littleEndian) => {
    const type = view.getUint32(0, littleEndian);
    const digits = [Math.floor(type / 1000), Math.floor(type / 100) % 10, Math.floor(type / 10) % 10, type % 10];
    const [order = 9, zero = 9, precision = 9, kind = 9] = digits;
    const nameLength = view.getUint32(16, littleEndian);
    return (
      order <= 4 &&
      zero === 0 &&
      precision <= 5 &&
      kind <= 2 &&
      view.getUint32(12, littleEndian) <= 1 &&
      nameLength > 0 &&
      nameLength <= bytes.length
    );
  });
}

/** Where the data of objects begin; 0 or blanks mean that there is none. */
function subsystemOffset(source: ElementSource): number {
  const low = source.view.getUint32(source.littleEndian ? 116 : 120, source.littleEndian);
  const high = source.view.getUint32(source.littleEndian ? 120 : 116, source.littleEndian);
  return high === 0 && low !== 0 ? low : -1;
}

function peekHeader(source: ElementSource, element: Element, limits: Limits): MatrixHeader {
  if (element.type === ELEMENT.matrix) return readMatrixHeader(source, element.start, element.end);
  if (element.type !== ELEMENT.compressed) {
    throw elementError(source, "bad-tag", `element type ${element.type} at byte ${element.start - 8} is no variable`, {
      type: element.type,
      offset: element.start - 8,
    });
  }
  const head = source.bytes.subarray(element.start, Math.min(element.end, element.start + PEEK_BYTES));
  const bytes = inflate(source, head, { maximum: PEEK_BYTES * 1040, partial: true });
  const inner = elementSource(bytes, source);
  const claimed = innerLength(inner, element, limits);
  return readMatrixHeader(inner, 8, Math.min(bytes.length, 8 + claimed));
}

function readVariable(source: ElementSource, element: Element, limits: Limits): MatlabValue {
  const budget = matrixBudget(limits);
  if (element.type === ELEMENT.matrix) return readMatrix(source, element, budget, 0);
  const compressed = source.bytes.subarray(element.start, element.end);
  const head = inflate(source, compressed.subarray(0, PEEK_BYTES), { maximum: PEEK_BYTES * 1040, partial: true });
  const claimed = innerLength(elementSource(head, source), element, limits);
  const bytes = inflate(source, compressed, { maximum: 8 + claimed, partial: false });
  const inner = elementSource(bytes, source);
  return readMatrix(inner, readElement(inner, 0, bytes.length), budget, 0);
}

/** The length that a compressed variable claims for itself, checked against the limits before it is inflated. */
function innerLength(inner: ElementSource, element: Element, limits: Limits): number {
  if (inner.bytes.length < 8) {
    throw elementError(
      inner,
      "truncated",
      `the compressed variable at byte ${element.start} holds ${inner.bytes.length} bytes`,
    );
  }
  const type = inner.view.getUint32(0, inner.littleEndian);
  const claimed = inner.view.getUint32(4, inner.littleEndian);
  if (type !== ELEMENT.matrix) {
    throw elementError(inner, "bad-tag", `a compressed element of type ${type} at byte ${element.start}`, { type });
  }
  const compressed = element.end - element.start;
  const allowed = Math.min(limits.bytes, compressed * limits.ratio);
  if (claimed > allowed) {
    throw elementError(
      inner,
      "limit",
      `${compressed} compressed bytes claim to hold ${claimed}, at most ${allowed} are taken`,
      {
        claimed,
        limit: allowed,
      },
    );
  }
  return claimed;
}

function inflate(
  source: ElementSource,
  compressed: Uint8Array,
  bounds: { readonly maximum: number; readonly partial: boolean },
): Uint8Array {
  try {
    return inflateSync(compressed, {
      maxOutputLength: Math.max(bounds.maximum, 1),
      finishFlush: bounds.partial ? zlib.Z_SYNC_FLUSH : zlib.Z_FINISH,
    });
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw elementError(
        source,
        "bad-length",
        `a compressed variable holds more than the ${bounds.maximum} bytes it claims`,
        {
          claimed: bounds.maximum,
        },
      );
    }
    if (typeof code !== "string" || !code.startsWith("Z_")) throw cause;
    const problem = code === "Z_BUF_ERROR" ? "truncated" : "corrupt";
    throw elementError(source, problem, `a compressed variable does not inflate (${(cause as Error).message})`);
  }
}
