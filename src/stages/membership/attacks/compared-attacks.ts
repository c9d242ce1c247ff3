import { deflateSync } from "node:zlib";

/** Name and version of the compressor behind `zlib`: lengths differ between implementations by about 1 %. */
export const ZLIB_IMPLEMENTATION = `node:zlib ${process.versions.zlib}`;

/** Bytes of the UTF-8 form of a text, compressed at the default level. */
export function compressedLength(text: string): number {
  return deflateSync(Buffer.from(text, "utf8")).length;
}

/**
 * Loss against the compressed length of the text, larger = more likely a member. `zlib` and `zlib_minkpp` are −loss per
 * compressed byte, `zlib_sok` is −loss over compressed bytes per character (code point). Null of an empty text.
 */
export function zlibAttacks(loss: number, text: string): Map<string, number | null> {
  const length = compressedLength(text);
  let characters = 0;
  for (const _ of text) characters++;
  const perByte = characters === 0 ? null : -loss / length;
  return new Map([
    ["zlib", perByte],
    ["zlib_minkpp", perByte],
    ["zlib_sok", characters === 0 ? null : -loss / (length / characters)],
  ]);
}

/** Loss against that of a reference model: `ref` is the difference, `ref_sok` the negative ratio. */
export function referenceAttacks(loss: number, reference: number): Map<string, number | null> {
  return new Map([
    ["ref", reference - loss],
    ["ref_sok", ratio(-loss, reference)],
  ]);
}

/**
 * Loss against that of the lower-cased text. A member is known in its own case, so that lower-casing costs it more:
 * `lowercase` is the ratio of the lower-cased loss to the loss (the published form is its negative), `lowercase_sok` the
 * negative ratio of the loss to the lower-cased one.
 */
export function lowercaseAttacks(loss: number, lowercase: number): Map<string, number | null> {
  return new Map([
    ["lowercase", ratio(lowercase, loss)],
    ["lowercase_sok", ratio(-loss, lowercase)],
  ]);
}

/** Null where the denominator is 0. */
function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}
