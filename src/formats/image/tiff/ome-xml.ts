import { FormatError } from "../../../base/errors.js";
import type { Limits } from "../../../base/limits.js";
import { attribute, unescapeXml, visitXmlTags, type XmlTag } from "../../spreadsheet/xml-tags.js";
import { inMicrometres } from "../length-unit.js";
import type { PlaneStack } from "./plane-stack.js";

interface OmeTags {
  pixels: XmlTag | undefined;
  images: number;
  readonly channels: string[];
  readonly data: { readonly tag: XmlTag; file: string | undefined }[];
  uuid: string | undefined;
}

/** Whether an image description is OME-XML. */
export function isOmeXml(description: string): boolean {
  return /^\s*<(\?xml|OME|!--)/.test(description) && description.slice(0, 4096).includes("<OME");
}

/**
 * The planes of the first image of an OME-TIFF, from the XML in its first page (OME-TIFF specification, "The TiffData
 * element"). Document types, and with them entities, are refused.
 * @throws {FormatError} `ome-invalid`; `ome-unsupported` for images spread over several files.
 */
export function omePlanes(
  xml: string,
  { file, limits, samples }: { file: string; limits: Limits; samples: number },
): PlaneStack {
  const { pixels, images, channels, data, uuid } = collect(xml, file, limits);
  if (pixels === undefined) throw invalid(file, "it describes no pixels");
  const size = (letter: string): number => {
    const text = attribute(pixels, `Size${letter}`) ?? "";
    if (!/^\d{1,10}$/.test(text) || Number(text) < 1)
      throw invalid(file, `Size${letter} is ${JSON.stringify(text.slice(0, 40))}`);
    return Number(text);
  };
  const order = attribute(pixels, "DimensionOrder") ?? "";
  if (!/^XY(ZCT|ZTC|CZT|CTZ|TZC|TCZ)$/.test(order))
    throw invalid(file, `DimensionOrder is ${JSON.stringify(order.slice(0, 40))}`);
  const channelCount = size("C");
  if (channelCount % samples !== 0) throw invalid(file, `${channelCount} channels in pages of ${samples} samples`);
  const sizes: Record<string, number> = { Z: size("Z"), C: channelCount / samples, T: size("T") };
  const letters = [...order.slice(2)];
  const total = letters.reduce((product, letter) => product * (sizes[letter] as number), 1);
  if (total > limits.entries) throw invalid(file, `${total} planes, at most ${limits.entries} are read`);
  const pages = new Int32Array(total).fill(-1);
  if (data.length === 0) for (let plane = 0; plane < total; plane++) pages[plane] = plane;
  for (const { tag, file: name } of data) {
    if (name !== undefined && name !== uuid) {
      throw new FormatError("ome-unsupported", `${file}: its planes are spread over several files`, {
        fields: { file },
        wayOut: "save the image as one OME-TIFF file",
      });
    }
    assignPages(pages, tag, { letters, sizes, file });
  }
  const step = (letter: string) => {
    const value = attribute(pixels, `PhysicalSize${letter}`);
    return inMicrometres(
      value === undefined ? undefined : Number(value),
      attribute(pixels, `PhysicalSize${letter}Unit`) ?? "µm",
    );
  };
  return {
    format: "ome-tiff",
    axes: letters
      .map((letter) => letter.toLowerCase())
      .reverse()
      .join(""),
    sizes: letters.map((letter) => sizes[letter] as number).reverse(),
    width: size("X"),
    height: size("Y"),
    pageOf: (plane) => pages[plane] as number,
    spacing: { x: step("X"), y: step("Y"), z: step("Z") },
    attributes: { images, channels },
  };
}

function invalid(file: string, reason: string, cause?: unknown): FormatError {
  return new FormatError("ome-invalid", `${file}: its OME-XML is not valid: ${reason}`, { fields: { file }, cause });
}

/** The elements of the first image; the tags of others are counted only. */
function collect(xml: string, file: string, limits: Limits): OmeTags {
  const found: OmeTags = { pixels: undefined, images: 0, channels: [], data: [], uuid: undefined };
  let uuidStart = -1;
  const visit = (tag: XmlTag) => {
    const { name, kind } = tag;
    const opens = kind !== "close";
    if (name === "OME" && opens) found.uuid = attribute(tag, "UUID");
    else if (name === "Image" && opens) found.images += 1;
    else if (found.images !== 1) return;
    else if (name === "Pixels" && opens) found.pixels ??= tag;
    else if (name === "Channel" && opens) found.channels.push(attribute(tag, "Name") ?? attribute(tag, "ID") ?? "");
    else if (name === "TiffData" && opens) found.data.push({ tag, file: undefined });
    else if (name === "UUID" && kind === "open") uuidStart = tag.end;
    else if (name === "UUID" && kind === "close") {
      const last = found.data.at(-1);
      if (last !== undefined && uuidStart >= 0) last.file = unescapeXml(xml.slice(uuidStart, tag.start)).trim();
    }
    if (found.data.length + found.channels.length > limits.entries) {
      throw invalid(file, `more than ${limits.entries} channels and planes`);
    }
  };
  try {
    visitXmlTags({ text: xml, where: `${file}: OME-XML`, file, limits }, visit);
  } catch (cause) {
    if (cause instanceof FormatError && cause.tag === "format/spreadsheet-invalid") {
      throw invalid(file, cause.message.slice(file.length + 2), cause);
    }
    throw cause;
  }
  return found;
}

function assignPages(
  pages: Int32Array,
  tag: XmlTag,
  { letters, sizes, file }: { letters: string[]; sizes: Record<string, number>; file: string },
): void {
  const whole = (name: string): number | undefined => {
    const text = attribute(tag, name);
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) throw invalid(file, `${name} is ${JSON.stringify(text.slice(0, 40))}`);
    return Number(text);
  };
  const page = whole("IFD");
  let first = 0;
  for (const letter of [...letters].reverse()) {
    const at = whole(`First${letter}`) ?? 0;
    const size = sizes[letter] as number;
    if (at >= size) throw invalid(file, `First${letter} is ${at} of ${size}`);
    first = first * size + at;
  }
  const count = whole("PlaneCount") ?? (page === undefined ? pages.length - first : 1);
  if (first + count > pages.length)
    throw invalid(file, `${count} planes from plane ${first} on, there are ${pages.length}`);
  for (let i = 0; i < count; i++) pages[first + i] = (page ?? 0) + i;
}
