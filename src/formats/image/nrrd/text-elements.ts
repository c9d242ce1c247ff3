import { FormatError } from "../../../base/errors.js";
import { allocate, elementBytes, type VolumeType } from "../../volume/volume.js";

/** Longest number that is read. */
const MOST_DIGITS = 64;

/**
 * Numbers written as text, between blanks or commas, as bytes of elements in the order of this machine. Integers beyond
 * their type are an error. Memory: one piece.
 * @throws {FormatError} `nrrd-invalid` with the number and its place.
 */
export async function* textElements(
  pieces: AsyncIterable<Uint8Array>,
  type: VolumeType,
  file: string,
): AsyncGenerator<Uint8Array> {
  let rest = "";
  let read = 0;
  for await (const piece of pieces) {
    const text = rest + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
    const cut = lastBlank(text) + 1;
    rest = text.slice(cut);
    if (rest.length > MOST_DIGITS) throw notANumber(rest, read, file);
    const bytes = encode(text.slice(0, cut), type, read, file);
    read += bytes.length / elementBytes(type);
    if (bytes.length > 0) yield bytes;
  }
  const bytes = encode(rest, type, read, file);
  if (bytes.length > 0) yield bytes;
}

function lastBlank(text: string): number {
  let at = text.length - 1;
  while (at >= 0 && !/[\s,]/.test(text[at] as string)) at -= 1;
  return at;
}

function encode(text: string, type: VolumeType, before: number, file: string): Uint8Array {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const elements = allocate(type, words.length);
  const float = type.startsWith("float");
  const wide = type.endsWith("64") && !float;
  for (const [i, word] of words.entries()) {
    if (word.length > MOST_DIGITS) throw notANumber(word, before + i, file);
    if (float) {
      const value = /^nan$/i.test(word) ? Number.NaN : /^[+-]?inf(inity)?$/i.test(word) ? infinity(word) : Number(word);
      if (Number.isNaN(value) && !/^nan$/i.test(word)) throw notANumber(word, before + i, file);
      elements[i] = value;
      continue;
    }
    if (!/^[+-]?\d+$/.test(word)) throw notANumber(word, before + i, file);
    const exact = BigInt(word.replace(/^\+/, ""));
    elements[i] = wide ? exact : Number(exact);
    if (BigInt(elements[i] as number | bigint) !== exact) throw notANumber(word, before + i, file, type);
  }
  return new Uint8Array(elements.buffer);
}

function infinity(word: string): number {
  return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function notANumber(word: string, index: number, file: string, type?: VolumeType): FormatError {
  const shown = JSON.stringify(word.slice(0, 40));
  return new FormatError(
    "nrrd-invalid",
    `${file}: element ${index} is ${shown}, ${type === undefined ? "no number of its type" : `beyond ${type}`}`,
    { fields: { file, element: index, found: word.slice(0, 40) } },
  );
}
