/** Receives the stretch `start` … `end` − 1 of a text, in UTF-16 units. */
export type PieceSink = (start: number, end: number) => void;

/** Cuts a text into pieces within which tokens are found; what it leaves out gives no tokens. */
export type TextSplit = (text: string, piece: PieceSink) => void;

/**
 * The rule by which GPT-2 cuts text into words (Radford et al. 2019), as a regular expression: contractions, then
 * letters, digits or other signs with at most one space before them, then white space without the space that belongs to
 * the next word. `\s` is Unicode's White_Space, as in the implementations in Python and Rust: not U+FEFF, but U+0085.
 */
export const WORD_PATTERN = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

const OTHER = 0;
const LETTER = 1;
const NUMBER = 2;
const SPACE = 3;

let classes: Uint8Array | undefined;
const letter = /\p{L}/u;
const number = /\p{N}/u;
const white = /\p{White_Space}/u;

function classOf(character: string): number {
  return letter.test(character) ? LETTER : number.test(character) ? NUMBER : white.test(character) ? SPACE : OTHER;
}

/** Classes of all characters of one unit; about 30 ms, once. */
function unitClasses(): Uint8Array {
  if (classes === undefined) {
    classes = new Uint8Array(0x10000);
    for (let unit = 0; unit < 0x10000; unit++) classes[unit] = classOf(String.fromCharCode(unit));
  }
  return classes;
}

/** {@link WORD_PATTERN} without a regular expression: some ten times as fast, and runs of any length. */
export const splitWords: TextSplit = (text, piece) => {
  const table = unitClasses();
  const n = text.length;
  let at = 0;
  while (at < n) {
    const first = text.charCodeAt(at);
    if (first === 0x27) {
      const length = contraction(text, at);
      if (length > 0) {
        piece(at, at + length);
        at += length;
        continue;
      }
    }
    let from = at;
    let kind = classAt(table, text, at, n);
    if (first === 0x20 && at + 1 < n) {
      const next = classAt(table, text, at + 1, n);
      if (next !== SPACE) {
        kind = next;
        from++;
      }
    }
    const end = runEnd(table, text, from, n, kind);
    // White space leaves its last unit (no white space needs two) to the word behind it.
    const stop = kind === SPACE && end < n && end - at > 1 ? end - 1 : end;
    piece(at, stop);
    at = stop;
  }
};

/** Length of the contraction at an apostrophe, 0 where there is none. */
function contraction(text: string, at: number): number {
  const next = text[at + 1];
  if (next === "s" || next === "t" || next === "m" || next === "d") return 2;
  const two = text.slice(at + 1, at + 3);
  return two === "re" || two === "ve" || two === "ll" ? 3 : 0;
}

function classAt(table: Uint8Array, text: string, at: number, n: number): number {
  const unit = text.charCodeAt(at);
  if ((unit & 0xfc00) !== 0xd800 || at + 1 >= n) return table[unit] as number;
  return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? classOf(text.slice(at, at + 2)) : OTHER;
}

function runEnd(table: Uint8Array, text: string, from: number, n: number, kind: number): number {
  let at = from;
  while (at < n) {
    const unit = text.charCodeAt(at);
    if ((unit & 0xfc00) === 0xd800) {
      if (classAt(table, text, at, n) !== kind) break;
      at += at + 1 < n && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
    } else {
      if (table[unit] !== kind) break;
      at++;
    }
  }
  return at;
}
