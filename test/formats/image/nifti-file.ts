export interface NiftiFields {
  readonly version?: 1 | 2;
  readonly bigEndian?: boolean;
  readonly datatype: number;
  readonly dim: readonly number[];
  /** What `dim[0]` states, when it is not the length of `dim`. */
  readonly dimensions?: number;
  readonly pixdim?: readonly number[];
  readonly units?: number;
  readonly slope?: number;
  readonly intercept?: number;
  readonly magic?: string;
  /** Where the data lie, and what the header states of it. */
  readonly start?: number;
  readonly stated?: number;
  readonly data: Uint8Array;
}

/** A NIfTI file of one part with the fields given, at the offsets of nifti1.h and nifti2.h. */
export function niftiFile(fields: NiftiFields): Buffer {
  const { version = 1, bigEndian = false, datatype, dim, pixdim = [], units = 0, slope = 0, intercept = 0 } = fields;
  const start = fields.start ?? (version === 1 ? 352 : 544);
  const little = !bigEndian;
  const bytes = Buffer.alloc(start + fields.data.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const stated = fields.stated ?? start;
  const dims = [fields.dimensions ?? dim.length, ...dim];
  view.setInt32(0, version === 1 ? 348 : 540, little);
  if (version === 1) {
    for (const [i, size] of dims.entries()) view.setInt16(40 + 2 * i, size, little);
    view.setInt16(70, datatype, little);
    for (const [i, size] of pixdim.entries()) view.setFloat32(80 + 4 * i, size, little);
    view.setFloat32(108, stated, little);
    view.setFloat32(112, slope, little);
    view.setFloat32(116, intercept, little);
    view.setUint8(123, units);
    bytes.write(fields.magic ?? "n+1\0", 344, "latin1");
  } else {
    bytes.write(fields.magic ?? "n+2\0", 4, "latin1");
    view.setInt16(12, datatype, little);
    for (const [i, size] of dims.entries()) view.setBigInt64(16 + 8 * i, BigInt(size), little);
    for (const [i, size] of pixdim.entries()) view.setFloat64(112 + 8 * i, size, little);
    view.setBigInt64(168, BigInt(stated), little);
    view.setFloat64(176, slope, little);
    view.setFloat64(184, intercept, little);
    view.setInt32(500, units, little);
  }
  bytes.set(fields.data, start);
  return bytes;
}
