import { RAW_MAGIC } from "../../../src/formats/image/vaa3d/vaa3d-header.js";

/** Header of a Vaa3D stack: magic, byte order, data type, sizes x, y, z, channels. */
export function vaa3dHeader(options: {
  readonly magic?: string;
  readonly order?: string;
  readonly code: number;
  readonly sizes: readonly number[];
  readonly sizeBytes?: 2 | 4;
}): Buffer {
  const { magic = RAW_MAGIC, order = "L", code, sizes, sizeBytes = 4 } = options;
  const header = Buffer.alloc(27 + sizeBytes * sizes.length);
  header.write(`${magic}${order}`, "latin1");
  const put = (value: number, at: number, bytes: number) =>
    order === "B" ? header.writeIntBE(value, at, bytes) : header.writeIntLE(value, at, bytes);
  put(code, 25, 2);
  for (const [i, size] of sizes.entries()) put(size, 27 + i * sizeBytes, sizeBytes);
  return header;
}

/** Packs values as Vaa3D does: repeats where there are, small differences, literals else; `choose` may forbid the first two. */
export function packBits(
  values: readonly number[],
  { width, bigEndian = false, choose = () => true }: { width: 1 | 2; bigEndian?: boolean; choose?: () => boolean },
): Buffer {
  const out: number[] = [];
  const element = (value: number) =>
    width === 1 ? [value] : bigEndian ? [value >> 8, value & 255] : [value & 255, value >> 8];
  const limits =
    width === 1 ? { repeat: 128, difference: 95, literal: 33 } : { repeat: 33, difference: 48, literal: 32 };
  const steps = width === 1 ? [-1, 0, 1, 2] : [-3, -2, -1, 0, 1, 2, 3, 4];
  let at = 0;
  while (at < values.length) {
    let repeat = 1;
    while (repeat < limits.repeat && values[at + repeat] === values[at]) repeat += 1;
    let near = 0;
    while (
      near < limits.difference &&
      at > 0 &&
      steps.includes((values[at + near] as number) - (values[at + near - 1] as number))
    )
      near += 1;
    if (repeat > 2 && choose()) {
      out.push((width === 1 ? 127 : 222) + repeat, ...element(values[at] as number));
      at += repeat;
    } else if (near > 0 && choose()) {
      out.push((width === 1 ? 32 : 31) + near);
      const codes = Array.from({ length: near }, (_, i) => {
        const step = (values[at + i] as number) - (values[at + i - 1] as number);
        return step >= 0 ? step : width === 1 ? 3 : 4 - step;
      });
      if (width === 1) {
        for (let i = 0; i < near; i += 4)
          out.push(codes.slice(i, i + 4).reduce((byte, code, k) => byte | (code << (2 * k)), 0));
      } else {
        const bits = codes.map((code) => code.toString(2).padStart(3, "0")).join("");
        for (let i = 0; i < bits.length; i += 8) out.push(Number.parseInt(bits.slice(i, i + 8).padEnd(8, "0"), 2));
      }
      at += near;
    } else {
      const count = Math.min(limits.literal, values.length - at, choose() ? 3 : limits.literal);
      out.push(count - 1, ...values.slice(at, at + count).flatMap(element));
      at += count;
    }
  }
  return Buffer.from(out);
}
