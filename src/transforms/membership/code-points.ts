const SURROGATE = /[\ud800-\udfff]/;

/** Number of code points of a text. */
export function codePoints(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    n++;
    if (isPair(text, i)) i++;
  }
  return n;
}

/** From code points to UTF-16 units of one text. Memory: 4 bytes per code point where it holds surrogates, else none. */
export class CodePointIndex {
  readonly length: number;
  readonly #units: Uint32Array | undefined;

  constructor(text: string) {
    this.length = codePoints(text);
    if (this.length === text.length) return;
    const units = new Uint32Array(this.length + 1);
    let n = 0;
    for (let i = 0; i < text.length; i++) {
      units[n++] = i;
      if (isPair(text, i)) i++;
    }
    units[n] = text.length;
    this.#units = units;
  }

  /** UTF-16 offset of a code point, or the length of the text. */
  unit(point: number): number {
    return this.#units === undefined ? point : (this.#units[point] as number);
  }

  /** Code point at a UTF-16 offset (of a trailing surrogate: the one behind it). */
  point(unit: number): number {
    if (this.#units === undefined) return unit;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#units[middle] as number) < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isPair(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  if (c < 0xd800 || c > 0xdbff || at + 1 >= text.length) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

/** Words of a text, separated by white space. */
export function wordCount(text: string): number {
  let n = 0;
  for (const _ of text.matchAll(/\S+/g)) n++;
  return n;
}
