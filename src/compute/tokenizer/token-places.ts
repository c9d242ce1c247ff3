import { bytesOfToken } from "./byte-alphabet.js";

/** How the tokens of a tokenizer are written. */
export interface TokenSpelling {
  /** What is done to text before it is cut. */
  readonly normalize: (text: string) => string;
  /** Tokens are bytes in the characters of the byte alphabet. */
  readonly byteLevel: boolean;
  /** Sign of tokens that continue a word: `##`. */
  readonly prefix?: string;
  /** Sign of tokens that end a word: `</w>`. */
  readonly suffix?: string;
}

const SPACE = 0x20;
const WHITE = /\p{White_Space}/u;
const BYTE_TOKEN = /^<0x([0-9A-F]{2})>$/;
/** A character with the marks upon it: what normalisation may compose or take apart. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gsu;

/** A normalised text in bytes, `▁` and white space of ASCII as spaces, with the code point that each byte is from. */
interface Trail {
  readonly bytes: Uint8Array;
  readonly origin: Int32Array;
  /** 1 where the byte is of white space, which tokens may leave out. */
  readonly white: Uint8Array;
  readonly length: number;
}

/**
 * Code point at which each token begins, found by laying the tokens along the normalised text: their letters must be
 * those of the text, all of them and in order; only white space may be missing from tokens, and only spaces may be added.
 * @returns undefined where that fails: unknown tokens, normalisation across characters.
 */
export function placesOfTokens(
  text: string,
  tokens: readonly string[],
  spelling: TokenSpelling,
): Int32Array | undefined {
  const trail = trailOf(text, spelling);
  const places = new Int32Array(tokens.length);
  let at = 0;
  for (const [index, token] of tokens.entries()) {
    let place = -1;
    for (const byte of tokenBytes(token, spelling)) {
      while (at < trail.length && trail.bytes[at] !== byte && trail.white[at] === 1) at++;
      if (at < trail.length && trail.bytes[at] === byte) {
        if (place < 0) place = trail.origin[at] as number;
        at++;
      } else if (byte !== SPACE) return undefined;
    }
    const here = at < trail.length ? at : trail.length - 1;
    places[index] = place >= 0 ? place : (trail.origin[here] ?? 0);
  }
  while (at < trail.length) if (trail.white[at++] === 0) return undefined;
  return places;
}

function tokenBytes(token: string, { byteLevel, prefix, suffix }: TokenSpelling): Uint8Array {
  if (byteLevel) return bytesOfToken(token) ?? new TextEncoder().encode(token);
  const byte = BYTE_TOKEN.exec(token)?.[1];
  if (byte !== undefined) return spaced(Uint8Array.of(Number.parseInt(byte, 16)));
  let bare = token;
  if (prefix && bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  if (suffix && bare.endsWith(suffix)) bare = bare.slice(0, -suffix.length);
  return spaced(new TextEncoder().encode(bare.replaceAll("▁", " ")));
}

function spaced(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x09 && byte <= 0x0d ? SPACE : byte));
}

function trailOf(text: string, { normalize, byteLevel }: TokenSpelling): Trail {
  const known = new Map<string, readonly { readonly bytes: Uint8Array; readonly white: 0 | 1 }[]>();
  const utf8 = new TextEncoder();
  // What normalisation puts before every text (`▁`) is put before every cluster here: once is for the tokens to add.
  const sample = normalize("x");
  const before = sample.endsWith("x") ? sample.slice(0, -1) : "";
  const normalized = (cluster: string) => {
    const found = normalize(cluster);
    return before !== "" && found.startsWith(before) ? found.slice(before.length) : found;
  };
  const lettersOf = (cluster: string) => {
    let letters = known.get(cluster);
    if (letters === undefined) {
      letters = Array.from(normalized(cluster), (letter) => {
        const bare = !byteLevel && letter === "▁" ? " " : letter;
        const bytes = utf8.encode(bare);
        return { bytes: byteLevel ? bytes : spaced(bytes), white: WHITE.test(bare) ? 1 : 0 } as const;
      });
      known.set(cluster, letters);
    }
    return letters;
  };
  let bytes = new Uint8Array(text.length + 64);
  let origin = new Int32Array(bytes.length);
  let white = new Uint8Array(bytes.length);
  let length = 0;
  let codePoint = 0;
  for (const [cluster] of text.matchAll(CLUSTER)) {
    const letters = lettersOf(cluster);
    const size = cluster.length === 1 ? 1 : Array.from(cluster).length;
    for (const [index, letter] of letters.entries()) {
      if (length + letter.bytes.length > bytes.length) {
        bytes = enlarged(bytes, new Uint8Array(bytes.length * 2 + letter.bytes.length));
        white = enlarged(white, new Uint8Array(bytes.length));
        origin = enlarged(origin, new Int32Array(bytes.length));
      }
      bytes.set(letter.bytes, length);
      white.fill(letter.white, length, length + letter.bytes.length);
      // Where letters and code points pair off each has its own place, else all have that of the cluster.
      origin.fill(codePoint + (letters.length === size ? index : 0), length, length + letter.bytes.length);
      length += letter.bytes.length;
    }
    codePoint += size;
  }
  return { bytes, origin, white, length };
}

function enlarged<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
