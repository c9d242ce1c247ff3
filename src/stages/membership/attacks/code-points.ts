/** Cuts a text at code points: `char_start` counts these, a string of JavaScript counts UTF-16 units. */
export class CodePoints {
  readonly text: string;
  readonly length: number;
  /** UTF-16 unit at which each code point begins; undefined where the two are the same. */
  readonly #units: Uint32Array | undefined;

  constructor(text: string) {
    this.text = text;
    let pairs = 0;
    for (let at = 0; at < text.length; at++) if (isPair(text, at)) pairs++;
    this.length = text.length - pairs;
    if (pairs === 0) return;
    const units = new Uint32Array(this.length + 1);
    for (let point = 0, at = 0; point < this.length; point++) {
      units[point] = at;
      at += isPair(text, at) ? 2 : 1;
    }
    units[this.length] = text.length;
    this.#units = units;
  }

  /** Code points `begin` … `end` − 1; what lies beyond the text is left out. */
  slice(begin: number, end: number): string {
    const unitOf = (point: number) => {
      const inside = Math.max(0, Math.min(point, this.length));
      return this.#units === undefined ? inside : (this.#units[inside] as number);
    };
    return this.text.slice(unitOf(begin), unitOf(end));
  }
}

/** Whether the unit is the first of a surrogate pair. */
function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}
