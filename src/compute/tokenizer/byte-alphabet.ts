/**
 * The printable characters that stand for bytes in a `tokenizer.json`, as GPT-2 published them (Radford et al. 2019,
 * `bytes_to_unicode`): `!`…`~`, `¡`…`¬` and `®`…`ÿ` for themselves, the other 68 bytes in order as U+0100 and on, so
 * that a space is `Ġ`.
 */
export const CHARACTER_OF_BYTE: readonly string[] = characters();

/** Bytes in the order of their characters: the order of the first 256 tokens of GPT-2, and of those trained here. */
export const BYTES_IN_ORDER: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte).sort(
  (a, b) => codeOf(a) - codeOf(b),
);

/** Byte of each character of the alphabet by its code, −1 for others. */
const BYTE_OF_CODE: Int16Array = byteOfCode();

/** The bytes of a token, or undefined where it holds a character that is not of the alphabet. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CODE[token.charCodeAt(i)] ?? -1;
    if (byte < 0) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The token of bytes `start` … `end` − 1. */
export function tokenOfBytes(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let token = "";
  for (let i = start; i < end; i++) token += CHARACTER_OF_BYTE[bytes[i] as number];
  return token;
}

function characters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const itself = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(itself ? byte : next++);
  });
}

function codeOf(byte: number): number {
  return (CHARACTER_OF_BYTE[byte] as string).charCodeAt(0);
}

function byteOfCode(): Int16Array {
  const bytes = new Int16Array(0x144).fill(-1);
  for (let byte = 0; byte < 256; byte++) bytes[codeOf(byte)] = byte;
  return bytes;
}
