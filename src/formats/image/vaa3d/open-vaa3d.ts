import { endianness } from "node:os";
import { FormatError } from "../../../base/errors.js";
import { DEFAULT_LIMITS } from "../../../base/limits.js";
import type { Volume } from "../../volume/volume.js";
import { plainElements, streamedElements } from "../element-source.js";
import { linearVolume } from "../linear-volume.js";
import type { OpenImageOptions } from "../open-options.js";
import { checkRatio, statedBytes } from "../stated-size.js";
import { StoredFile } from "../stored-file.js";
import { MOST_RATIO_8, MOST_RATIO_16, unpackBits } from "./packed-bits.js";
import { MOST_HEADER_BYTES, parseVaa3dHeader, type Vaa3dHeader } from "./vaa3d-header.js";

/**
 * Opens a Vaa3D stack: `.v3draw` (8 and 16 bits, 32-bit floats) or `.v3dpbd` (packed, 8 and 16 bits), told apart by
 * their first bytes. Axes `czyx`; the format states no spacing. Memory: one block.
 * @throws {FormatError} `vaa3d-invalid`, `vaa3d-unsupported`, `too-large`, `truncated`, `lying-size`,
 * `compression-ratio`, `empty`, `unreadable`.
 */
export async function openVaa3d(path: string, { file, limits = DEFAULT_LIMITS }: OpenImageOptions): Promise<Volume> {
  const stored = await StoredFile.open(path, file);
  try {
    const header = parseVaa3dHeader(await stored.head(MOST_HEADER_BYTES), { file, fileBytes: stored.size });
    const shape = [...header.sizes].reverse();
    const bytes = statedBytes(shape, header.type, { file, limits });
    const here = endianness() === "LE";
    return linearVolume({
      file,
      name: file,
      shape,
      type: header.type,
      littleEndian: header.packed ? here : header.littleEndian,
      axes: "czyx",
      spacing: undefined,
      attributes: { format: header.packed ? "v3dpbd" : "v3draw" },
      source: header.packed ? packed(stored, header, { bytes, limits }) : plain(stored, header, bytes),
      close: () => stored.close(),
    });
  } catch (error) {
    await stored.close();
    throw error;
  }
}

function plain(stored: StoredFile, { sizes, headerBytes }: Vaa3dHeader, bytes: number) {
  const { file, size } = stored;
  if (headerBytes + bytes !== size) {
    throw new FormatError(
      headerBytes + bytes > size ? "truncated" : "lying-size",
      `${file}: the header states ${sizes.join(" × ")} voxels, ${headerBytes + bytes} bytes; the file has ${size}`,
      { fields: { file, bytes: headerBytes + bytes, fileBytes: size }, wayOut: "fetch the file again" },
    );
  }
  return plainElements(stored, headerBytes);
}

function packed(
  stored: StoredFile,
  { type, littleEndian, headerBytes }: Vaa3dHeader,
  { bytes, limits }: { bytes: number; limits: NonNullable<OpenImageOptions["limits"]> },
) {
  const { file, size } = stored;
  if (type !== "uint8" && type !== "uint16") {
    throw new FormatError("vaa3d-unsupported", `${file}: packed elements of type ${type} are not read`, {
      fields: { file, type },
      wayOut: "save the stack as .v3draw",
    });
  }
  checkRatio(bytes, size - headerBytes, { file, limits, most: type === "uint8" ? MOST_RATIO_8 : MOST_RATIO_16 });
  const open = () => unpackBits(stored.stream(headerBytes), { type, littleEndian, file });
  return streamedElements({ name: file, file, bytes, exact: true, open });
}
