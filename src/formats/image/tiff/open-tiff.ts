import { FormatError } from "../../../base/errors.js";
import { DEFAULT_LIMITS } from "../../../base/limits.js";
import { elementBytes, elementCount, type Volume } from "../../volume/volume.js";
import { BLOCK_BYTES } from "../block-grid.js";
import { gridVolume } from "../grid-volume.js";
import type { OpenImageOptions } from "../open-options.js";
import { checkRatio, checkStored, statedBytes } from "../stated-size.js";
import { StoredFile } from "../stored-file.js";
import { parseImageJ } from "./imagej-description.js";
import { isOmeXml, omePlanes } from "./ome-xml.js";
import { type PlacedPage, readWindow } from "./page-reader.js";
import { type PlaneStack, plainPlanes } from "./plane-stack.js";
import { parseShaped } from "./shaped-description.js";
import {
  readTiffDirectory,
  readTiffHeader,
  type TiffFile,
  tiffDirectories,
  tiffFault,
  tiffFraction,
  tiffNumbers,
  tiffText,
} from "./tiff-directory.js";
import { besideEachOther, readTiffPage, type TiffLayout, type TiffPage } from "./tiff-page.js";

/** What the directories of a file say. Kept per page: where its directory is. */
interface TiffPages {
  readonly first: TiffPage;
  readonly directories: readonly number[];
  readonly description: string | undefined;
  readonly resolution: { readonly x: number | undefined; readonly y: number | undefined };
}

/**
 * Opens a TIFF or BigTIFF file as one array. OME-TIFF (its first image) and ImageJ stacks have the axes and the spacing
 * that their description states, ImageJ stacks over 4 GiB with a single directory too; so has what tifffile writes (two axes
 * of pages without names are c and z); other files are a stack of pages along z, without spacing. Axes of one step but y and x are left out. Samples of a pixel are the last axis `c`, or an
 * axis before y where they lie in planes of their own (`s` where the description names channels besides). Integers of
 * 8 to 64 bits and floats; uncompressed, LZW, Deflate, PackBits; strips and tiles; both predictors. Values are given as
 * stored, whatever the photometric interpretation. Reduced copies of pages are passed over. Memory: one block (16 MiB
 * or a strip) and one strip or tile; per page a number.
 * Source: TIFF 6.0, its technical notes, BigTIFF, and the OME-TIFF specification.
 * @throws {FormatError} `tiff-invalid`, `tiff-unsupported`, `ome-invalid`, `ome-unsupported`, `pages-differ`,
 * `missing-page`, `tile`, `truncated`, `too-large`, `too-many-entries`, `compression-ratio`, `empty`, `unreadable`.
 */
export async function openTiff(path: string, { file, limits = DEFAULT_LIMITS }: OpenImageOptions): Promise<Volume> {
  const stored = await StoredFile.open(path, file);
  try {
    const tiff = await readTiffHeader(stored, limits);
    const pages = await readPages(tiff);
    const { planes, contiguous } = stackOf(tiff, pages);
    return await volume({ tiff, pages, planes, contiguous });
  } catch (error) {
    await stored.close();
    throw error;
  }
}

async function readPages(tiff: TiffFile): Promise<TiffPages> {
  const { file } = tiff.stored;
  let start: Pick<TiffPages, "first" | "description" | "resolution"> | undefined;
  const directories: number[] = [];
  for await (const directory of tiffDirectories(tiff)) {
    const page = await readTiffPage(tiff, directory);
    if (start === undefined) {
      const { fields } = directory;
      const resolution = { x: await tiffFraction(tiff, fields.get(282)), y: await tiffFraction(tiff, fields.get(283)) };
      start = { first: page, description: await tiffText(tiff, fields.get(270)), resolution };
    } else {
      if (page.reduced) continue;
      checkAlike(start.first.layout, page.layout, { file, page: directories.length });
    }
    directories.push(directory.offset);
  }
  if (start === undefined) throw tiffFault(file, "it has no page");
  return { ...start, directories };
}

function checkAlike(first: TiffLayout, other: TiffLayout, { file, page }: { file: string; page: number }): void {
  const shown = ({ width, height, type, samples }: TiffLayout) => `${width} × ${height} × ${samples} of ${type}`;
  if (shown(first) === shown(other) && first.separate === other.separate) return;
  throw new FormatError("pages-differ", `${file}: page 0 is ${shown(first)}, page ${page} is ${shown(other)}`, {
    fields: { file, page },
    wayOut: "split the file: pages of one array are alike",
  });
}

/** `contiguous`: the file has one directory, the pages follow each other behind its first. */
function stackOf(tiff: TiffFile, pages: TiffPages): { planes: PlaneStack; contiguous: boolean } {
  const { file } = tiff.stored;
  const { first, description = "", directories } = pages;
  const { layout } = first;
  if (isOmeXml(description)) {
    const planes = omePlanes(description, { file, limits: tiff.limits, samples: layout.samples });
    if (planes.width !== layout.width || planes.height !== layout.height) {
      throw tiffFault(
        file,
        `its OME-XML states planes of ${planes.width} × ${planes.height}, page 0 is ${layout.width} × ${layout.height}`,
      );
    }
    return { planes, contiguous: false };
  }
  const imagej = parseImageJ(description, pages.resolution);
  if (imagej === undefined) {
    const { width, height, samples, separate } = layout;
    const shaped = separate
      ? undefined
      : parseShaped(description, { width, height, samples, pages: directories.length });
    return { planes: shaped ?? plainPlanes(directories.length), contiguous: false };
  }
  const contiguous = directories.length === 1 && imagej.images > 1 && layout.compression === "none" && !layout.tiled;
  if (contiguous || imagej.images === directories.length) return { planes: imagej.planes, contiguous };
  return { planes: { ...imagej.planes, axes: "z", sizes: [directories.length] }, contiguous };
}

async function volume(options: {
  tiff: TiffFile;
  pages: TiffPages;
  planes: PlaneStack;
  contiguous: boolean;
}): Promise<Volume> {
  const { tiff, pages, planes, contiguous } = options;
  const { stored, limits } = tiff;
  const { file } = stored;
  const { layout } = pages.first;
  const { axes, shape, blockShape } = arrangement(layout, planes);
  const bytes = statedBytes(shape, layout.type, { file, limits });
  checkRatio(bytes, stored.size, { file, limits });
  const pageBytes = layout.width * layout.height * layout.samples * elementBytes(layout.type);
  if (contiguous) checkStored(bytes, await firstElement(tiff, pages.first), stored);
  const total = elementCount(planes.sizes);
  for (let plane = 0; plane < total && !contiguous; plane++) {
    const page = planes.pageOf(plane);
    if (page >= 0 && page < pages.directories.length) continue;
    throw new FormatError(
      "missing-page",
      `${file}: plane ${plane} of ${total} is on no page; the file has ${pages.directories.length}`,
      {
        fields: { file, plane, planes: total, pages: pages.directories.length },
      },
    );
  }
  const placed = async (plane: number): Promise<PlacedPage> => {
    if (contiguous) return { number: plane, page: pages.first, shift: plane * pageBytes };
    const number = planes.pageOf(plane);
    const directory = await readTiffDirectory(tiff, pages.directories[number] as number);
    return { number, page: await readTiffPage(tiff, directory), shift: 0 };
  };
  const rowAxis = axes.indexOf("y");
  const planeAxes = rowAxis - (layout.separate ? 1 : 0);
  return gridVolume({
    file,
    name: file,
    shape,
    blockShape,
    type: layout.type,
    axes,
    spacing: spacingOf(planes, axes),
    attributes: {
      format: planes.format,
      compression: layout.compression,
      pages: pages.directories.length,
      ...planes.attributes,
    },
    reader: () => ({
      block: async (_index, box) => {
        const plane = box.origin
          .slice(0, planeAxes)
          .reduce((index, at, axis) => index * (shape[axis] as number) + at, 0);
        return readWindow(tiff, await placed(plane), {
          sample: layout.separate ? (box.origin[planeAxes] as number) : 0,
          row: box.origin[rowAxis] as number,
          column: box.origin[rowAxis + 1] as number,
          rows: box.shape[rowAxis] as number,
          columns: box.shape[rowAxis + 1] as number,
        });
      },
      close: async () => {},
    }),
    close: () => stored.close(),
  });
}

async function firstElement(tiff: TiffFile, { offsets }: TiffPage): Promise<number> {
  return (await tiffNumbers(tiff, offsets, { tag: 273, count: 1 }))?.[0] as number;
}

function spacingOf({ spacing }: PlaneStack, axes: string): (number | undefined)[] | undefined {
  const steps = Array.from(axes, (letter) =>
    letter === "x" || letter === "y" || letter === "z" ? spacing[letter] : undefined,
  );
  return steps.every((step) => step === undefined) ? undefined : steps;
}

/** Axes, shape and blocks: whole planes, or as many rows (and columns) of one as fit a block, in whole tiles. */
function arrangement(layout: TiffLayout, planes: PlaneStack): { axes: string; shape: number[]; blockShape: number[] } {
  const { width, height, samples, separate, compression, tiled } = layout;
  const kept = planes.sizes
    .map((size, axis) => ({ size, letter: planes.axes[axis] as string }))
    .filter(({ size }) => size > 1);
  const letters = kept.map(({ letter }) => letter).join("");
  const sampleAxis = samples === 1 ? "" : letters.includes("c") ? "s" : "c";
  const pixel = besideEachOther(layout) * elementBytes(layout.type);
  const inPlace = compression === "none" && !tiled;
  const [tileHeight, tileWidth] = inPlace ? [1, 1] : [layout.tileHeight, layout.tileWidth];
  const stretch = (size: number, tile: number, across: number) =>
    Math.min(size, tile * Math.max(1, Math.floor(BLOCK_BYTES / pixel / across / tile)));
  const rows = stretch(height, tileHeight, width);
  const columns = rows <= tileHeight ? stretch(width, tileWidth, tileHeight) : width;
  const before = kept.map(({ size }) => size);
  const ones = before.map(() => 1);
  if (separate) {
    return {
      axes: `${letters}${sampleAxis}yx`,
      shape: [...before, samples, height, width],
      blockShape: [...ones, 1, rows, columns],
    };
  }
  const last = samples > 1 ? [samples] : [];
  return {
    axes: `${letters}yx${sampleAxis}`,
    shape: [...before, height, width, ...last],
    blockShape: [...ones, rows, columns, ...last],
  };
}
