import { FormatError } from "../../../base/errors.js";
import { elementBytes, type VolumeType } from "../../volume/volume.js";
import { type TiffDirectory, type TiffField, type TiffFile, tiffFault, tiffNumbers } from "./tiff-directory.js";

const TAG = {
  subfile: 254,
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  format: 339,
} as const;

/** Largest strip or tile that is inflated; other software writes some kilobytes to a few megabytes. */
const MOST_TILE_BYTES = 256 * 1024 * 1024;
const MOST_SAMPLES = 4096;

const TYPES: Readonly<Record<string, VolumeType>> = {
  "8,1": "uint8",
  "8,2": "int8",
  "16,1": "uint16",
  "16,2": "int16",
  "32,1": "uint32",
  "32,2": "int32",
  "64,1": "uint64",
  "64,2": "int64",
  "32,3": "float32",
  "64,3": "float64",
};

const COMPRESSIONS = new Map([
  [1, "none"],
  [5, "lzw"],
  [8, "deflate"],
  [32946, "deflate"],
  [32773, "packbits"],
] as const);

export type TiffCompression = "none" | "lzw" | "deflate" | "packbits";

/** How the elements of a page are stored. Pages of one stack share all of it. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly type: VolumeType;
  /** Samples per pixel. */
  readonly samples: number;
  /** Samples lie in planes of their own behind each other, not beside each other. */
  readonly separate: boolean;
  readonly compression: TiffCompression;
  /** 1 none, 2 differences along rows, 3 differences of the bytes of floats. */
  readonly predictor: 1 | 2 | 3;
  /** Strips are tiles as wide as the page. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly tiled: boolean;
}

/** A page: its layout and where its tiles lie. */
export interface TiffPage {
  readonly layout: TiffLayout;
  readonly offsets: TiffField;
  /** Absent in some uncompressed files of one strip. */
  readonly byteCounts: TiffField | undefined;
  /** A smaller copy of another page. */
  readonly reduced: boolean;
}

/** Tiles of one plane of a page: across, down. */
export function tileCounts({ width, height, tileWidth, tileHeight }: TiffLayout): readonly [number, number] {
  return [Math.ceil(width / tileWidth), Math.ceil(height / tileHeight)];
}

/** Samples that lie beside each other. */
export function besideEachOther({ samples, separate }: TiffLayout): number {
  return separate ? 1 : samples;
}

/** @throws {FormatError} `tiff-invalid`, `tiff-unsupported`, `too-large`. */
export async function readTiffPage(tiff: TiffFile, { fields, offset }: TiffDirectory): Promise<TiffPage> {
  const { file } = tiff.stored;
  const one = async (tag: number, fallback?: number): Promise<number> => {
    const value = (await tiffNumbers(tiff, fields.get(tag), { tag, count: 1 }))?.[0] ?? fallback;
    if (value === undefined) throw tiffFault(file, `the page at offset ${offset} has no field ${tag}`, { offset, tag });
    return value;
  };
  const width = await one(TAG.width);
  const height = await one(TAG.height);
  const samples = await one(TAG.samples, 1);
  if (width < 1 || height < 1 || samples < 1 || samples > MOST_SAMPLES) {
    throw tiffFault(file, `the page at offset ${offset} is ${width} × ${height} of ${samples} samples`, { offset });
  }
  const type = await elementType(tiff, fields, samples);
  if ((await one(TAG.fillOrder, 1)) !== 1) throw unsupported(file, "bits in reversed order (FillOrder 2)");
  const compression = compressionOf(await one(TAG.compression, 1), file);
  // Only these two are defined with a predictor; libtiff leaves it aside for others.
  const predicted = compression === "lzw" || compression === "deflate";
  const tiled = fields.has(TAG.tileOffsets);
  const offsets = fields.get(tiled ? TAG.tileOffsets : TAG.stripOffsets);
  if (offsets === undefined)
    throw tiffFault(file, `the page at offset ${offset} has no strips and no tiles`, { offset });
  const layout: TiffLayout = {
    width,
    height,
    type,
    samples,
    separate: samples > 1 && (await one(TAG.planar, 1)) === 2,
    compression,
    predictor: predicted ? predictorOf(await one(TAG.predictor, 1), type, file) : 1,
    tileWidth: tiled ? await one(TAG.tileWidth) : width,
    tileHeight: tiled ? await one(TAG.tileHeight) : Math.min(height, await one(TAG.rowsPerStrip, height)),
    tiled,
  };
  checkTiles(layout, offsets, file);
  const byteCounts = fields.get(tiled ? TAG.tileBytes : TAG.stripBytes);
  const reduced = ((await one(TAG.subfile, 0)) & 1) === 1;
  return { layout, offsets, byteCounts, reduced };
}

function unsupported(file: string, what: string): FormatError {
  return new FormatError("tiff-unsupported", `${file}: ${what}: not read`, {
    fields: { file },
    wayOut: "save the image again, uncompressed or with LZW or Deflate, with 8, 16 or 32 bits per sample",
  });
}

async function elementType(tiff: TiffFile, fields: TiffDirectory["fields"], samples: number): Promise<VolumeType> {
  const { file } = tiff.stored;
  const all = async (tag: number, fallback: number): Promise<number> => {
    const field = fields.get(tag);
    const count = Math.min(field?.count ?? 0, samples);
    const values = (await tiffNumbers(tiff, field, { tag, count })) ?? [fallback];
    if (new Set(values).size > 1)
      throw unsupported(file, `samples of different types (field ${tag}: ${values.slice(0, 8)})`);
    return values[0] as number;
  };
  const bits = await all(TAG.bits, 1);
  const format = await all(TAG.format, 1);
  // 4 is "undefined", which readers take as unsigned.
  const type = TYPES[`${bits},${format === 4 ? 1 : format}`];
  if (type === undefined) throw unsupported(file, `samples of ${bits} bits in format ${format}`);
  return type;
}

function compressionOf(code: number, file: string): TiffCompression {
  const compression = COMPRESSIONS.get(code as 1);
  if (compression === undefined) throw unsupported(file, `the compression ${code}`);
  return compression;
}

function predictorOf(code: number, type: VolumeType, file: string): 1 | 2 | 3 {
  const float = type.startsWith("float");
  if (code === 1 || (code === 2 && !float) || (code === 3 && float)) return code;
  throw unsupported(file, `the predictor ${code} for ${type}`);
}

function checkTiles(layout: TiffLayout, offsets: TiffField, file: string): void {
  const { tileWidth, tileHeight, compression, samples, separate, tiled } = layout;
  if (tileWidth < 1 || tileHeight < 1) throw tiffFault(file, `its tiles are ${tileWidth} × ${tileHeight}`);
  const [across, down] = tileCounts(layout);
  const needed = across * down * (separate ? samples : 1);
  if (offsets.count < needed) throw tiffFault(file, `a page of ${needed} strips or tiles states ${offsets.count}`);
  const bytes = tileWidth * tileHeight * besideEachOther(layout) * elementBytes(layout.type);
  if ((compression === "none" && !tiled) || bytes <= MOST_TILE_BYTES) return;
  throw new FormatError(
    "too-large",
    `${file}: a strip or tile of ${bytes} bytes, at most ${MOST_TILE_BYTES} are read`,
    {
      fields: { file, bytes, limit: MOST_TILE_BYTES },
      wayOut: "save the image again with smaller strips",
    },
  );
}
