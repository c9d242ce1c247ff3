import { FormatError } from "../../../base/errors.js";
import type { VolumeType } from "../../volume/volume.js";

export const RAW_MAGIC = "raw_image_stack_by_hpeng";
export const PACKED_MAGIC = "v3d_volume_pkbitdf_encod";
/** Magic, endian letter, data type, four sizes of 32 bits. */
export const MOST_HEADER_BYTES = 24 + 1 + 2 + 16;

const TYPES = new Map<number, VolumeType>([
  [1, "uint8"],
  [2, "uint16"],
  [4, "float32"],
]);

export interface Vaa3dHeader {
  readonly packed: boolean;
  readonly littleEndian: boolean;
  readonly type: VolumeType;
  /** x, y, z, channels. */
  readonly sizes: readonly number[];
  readonly headerBytes: number;
}

/**
 * Header of a Vaa3D stack. Early writers used 16 bits per size: a raw file is read so when its length fits those sizes
 * and not those of 32 bits, as Vaa3D does.
 * @throws {FormatError} `vaa3d-invalid`, `vaa3d-unsupported`, `truncated`.
 */
export function parseVaa3dHeader(head: Buffer, { file, fileBytes }: { file: string; fileBytes: number }): Vaa3dHeader {
  const invalid = (reason: string) =>
    new FormatError("vaa3d-invalid", `${file}: this is no valid Vaa3D stack: ${reason}`, { fields: { file } });
  const magic = head.toString("latin1", 0, 24);
  if (magic !== RAW_MAGIC && magic !== PACKED_MAGIC) throw invalid("its first 24 bytes are those of no Vaa3D format");
  const order = head.toString("latin1", 24, 25);
  if (order !== "L" && order !== "B") throw invalid(`its byte order is ${JSON.stringify(order)}, not L or B`);
  const littleEndian = order === "L";
  const at16 = (at: number) => (littleEndian ? head.readInt16LE(at) : head.readInt16BE(at));
  const at32 = (at: number) => (littleEndian ? head.readInt32LE(at) : head.readInt32BE(at));
  if (head.length < 35) throw truncated(file, fileBytes);
  const code = at16(25);
  const type = TYPES.get(code);
  if (type === undefined) {
    throw new FormatError("vaa3d-unsupported", `${file}: elements of data type ${code} are not read`, {
      fields: { file, type: code, types: [...TYPES.keys()] },
      wayOut: "save the stack with 8, 16 or 32 bits per voxel",
    });
  }
  const packed = magic === PACKED_MAGIC;
  const short = { sizes: [0, 1, 2, 3].map((i) => at16(27 + 2 * i)), headerBytes: 35 };
  const long =
    head.length < MOST_HEADER_BYTES
      ? undefined
      : { sizes: [0, 1, 2, 3].map((i) => at32(27 + 4 * i)), headerBytes: MOST_HEADER_BYTES };
  const fits = ({ sizes, headerBytes }: { sizes: number[]; headerBytes: number }) =>
    sizes.every((size) => size > 0) && sizes.reduce((a, b) => a * b, code) + headerBytes === fileBytes;
  const chosen = !packed && fits(short) && !(long !== undefined && fits(long)) ? short : long;
  if (chosen === undefined) throw truncated(file, fileBytes);
  if (chosen.sizes.some((size) => size < 1)) throw invalid(`its sizes are ${chosen.sizes.join(" × ")}`);
  return { packed, littleEndian, type, ...chosen };
}

function truncated(file: string, fileBytes: number): FormatError {
  return new FormatError("truncated", `${file}: the file ends inside the header, after ${fileBytes} bytes`, {
    fields: { file, fileBytes },
    wayOut: "fetch the file again",
  });
}
