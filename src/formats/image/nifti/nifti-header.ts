import { FormatError } from "../../../base/errors.js";
import type { VolumeType } from "../../volume/volume.js";

/** Sizes of the headers of versions 1 and 2; both begin with them. */
export const NIFTI1_BYTES = 348;
export const NIFTI2_BYTES = 540;

/** What a NIfTI header states of its array; lists per axis are fastest axis first, as the file has them. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  readonly type: VolumeType;
  /** 3 or 4 for colours of bytes, which lie beside each other; else 1. */
  readonly samples: number;
  readonly dim: readonly number[];
  readonly pixdim: readonly number[];
  /** Offset of the first element. */
  readonly start: number;
  readonly slope: number;
  readonly intercept: number;
  readonly spaceUnit: "m" | "mm" | "µm" | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface DataType {
  readonly type: VolumeType;
  readonly samples: number;
}

const TYPES = new Map<number, DataType>([
  [2, { type: "uint8", samples: 1 }],
  [4, { type: "int16", samples: 1 }],
  [8, { type: "int32", samples: 1 }],
  [16, { type: "float32", samples: 1 }],
  [64, { type: "float64", samples: 1 }],
  [128, { type: "uint8", samples: 3 }],
  [256, { type: "int8", samples: 1 }],
  [512, { type: "uint16", samples: 1 }],
  [768, { type: "uint32", samples: 1 }],
  [1024, { type: "int64", samples: 1 }],
  [1280, { type: "uint64", samples: 1 }],
  [2304, { type: "uint8", samples: 4 }],
]);

const SPACE_UNITS = new Map([
  [1, "m"],
  [2, "mm"],
  [3, "µm"],
] as const);

/** Version and byte order by the header's size, or undefined when this is no NIfTI file of one part. */
export function niftiKind(head: Buffer): { version: 1 | 2; littleEndian: boolean; magic: string } | undefined {
  if (head.length < NIFTI1_BYTES) return undefined;
  const sizes = [
    [head.readInt32LE(0), true],
    [head.readInt32BE(0), false],
  ] as const;
  for (const [size, littleEndian] of sizes) {
    if (size === NIFTI1_BYTES) return { version: 1, littleEndian, magic: head.toString("latin1", 344, 348) };
    if (size === NIFTI2_BYTES) return { version: 2, littleEndian, magic: head.toString("latin1", 4, 8) };
  }
  return undefined;
}

/**
 * Header of a NIfTI-1 or NIfTI-2 file of one part (`n+1`, `n+2`).
 * @throws {FormatError} `nifti-invalid`, `nifti-unsupported`.
 */
export function parseNiftiHeader(head: Buffer, file: string): NiftiHeader {
  const kind = niftiKind(head);
  if (kind === undefined) throw invalid(file, "its first four bytes are neither 348 nor 540");
  const { version, littleEndian, magic } = kind;
  if (/^(ni[12]|\0\0\0)\0/.test(magic)) {
    throw unsupported(file, "its elements are in another file (.hdr and .img)", "Save it as one .nii file.");
  }
  if (magic !== `n+${version}\0`) throw invalid(file, `its magic is ${JSON.stringify(magic)}`);
  if (version === 2 && head.length < NIFTI2_BYTES) throw invalid(file, "the header of 540 bytes is cut");
  const fields = version === 1 ? version1(head, littleEndian) : version2(head, littleEndian);
  const data = TYPES.get(fields.datatype);
  if (data === undefined) {
    throw unsupported(file, `elements of data type ${fields.datatype} are not read`, "Convert them to float32.");
  }
  const axes = fields.dim[0] as number;
  if (!Number.isInteger(axes) || axes < 1 || axes > 7) throw invalid(file, `it has ${axes} dimensions`);
  const dim = fields.dim.slice(1, axes + 1);
  if (dim.some((size) => size < 1)) throw invalid(file, `its dimensions are ${dim.join(" × ")}`);
  const start = fields.start;
  if (!Number.isInteger(start) || start < (version === 1 ? NIFTI1_BYTES : NIFTI2_BYTES)) {
    throw invalid(file, `its elements begin at byte ${start}`);
  }
  return {
    version,
    littleEndian,
    ...data,
    dim,
    pixdim: fields.pixdim.slice(1, axes + 1),
    start,
    slope: fields.slope,
    intercept: fields.intercept,
    spaceUnit: SPACE_UNITS.get((fields.units & 7) as 1 | 2 | 3),
    attributes: attributesOf(fields),
  };
}

function invalid(file: string, reason: string): FormatError {
  return new FormatError("nifti-invalid", `${file}: this is no valid NIfTI file: ${reason}`, { fields: { file } });
}

function unsupported(file: string, reason: string, wayOut: string): FormatError {
  return new FormatError("nifti-unsupported", `${file}: ${reason}`, { fields: { file }, wayOut });
}

interface Fields {
  readonly version: 1 | 2;
  readonly dim: readonly number[];
  readonly pixdim: readonly number[];
  readonly datatype: number;
  readonly start: number;
  readonly slope: number;
  readonly intercept: number;
  readonly units: number;
  readonly description: string;
  readonly qformCode: number;
  readonly sformCode: number;
  /** b, c, d and the offsets x, y, z. */
  readonly quaternion: readonly number[];
  /** Three rows of four. */
  readonly sform: readonly number[];
}

function many(count: number, read: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => read(i));
}

/** Offsets from nifti1.h. */
function version1(head: Buffer, little: boolean): Fields {
  const i16 = (at: number) => (little ? head.readInt16LE(at) : head.readInt16BE(at));
  const f32 = (at: number) => (little ? head.readFloatLE(at) : head.readFloatBE(at));
  return {
    version: 1,
    dim: many(8, (i) => i16(40 + 2 * i)),
    datatype: i16(70),
    pixdim: many(8, (i) => f32(76 + 4 * i)),
    start: f32(108),
    slope: f32(112),
    intercept: f32(116),
    units: head.readUInt8(123),
    description: text(head, 148, 80),
    qformCode: i16(252),
    sformCode: i16(254),
    quaternion: many(6, (i) => f32(256 + 4 * i)),
    sform: many(12, (i) => f32(280 + 4 * i)),
  };
}

/** Offsets from nifti2.h. */
function version2(head: Buffer, little: boolean): Fields {
  const i64 = (at: number) => Number(little ? head.readBigInt64LE(at) : head.readBigInt64BE(at));
  const i32 = (at: number) => (little ? head.readInt32LE(at) : head.readInt32BE(at));
  const f64 = (at: number) => (little ? head.readDoubleLE(at) : head.readDoubleBE(at));
  return {
    version: 2,
    datatype: little ? head.readInt16LE(12) : head.readInt16BE(12),
    dim: many(8, (i) => i64(16 + 8 * i)),
    pixdim: many(8, (i) => f64(104 + 8 * i)),
    start: i64(168),
    slope: f64(176),
    intercept: f64(184),
    description: text(head, 240, 80),
    qformCode: i32(344),
    sformCode: i32(348),
    quaternion: many(6, (i) => f64(352 + 8 * i)),
    sform: many(12, (i) => f64(400 + 8 * i)),
    units: i32(500),
  };
}

function text(head: Buffer, at: number, length: number): string {
  return head.toString("utf8", at, at + length).split("\0", 1)[0] as string;
}

/** Numbers that JSON cannot hold are left out. */
function plain(values: readonly number[]): (number | null)[] {
  return values.map((value) => (Number.isFinite(value) ? value : null));
}

function attributesOf(fields: Fields): Record<string, unknown> {
  const { version, description, qformCode, sformCode, quaternion, sform, pixdim, slope, intercept } = fields;
  const rows = (values: readonly number[]) => [0, 4, 8].map((at) => plain(values.slice(at, at + 4)));
  return {
    version,
    description,
    pixdim: plain(pixdim),
    slope: Number.isFinite(slope) ? slope : null,
    intercept: Number.isFinite(intercept) ? intercept : null,
    qform_code: qformCode,
    sform_code: sformCode,
    ...(sformCode > 0 ? { sform: rows(sform) } : {}),
    ...(qformCode > 0 ? { qform: rows(quaternionRows(quaternion, pixdim)) } : {}),
  };
}

/** The rotation of nifti1.h ("METHOD 2") times the voxel sizes, with the offsets: three rows of four. */
function quaternionRows(
  [b = 0, c = 0, d = 0, x = 0, y = 0, z = 0]: readonly number[],
  pixdim: readonly number[],
): number[] {
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const [handedness = 1, dx = 1, dy = 1, depth = 1] = pixdim;
  const dz = handedness < 0 ? -depth : depth;
  return [
    (a * a + b * b - c * c - d * d) * dx,
    2 * (b * c - a * d) * dy,
    2 * (b * d + a * c) * dz,
    x,
    2 * (b * c + a * d) * dx,
    (a * a + c * c - b * b - d * d) * dy,
    2 * (c * d - a * b) * dz,
    y,
    2 * (b * d - a * c) * dx,
    2 * (c * d + a * b) * dy,
    (a * a + d * d - b * b - c * c) * dz,
    z,
  ];
}
