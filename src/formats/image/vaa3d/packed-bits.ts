import { FormatError } from "../../../base/errors.js";
import { elementBytes } from "../../volume/volume.js";

/** Most elements per byte of 8-bit data: 128 of one value in two bytes. */
export const MOST_RATIO_8 = 64;
/** Most bytes of elements per byte of 16-bit data: 33 of one value in three bytes. */
export const MOST_RATIO_16 = 22;

const PIECE_BYTES = 256 * 1024;

interface Code {
  /** Bytes behind the code byte. */
  readonly bytes: number;
  readonly count: number;
  readonly kind: "literal" | "difference" | "repeat";
}

/** 0–32: so many values and one; 33–127: differences of two bits; 128–255: one value, repeated. */
function code8(code: number): Code {
  if (code < 33) return { kind: "literal", count: code + 1, bytes: code + 1 };
  if (code < 128) return { kind: "difference", count: code - 32, bytes: Math.ceil((code - 32) / 4) };
  return { kind: "repeat", count: code - 127, bytes: 1 };
}

/** 0–31: so many values and one; 32–79: differences of three bits; 223–255: one value, repeated; others are not used. */
function code16(code: number): Code | undefined {
  if (code < 32) return { kind: "literal", count: code + 1, bytes: 2 * (code + 1) };
  if (code < 80) return { kind: "difference", count: code - 31, bytes: Math.ceil((3 * (code - 31)) / 8) };
  if (code < 223) return undefined;
  return { kind: "repeat", count: code - 222, bytes: 2 };
}

/**
 * Unpacks the elements of a `.v3dpbd` file piece by piece, in the byte order of this machine. Differences are to the
 * value before: in 8-bit data from the low bits up, 3 being −1; in 16-bit data from the high bits down, 5 to 7 being
 * −1 to −3. Memory: one piece and 256 KiB.
 * Source: Vaa3D, ImageLoader::decompressPBD8 and decompressPBD16 (their description; the code here is our own).
 * @throws {FormatError} `vaa3d-invalid` for an unused code, `truncated` when the data end inside a code.
 */
export async function* unpackBits(
  pieces: AsyncIterable<Uint8Array>,
  { type, littleEndian, file }: { type: "uint8" | "uint16"; littleEndian: boolean; file: string },
): AsyncGenerator<Uint8Array> {
  const width = elementBytes(type);
  const capacity = PIECE_BYTES / width;
  const make = () => (width === 1 ? new Uint8Array(capacity) : new Uint16Array(capacity));
  const value = (bytes: Uint8Array, at: number) => {
    const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
    return width === 1 ? first : littleEndian ? first | (second << 8) : (first << 8) | second;
  };
  let rest: Uint8Array = new Uint8Array(0);
  let output = make();
  let filled = 0;
  let before = 0;
  for await (const piece of pieces) {
    const bytes: Uint8Array = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    while (at < bytes.length) {
      const code = width === 1 ? code8(bytes[at] as number) : code16(bytes[at] as number);
      if (code === undefined) {
        throw new FormatError(
          "vaa3d-invalid",
          `${file}: the packed data have the code ${bytes[at]}, which is not used`,
          {
            fields: { file, code: bytes[at] as number },
          },
        );
      }
      if (at + 1 + code.bytes > bytes.length) break;
      if (filled + code.count > capacity) {
        yield new Uint8Array(output.buffer, 0, filled * width);
        output = make();
        filled = 0;
      }
      const start = at + 1;
      if (code.kind === "literal") {
        for (let i = 0; i < code.count; i++) output[filled + i] = value(bytes, start + i * width);
      } else if (code.kind === "repeat") {
        output.fill(value(bytes, start), filled, filled + code.count);
      } else {
        for (let i = 0; i < code.count; i++) {
          before += width === 1 ? difference8(bytes, start, i) : difference16(bytes, start, i);
          output[filled + i] = before;
        }
      }
      filled += code.count;
      before = output[filled - 1] as number;
      at = start + code.bytes;
    }
    rest = bytes.subarray(at);
  }
  if (filled > 0) yield new Uint8Array(output.buffer, 0, filled * width);
  if (rest.length > 0) {
    throw new FormatError("truncated", `${file}: the packed data end inside a code`, {
      fields: { file },
      wayOut: "fetch the file again",
    });
  }
}

function difference8(bytes: Uint8Array, start: number, index: number): number {
  const two = ((bytes[start + (index >> 2)] as number) >> (2 * (index & 3))) & 3;
  return two === 3 ? -1 : two;
}

function difference16(bytes: Uint8Array, start: number, index: number): number {
  const bit = 3 * index;
  const at = start + (bit >> 3);
  // Bits of the last byte alone lie before the end; what is shifted in behind them is not looked at.
  const pair = ((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0);
  const three = (pair >> (13 - (bit & 7))) & 7;
  return three < 5 ? three : 4 - three;
}
