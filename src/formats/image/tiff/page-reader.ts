import { FormatError } from "../../../base/errors.js";
import { elementBytes, elementCount, over, type VolumeData } from "../../volume/volume.js";
import { copyShared } from "../block-grid.js";
import { mustSwap, swapBytes } from "../byte-order.js";
import { decompress, TileFault } from "./decompress.js";
import { undoPredictor } from "./predictor.js";
import { type TiffFile, tiffNumbers } from "./tiff-directory.js";
import { besideEachOther, type TiffPage, tileCounts } from "./tiff-page.js";

/** A window of one plane of a page: rows and columns from an origin. */
export interface PlaneWindow {
  /** Which sample, where samples lie in planes of their own; else 0. */
  readonly sample: number;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** A page, and how many bytes behind its offsets it lies (for stacks with one directory). */
export interface PlacedPage {
  readonly number: number;
  readonly page: TiffPage;
  readonly shift: number;
}

/**
 * Decodes a window of a page: rows, columns and the samples beside each other, in C order, in the byte order of this
 * machine. Memory: the window and one strip or tile. Uncompressed strips are read in place.
 * @throws {FormatError} `tile` for damaged strips or tiles, `truncated`, `compression-ratio`, `tiff-invalid`.
 */
export async function readWindow(tiff: TiffFile, placed: PlacedPage, window: PlaneWindow): Promise<VolumeData> {
  const { layout } = placed.page;
  const samples = besideEachOther(layout);
  const shape = [window.rows, window.columns, samples];
  const width = elementBytes(layout.type);
  const data = over(layout.type, new ArrayBuffer(elementCount(shape) * width), 0, elementCount(shape));
  const target = { origin: [window.row, window.column, 0], shape, data };
  if (layout.compression === "none" && !layout.tiled) {
    await readStrips(tiff, placed, window, new Uint8Array(data.buffer));
    if (mustSwap(tiff.littleEndian)) swapBytes(new Uint8Array(data.buffer), width);
    return data;
  }
  const [across, down] = tileCounts(layout);
  const { tileWidth, tileHeight } = layout;
  const firstRow = Math.floor(window.row / tileHeight);
  const lastRow = Math.floor((window.row + window.rows - 1) / tileHeight);
  const lastColumn = Math.floor((window.column + window.columns - 1) / tileWidth);
  const index = (window.sample * down + firstRow) * across;
  const places = await readPlaces(tiff, placed.page, { index, count: (lastRow - firstRow + 1) * across });
  for (let y = firstRow; y <= lastRow; y++) {
    for (let x = Math.floor(window.column / tileWidth); x <= lastColumn; x++) {
      const rows = layout.tiled ? tileHeight : Math.min(tileHeight, layout.height - y * tileHeight);
      const nth = (y - firstRow) * across + x;
      const place = { offset: places.offsets[nth] as number, length: places.lengths?.[nth] };
      const tile = await readTile(tiff, placed, { index: index + nth, rows, ...place });
      const box = { origin: [y * tileHeight, x * tileWidth, 0], shape: [rows, tileWidth, samples], data: tile };
      copyShared(box, target);
    }
  }
  return data;
}

/** Offsets and lengths of so many tiles, read at once. */
async function readPlaces(
  tiff: TiffFile,
  { layout, offsets, byteCounts }: TiffPage,
  { index, count }: { index: number; count: number },
): Promise<{ offsets: number[]; lengths: number[] | undefined }> {
  const [places, lengths] = layout.tiled ? [324, 325] : [273, 279];
  return {
    offsets: (await tiffNumbers(tiff, offsets, { tag: places, from: index, count })) as number[],
    lengths: await tiffNumbers(tiff, byteCounts, { tag: lengths, from: index, count }),
  };
}

/** Whole rows of strips that follow each other in the file are read at once. */
async function readStrips(tiff: TiffFile, placed: PlacedPage, window: PlaneWindow, target: Uint8Array): Promise<void> {
  const { page, shift } = placed;
  const { width, tileHeight } = page.layout;
  const pixel = besideEachOther(page.layout) * elementBytes(page.layout.type);
  const [, down] = tileCounts(page.layout);
  const first = Math.floor(window.row / tileHeight);
  const end = window.row + window.rows;
  const count = Math.floor((end - 1) / tileHeight) - first + 1;
  const index = window.sample * down + first;
  const offsets = (await tiffNumbers(tiff, page.offsets, { tag: 273, from: index, count })) as number[];
  const placeOf = (row: number) => {
    const strip = Math.floor(row / tileHeight);
    const inside = (row - strip * tileHeight) * width + window.column;
    return (offsets[strip - first] as number) + shift + inside * pixel;
  };
  const rowBytes = window.columns * pixel;
  const whole = window.columns === width;
  for (let row = window.row; row < end; ) {
    const from = placeOf(row);
    let stop = row + 1;
    while (whole && stop < end && placeOf(stop) === from + (stop - row) * rowBytes) stop += 1;
    const at = (row - window.row) * rowBytes;
    await tiff.stored.readInto(target.subarray(at, at + (stop - row) * rowBytes), from);
    row = stop;
  }
}

async function readTile(
  tiff: TiffFile,
  { number, page, shift }: PlacedPage,
  tile: { index: number; rows: number; offset: number; length: number | undefined },
): Promise<VolumeData> {
  const { layout } = page;
  const { index, rows } = tile;
  const { file } = tiff.stored;
  const samples = besideEachOther(layout);
  const width = elementBytes(layout.type);
  const count = rows * layout.tileWidth * samples;
  const fault = (reason: string) =>
    new FormatError("tile", `${file}: page ${number}, ${layout.tiled ? "tile" : "strip"} ${index}: ${reason}`, {
      fields: { file, page: number, tile: index },
    });
  const offset = tile.offset + shift;
  const length = tile.length ?? (layout.compression === "none" ? count * width : undefined);
  if (length === undefined) throw fault("its length is not stated");
  // Sparse files leave out tiles of zeros.
  if (length === 0 && tile.offset === 0) return over(layout.type, new ArrayBuffer(count * width), 0, count);
  if (count * width > length * tiff.limits.ratio) throw fault(`${length} bytes cannot hold ${count * width}`);
  const data = await tiff.stored.read(offset, length);
  const target = new Uint8Array(new ArrayBuffer(count * width));
  try {
    const most = layout.tileHeight * layout.tileWidth * samples * width;
    decompress(data, { compression: layout.compression, target, most });
  } catch (cause) {
    throw cause instanceof TileFault ? fault(cause.message) : cause;
  }
  undoPredictor(target, layout.predictor, {
    stride: samples,
    row: layout.tileWidth * samples,
    elementBytes: width,
    littleEndian: tiff.littleEndian,
  });
  return over(layout.type, target.buffer, 0, count);
}
