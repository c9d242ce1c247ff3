import type { Random } from "./random.js";

const BYTES = [0, 1, 2, 0x0a, 0x20, 0x22, 0x2c, 0x3c, 0x3e, 0x7f, 0x80, 0xfe, 0xff];
const WORDS = [0, 1, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
const TEXTS = [
  "0",
  "-1",
  "1e999",
  "NaN",
  "999999999999",
  "null",
  "__proto__",
  "\ufeff",
  "\0",
  "é",
  "\u{1f600}",
  "<![CDATA[",
  "<!--",
];

/** The places of ASCII digits runs in bytes. */
function digitRuns(bytes: Uint8Array): { start: number; end: number }[] {
  const text = Buffer.from(bytes).toString("latin1");
  return Array.from(text.matchAll(/\d+/g), (match) => ({ start: match.index, end: match.index + match[0].length }));
}

function splice(bytes: Uint8Array, start: number, end: number, middle: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(end)]);
}

function span(bytes: Uint8Array, random: Random): [number, number] {
  const start = random.below(bytes.length);
  return [start, Math.min(bytes.length, start + 1 + random.below(random.chance(4) ? bytes.length : 16))];
}

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  // One bit flipped.
  (bytes, random) => {
    const out = Uint8Array.from(bytes);
    const at = random.below(out.length);
    out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
    return out;
  },
  // One byte set to something with a meaning, or to anything.
  (bytes, random) => {
    const out = Uint8Array.from(bytes);
    out[random.below(out.length)] = random.chance(2) ? random.pick(BYTES) : random.below(256);
    return out;
  },
  // A 16- or 32-bit word set to a border value, either byte order.
  (bytes, random) => {
    const out = Buffer.from(bytes);
    const width = random.chance(2) ? 2 : 4;
    if (out.length < width) return out;
    const at = random.below(out.length - width + 1);
    const value = random.pick(WORDS) % 2 ** (8 * width);
    if (random.chance(4)) out.writeUIntBE(value, at, width);
    else out.writeUIntLE(value, at, width);
    return out;
  },
  // A span cut out.
  (bytes, random) => splice(bytes, ...span(bytes, random), new Uint8Array(0)),
  // A span repeated.
  (bytes, random) => {
    const [start, end] = span(bytes, random);
    const piece = bytes.subarray(start, end);
    return splice(
      bytes,
      end,
      end,
      Buffer.concat(new Array<Uint8Array>(1 + random.below(random.chance(8) ? 200 : 3)).fill(piece)),
    );
  },
  // Two spans exchanged.
  (bytes, random) => {
    const [start, end] = span(bytes, random);
    const to = random.below(bytes.length);
    return splice(splice(bytes, start, end, new Uint8Array(0)), to, to, bytes.subarray(start, end));
  },
  // The end missing.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  // The head of one seed with the tail of another.
  (bytes, random, other) => {
    const at = random.below(Math.min(bytes.length, other.length));
    return Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
  },
  // A number in the text replaced.
  (bytes, random) => {
    const runs = digitRuns(bytes);
    if (runs.length === 0) return bytes;
    const { start, end } = random.pick(runs);
    return splice(
      bytes,
      start,
      end,
      Buffer.from(random.pick(["0", "-1", "65536", "4294967295", "1e400", "9".repeat(30)])),
    );
  },
  // A piece of text put in.
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, at, Buffer.from(random.pick(TEXTS)));
  },
];

/** One to four mutations of a seed; `other` is a second seed to cross it with. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array = bytes): Uint8Array {
  let out: Uint8Array = bytes;
  for (let times = 1 + random.below(4); times > 0; times--) {
    if (out.length === 0) return out;
    out = random.pick(MUTATIONS)(out, random, other);
    if (out.length > 1_000_000) return out.subarray(0, 1_000_000);
  }
  return out;
}
