/** UTF-8 bytes of a stretch of text, and the code point of the stretch (0, 1, 2 …) that each byte belongs to. */
export class Utf8Units {
  bytes = new Uint8Array(256);
  codePoint = new Int32Array(256);
  /** Number of bytes. */
  length = 0;
  /** Number of code points; a lone surrogate counts as one. */
  codePoints = 0;

  /** Encodes `text.slice(start, end)`; lone surrogates become U+FFFD. */
  encode(text: string, start: number, end: number): void {
    this.length = 0;
    this.codePoints = 0;
    if ((end - start) * 3 > this.bytes.length) {
      const capacity = Math.max((end - start) * 3, this.bytes.length * 2);
      this.bytes = new Uint8Array(capacity);
      this.codePoint = new Int32Array(capacity);
    }
    for (let i = start; i < end; i++) {
      let code = text.charCodeAt(i);
      if ((code & 0xf800) === 0xd800) {
        const low = code < 0xdc00 && i + 1 < end ? text.charCodeAt(i + 1) : 0;
        if ((low & 0xfc00) === 0xdc00) {
          code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
          i++;
        } else code = 0xfffd;
      }
      this.#push(code);
    }
  }

  #push(code: number): void {
    if (code < 0x80) {
      this.#byte(code);
    } else {
      if (code < 0x800) this.#byte(0xc0 | (code >> 6));
      else {
        if (code < 0x10000) this.#byte(0xe0 | (code >> 12));
        else {
          this.#byte(0xf0 | (code >> 18));
          this.#byte(0x80 | ((code >> 12) & 0x3f));
        }
        this.#byte(0x80 | ((code >> 6) & 0x3f));
      }
      this.#byte(0x80 | (code & 0x3f));
    }
    this.codePoints++;
  }

  #byte(byte: number): void {
    this.codePoint[this.length] = this.codePoints;
    this.bytes[this.length++] = byte;
  }
}
