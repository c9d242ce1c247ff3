import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { LAST_COLUMN } from "./cell-address.js";

/*
 * BIFF5 and BIFF8 ([MS-XLS]): records of type (2 bytes), length (2 bytes) and payload. The workbook part comes first and
 * points to one substream per sheet; each runs from BOF to EOF. What is of no concern here (formulas, links, styles,
 * drawings, macros) never reaches the library: a new stream is built of the records below.
 */
const BOF = 0x0809;
const EOF = 0x000a;
const CONTINUE = 0x003c;
const CODE_PAGE = 0x0042;
const BOUND_SHEET = 0x0085;
const FILE_PASS = 0x002f;
const SHARED_STRINGS = 0x00fc;
const FORMULA = 0x0006;
const STRING = 0x0207;
const LABEL = 0x0204;
const NUMBER = 0x0203;
const BOOLEAN_OR_ERROR = 0x0205;
const RK = 0x027e;
const MULTIPLE_RK = 0x00bd;
const LABEL_SHARED = 0x00fd;
const RICH_STRING = 0x00d6;

/** Smallest payload of each record that places one cell. */
const CELL_RECORDS: ReadonlyMap<number, number> = new Map([
  [NUMBER, 14],
  [RK, 10],
  [LABEL, 8],
  [LABEL_SHARED, 10],
  [RICH_STRING, 8],
  [BOOLEAN_OR_ERROR, 8],
]);
const TEXT_RECORDS: ReadonlySet<number> = new Set([STRING, LABEL, RICH_STRING]);
const LAST_BIFF_COLUMN = 255;

interface BiffRecord {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** A stream of plain values in the order of the sheets, and the addresses (row × 16384 + column) each sheet must yield. */
export interface PlainWorkbook {
  readonly stream: Uint8Array;
  readonly sheets: readonly { readonly addresses: ReadonlySet<number> }[];
  /** 8 for BIFF8 (Unicode text), 5 for BIFF5 (text in a code page). */
  readonly version: 5 | 8;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) | (uint16(bytes, at + 2) << 16)) >>> 0;
}

/** A record as bytes. */
function encode({ type, payload }: BiffRecord): Uint8Array {
  const out = new Uint8Array(4 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, type, true);
  view.setUint16(2, payload.length, true);
  out.set(payload, 4);
  return out;
}

/** Walks a workbook stream and keeps what holds values. */
export class BiffReader {
  readonly #stream: Uint8Array;
  readonly #file: string;
  readonly #limits: Limits;
  #cells = 0;

  constructor(stream: Uint8Array, { file, limits }: { file: string; limits: Limits }) {
    this.#stream = stream;
    this.#file = file;
    this.#limits = limits;
  }

  /**
   * Cost: one pass and a copy of the records kept.
   * @throws {FormatError} `spreadsheet-invalid`, `truncated`, `encrypted`, `too-many-cells`, `too-many-entries`.
   */
  plainWorkbook(): PlainWorkbook {
    const globals: BiffRecord[] = [];
    const bounds: Uint8Array[] = [];
    let version: 5 | 8 = 8;
    let last = 0;
    for (const record of this.#substream(0)) {
      const { type, payload } = record;
      if (type === BOF) version = this.#version(payload);
      if (type === FILE_PASS) throw this.#encrypted();
      if (type === BOUND_SHEET && payload[5] === 0) bounds.push(payload);
      const follows = type === CONTINUE && last === SHARED_STRINGS;
      if (type === CODE_PAGE || type === SHARED_STRINGS || follows) globals.push(record);
      if (type !== CONTINUE) last = type;
    }
    if (bounds.length === 0) throw this.#invalid("it has no worksheet");
    if (bounds.length > this.#limits.entries) {
      throw new FormatError("too-many-entries", `${this.#file}: ${bounds.length} sheets`, {
        fields: { file: this.#file, entries: bounds.length, limit: this.#limits.entries },
      });
    }
    return this.#assemble({ globals, bounds, version });
  }

  #assemble({
    globals,
    bounds,
    version,
  }: {
    globals: BiffRecord[];
    bounds: Uint8Array[];
    version: 5 | 8;
  }): PlainWorkbook {
    const starts = new Set<number>();
    const sheets = bounds.map((bound) => {
      const start = uint32(bound, 0);
      if (bound.length < 8 || start === 0 || starts.has(start)) throw this.#invalid(`a sheet begins at ${start}`);
      starts.add(start);
      return this.#sheet(start);
    });
    const begin = (kind: number) => encode({ type: BOF, payload: bofPayload(version, kind) });
    const end = encode({ type: EOF, payload: new Uint8Array(0) });
    const head = [begin(0x05), ...globals.filter(({ type }) => type === CODE_PAGE).map(encode)];
    const strings = globals.filter(({ type }) => type !== CODE_PAGE).map(encode);
    const boundLength = bounds.reduce((sum, bound) => sum + 4 + bound.length, 0);
    let position = [...head, ...strings, end].reduce((sum, part) => sum + part.length, boundLength);
    const boundRecords = bounds.map((bound, i) => {
      const payload = Uint8Array.from(bound);
      new DataView(payload.buffer).setUint32(0, position, true);
      const records = sheets[i]?.records ?? [];
      position += begin(0x10).length + end.length + records.reduce((sum, record) => sum + record.length, 0);
      return encode({ type: BOUND_SHEET, payload });
    });
    const substreams = sheets.flatMap(({ records }) => [begin(0x10), ...records, end]);
    return { stream: Buffer.concat([...head, ...boundRecords, ...strings, end, ...substreams]), sheets, version };
  }

  #sheet(start: number): { records: Uint8Array[]; addresses: Set<number> } {
    const records: Uint8Array[] = [];
    const addresses = new Set<number>();
    let formula: Uint8Array | undefined;
    let depth = 0;
    let last = 0;
    for (const record of this.#substream(start)) {
      const { type, payload } = record;
      if (type === CONTINUE && TEXT_RECORDS.has(last)) throw this.#invalid("a cell record runs over 8 KB");
      last = type;
      if (type === BOF) depth += 1;
      if (type === EOF) depth -= 1;
      if (depth !== 1) continue;
      if (type === FORMULA) {
        const { plain, text } = this.#formulaResult(payload);
        formula = text ? payload : undefined;
        if (plain !== undefined) this.#keep(plain, records, addresses);
      } else if (type === STRING && formula !== undefined) {
        this.#keep({ type: LABEL, payload: Buffer.concat([formula.subarray(0, 6), payload]) }, records, addresses);
      } else if (CELL_RECORDS.has(type) || type === MULTIPLE_RK) this.#keep(record, records, addresses);
      if (type === STRING) formula = undefined;
    }
    return { records, addresses };
  }

  /** The stored result of a formula as a record of its own; text follows in the next STRING record. */
  #formulaResult(payload: Uint8Array): { plain?: BiffRecord; text: boolean } {
    if (payload.length < 20) throw this.#invalid("a formula record is too short");
    const cell = payload.subarray(0, 6);
    const result = payload.subarray(6, 14);
    if (uint16(result, 6) !== 0xffff)
      return { plain: { type: NUMBER, payload: Buffer.concat([cell, result]) }, text: false };
    const kind = result[0];
    if (kind === 0) return { text: true };
    if (kind !== 1 && kind !== 2) return { text: false };
    const value = Uint8Array.of(result[2] as number, kind === 2 ? 1 : 0);
    return { plain: { type: BOOLEAN_OR_ERROR, payload: Buffer.concat([cell, value]) }, text: false };
  }

  #keep(record: BiffRecord, records: Uint8Array[], addresses: Set<number>): void {
    const { type, payload } = record;
    const least = CELL_RECORDS.get(type) ?? 12;
    if (payload.length < least) throw this.#invalid(`a cell record of type ${type} with ${payload.length} bytes`);
    const row = uint16(payload, 0);
    const first = uint16(payload, 2);
    const cells = type === MULTIPLE_RK ? (payload.length - 6) / 6 : 1;
    if (!Number.isInteger(cells) || first + cells - 1 > LAST_BIFF_COLUMN) {
      throw this.#invalid(`cells from column ${first + 1} of row ${row + 1}, beyond column ${LAST_BIFF_COLUMN + 1}`);
    }
    for (let i = 0; i < cells; i++) addresses.add(row * (LAST_COLUMN + 1) + first + i);
    this.#cells += cells;
    if (this.#cells > this.#limits.cells) {
      throw new FormatError("too-many-cells", `${this.#file}: more than ${this.#limits.cells} cells`, {
        fields: { file: this.#file, limit: this.#limits.cells },
      });
    }
    records.push(encode(record));
  }

  /** Records from a BOF to its EOF, both included. */
  *#substream(start: number): Generator<BiffRecord> {
    const stream = this.#stream;
    let at = start;
    let depth = 0;
    do {
      if (at + 4 > stream.length) throw this.#truncated(at);
      const type = uint16(stream, at);
      const length = uint16(stream, at + 2);
      if (at === start && type !== BOF) throw this.#invalid(`no sheet begins at ${start}`);
      if (at + 4 + length > stream.length) throw this.#truncated(at);
      if (type === BOF) depth += 1;
      if (type === EOF) depth -= 1;
      yield { type, payload: stream.subarray(at + 4, at + 4 + length) };
      at += 4 + length;
    } while (depth > 0);
  }

  #version(payload: Uint8Array): 5 | 8 {
    const version = payload.length < 4 ? 0 : uint16(payload, 0);
    if (version === 0x0600) return 8;
    if (version === 0x0500) return 5;
    throw this.#invalid(`BIFF version ${version.toString(16)}`);
  }

  #invalid(reason: string): FormatError {
    return new FormatError("spreadsheet-invalid", `${this.#file}: damaged workbook: ${reason}`, {
      fields: { file: this.#file },
    });
  }

  #truncated(at: number): FormatError {
    return new FormatError("truncated", `${this.#file}: the workbook ends in the middle of a record, at ${at}`, {
      fields: { file: this.#file, offset: at },
      wayOut: "fetch the file again",
    });
  }

  #encrypted(): FormatError {
    return new FormatError("encrypted", `${this.#file}: the workbook is protected by a password`, {
      fields: { file: this.#file },
      wayOut: "open it, remove the password and save it again",
    });
  }
}

function bofPayload(version: 5 | 8, kind: number): Uint8Array {
  const payload = new Uint8Array(version === 8 ? 16 : 8);
  const view = new DataView(payload.buffer);
  view.setUint16(0, version === 8 ? 0x0600 : 0x0500, true);
  view.setUint16(2, kind, true);
  return payload;
}
