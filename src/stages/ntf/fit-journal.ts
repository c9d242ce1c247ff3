import { canonicalJson } from "../../base/canonical-json.js";
import { sha256 } from "../../base/hash.js";
import type { Log } from "../../base/log.js";
import type { Checkpoint } from "../stage.js";
import type { Factors } from "./cp-model.js";
import type { FitState } from "./fit-cp.js";

/** Which fit: start −1 is the one with entries held out. */
export interface FitKey {
  readonly run: string;
  readonly rank: number;
  readonly start: number;
}

export interface FitRecord extends FitState {
  readonly key: FitKey;
  /** Null where the fit is still running. */
  readonly converged: boolean | null;
}

/** Raised when the form changes: what an older version kept is not read. */
const MAGIC = "neurotables fits 1\n";
const HASH_BYTES = 64;

/** Operations between two saves, about: some ten seconds of work that an interruption may cost. */
const WORK_PER_SAVE = 2e10;

/**
 * Fits as bytes: the magic, SHA-256 (hexadecimal) of what follows it, length of the header and header (JSON: keys and sizes) padded
 * to a multiple of 8 bytes, then factors and errors of each as little-endian float64.
 */
export function encodeFits(records: readonly FitRecord[]): Uint8Array {
  const header = records.map(({ key, converged, factors, errors }) => ({
    run: key.run,
    rank: key.rank,
    start: key.start,
    converged,
    lengths: [...factors.map((factor) => factor.length), errors.length],
  }));
  const text = new TextEncoder().encode(canonicalJson(header));
  const headerBytes = Math.ceil((4 + text.length) / 8) * 8;
  const numbers = records.flatMap(({ factors, errors }) => [...factors, errors]);
  const count = numbers.reduce((sum, { length }) => sum + length, 0);
  const body = new Uint8Array(headerBytes + 8 * count);
  const view = new DataView(body.buffer);
  view.setUint32(0, text.length, true);
  body.set(text, 4);
  let at = headerBytes;
  for (const array of numbers) {
    for (const value of array) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  const head = new TextEncoder().encode(MAGIC + sha256(body));
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** The inverse of {@link encodeFits}; undefined for bytes that it did not make. */
export function decodeFits(bytes: Uint8Array): FitRecord[] | undefined {
  const start = MAGIC.length + HASH_BYTES;
  if (bytes.length < start + 8) return undefined;
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, start));
  const body = bytes.subarray(start);
  if (head !== MAGIC + sha256(body)) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const textBytes = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(body.subarray(4, 4 + textBytes))) as {
    run: string;
    rank: number;
    start: number;
    converged: boolean | null;
    lengths: number[];
  }[];
  let at = Math.ceil((4 + textBytes) / 8) * 8;
  return header.map(({ run, rank, start, converged, lengths }) => {
    const [a, b, c, errors] = lengths.map((length) => {
      const array = Float64Array.from({ length }, (_, i) => view.getFloat64(at + 8 * i, true));
      at += 8 * length;
      return array;
    }) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const factors: Factors = [a, b, c];
    return { key: { run, rank, start }, converged, factors, errors };
  });
}

const nameOf = ({ run, rank, start }: FitKey) => canonicalJson([run, rank, start]);

/** Fits that are done and the one that is running, kept now and then so that an interrupted stage goes on from there. */
export class FitJournal {
  readonly #checkpoint: Checkpoint;
  readonly #workPerSave: number;
  readonly #records = new Map<string, FitRecord>();
  #work = 0;
  #isSaved = true;

  private constructor(checkpoint: Checkpoint, records: readonly FitRecord[], workPerSave: number) {
    this.#checkpoint = checkpoint;
    this.#workPerSave = workPerSave;
    for (const record of records) this.#records.set(nameOf(record.key), record);
  }

  /** What an interrupted stage kept; bytes that are damaged are ignored with a warning. */
  static async open(checkpoint: Checkpoint, log: Log, workPerSave = WORK_PER_SAVE): Promise<FitJournal> {
    const bytes = await checkpoint.load();
    const records = bytes === undefined ? [] : decodeFits(bytes);
    if (records === undefined) log.warn("the checkpoint of the fits is damaged or of another version: starting over");
    else if (records.length > 0) log.info(`going on after ${records.length} fits of an interrupted run`);
    return new FitJournal(checkpoint, records ?? [], workPerSave);
  }

  get(key: FitKey): FitRecord | undefined {
    return this.#records.get(nameOf(key));
  }

  /** Notes how far a running fit is, and saves, once enough work was done since the last time. */
  async running(key: FitKey, work: number, state: () => Promise<FitState>): Promise<void> {
    this.#work += work;
    if (this.#work < this.#workPerSave) return;
    this.#note({ key, converged: null, ...(await state()) });
    await this.save();
  }

  /** Notes a fit that is done; it is saved with the next one that is due. */
  done(record: FitRecord): void {
    this.#note(record);
  }

  /** Saves what is noted. */
  async save(): Promise<void> {
    if (this.#isSaved) return;
    await this.#checkpoint.save(encodeFits([...this.#records.values()]));
    this.#work = 0;
    this.#isSaved = true;
  }

  #note(record: FitRecord): void {
    this.#records.set(nameOf(record.key), record);
    this.#isSaved = false;
  }
}
