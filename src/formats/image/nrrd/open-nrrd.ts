import { endianness } from "node:os";
import { dirname, join } from "node:path";
import { FormatError } from "../../../base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../../base/limits.js";
import { entryNameFault } from "../../archive/entry-name.js";
import { elementBytes, type Volume } from "../../volume/volume.js";
import { type ElementSource, plainElements, streamedElements } from "../element-source.js";
import { gunzipStream } from "../gunzip-stream.js";
import { linearVolume } from "../linear-volume.js";
import type { OpenImageOptions } from "../open-options.js";
import { checkRatio, checkStored, statedBytes } from "../stated-size.js";
import { StoredFile } from "../stored-file.js";
import { nrrdAxes, nrrdSpacing } from "./nrrd-axes.js";
import { invalid, MOST_HEADER_BYTES, type NrrdHeader, parseNrrdHeader, unsupported } from "./nrrd-header.js";
import { textElements } from "./text-elements.js";

/**
 * Opens an NRRD file (NRRD0001 to NRRD0005), or a header with its elements in one other file of the same folder.
 * Encodings raw, gzip (inflated as it is read) and text; integers of 1 to 8 bytes and floats. The shape is slowest axis
 * first, the reverse of `sizes`; see `nrrdAxes` and `nrrdSpacing` for axes and spacing. The header's fields are in
 * `attributes.fields` and `attributes.keyValues`, directions and origin among them: nothing is turned or flipped.
 * Memory: one block, for text one piece.
 * Source: "Definition of NRRD File Format", https://teem.sourceforge.net/nrrd/format.html.
 * @throws {FormatError} `nrrd-invalid`, `nrrd-unsupported`, `unsafe-path`, `invalid-shape`, `too-large`, `truncated`,
 * `compression-ratio`, `lying-size`, `checksum`, `gzip-invalid`, `empty`, `unreadable`.
 */
export async function openNrrd(path: string, { file, limits = DEFAULT_LIMITS }: OpenImageOptions): Promise<Volume> {
  let stored = await StoredFile.open(path, file);
  try {
    const header = parseNrrdHeader(await stored.head(MOST_HEADER_BYTES), file);
    let start = header.headerBytes;
    if (header.dataFile !== undefined) {
      const name = plainName(header.dataFile, file);
      await stored.close();
      stored = await StoredFile.open(join(dirname(path), name), `${file}: ${name}`);
      start = 0;
    }
    const shape = [...header.sizes].reverse();
    const bytes = statedBytes(shape, header.type, { file, limits });
    const source = await elements({ stored, start, bytes, header, file, limits });
    const open = stored;
    return linearVolume({
      file,
      name: file,
      shape,
      type: header.type,
      littleEndian: header.encoding === "text" ? endianness() === "LE" : header.littleEndian,
      axes: nrrdAxes(header),
      spacing: nrrdSpacing(header),
      attributes: { fields: header.fields, keyValues: header.keyValues },
      source,
      close: () => open.close(),
    });
  } catch (error) {
    await stored.close().catch(() => {});
    throw error;
  }
}

/** @throws {FormatError} for anything but the name of one file in the same folder. */
function plainName(name: string, file: string): string {
  if (/%\d*d/.test(name)) {
    throw unsupported(file, `its elements are spread over the files ${name.slice(0, 80)}`, "Join them into one file.");
  }
  const fault = name.includes("/") ? "a path" : entryNameFault(name);
  if (fault === undefined && name.length <= 255) return name;
  const shown = name.slice(0, 80);
  throw new FormatError(
    "unsafe-path",
    `${file}: its data file is ${JSON.stringify(shown)}, ${fault ?? "a long name"}`,
    {
      fields: { file, dataFile: shown },
      wayOut: "put both files into one folder and name the other one without a path",
    },
  );
}

async function elements(options: {
  stored: StoredFile;
  start: number;
  bytes: number;
  header: NrrdHeader;
  file: string;
  limits: Limits;
}): Promise<ElementSource> {
  const { stored, bytes, header, file, limits } = options;
  const { encoding, byteSkip, type } = header;
  const start = await behindLines(stored, options.start, header.lineSkip);
  if (encoding === "raw") {
    // -1: the elements end where the file ends, whatever is before them.
    const first = byteSkip === -1 ? stored.size - bytes : start + byteSkip;
    checkStored(bytes, first, stored);
    return plainElements(stored, first);
  }
  if (byteSkip === -1) throw invalid(file, `a byte skip of -1 is for the encoding raw, this is ${encoding}`);
  const rest = stored.size - start;
  if (encoding === "text") {
    // Every element takes a digit and a blank, but for the last.
    checkStored((bytes / elementBytes(type)) * 2 - 1, start + byteSkip, stored);
    const open = () => textElements(stored.stream(start + byteSkip), type, stored.file);
    return streamedElements({ name: file, file, bytes, exact: true, open });
  }
  // Skipped bytes are inflated too.
  checkRatio(bytes + byteSkip, rest, { file, limits });
  const open = () => gunzipStream(stored.stream(start), { file: stored.file });
  return streamedElements({ name: file, file, skip: byteSkip, bytes, exact: true, open });
}

/** Offset behind so many line ends. */
async function behindLines(stored: StoredFile, start: number, lines: number): Promise<number> {
  let left = lines;
  let at = start;
  if (left === 0) return at;
  for await (const piece of stored.stream(start)) {
    for (let i = piece.indexOf(10); i >= 0; i = piece.indexOf(10, i + 1)) {
      left -= 1;
      if (left === 0) return at + i + 1;
    }
    at += piece.length;
  }
  throw invalid(stored.file, `it has fewer than the ${lines} lines to be skipped`);
}
