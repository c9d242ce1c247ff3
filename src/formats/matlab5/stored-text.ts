import { ELEMENT, type Element, type ElementSource, elementError } from "./element.js";

/**
 * UTF-16 code units of a char element, whichever encoding it is stored in. One-byte integers are Latin-1.
 * @throws {FormatError} `format/invalid-text`, `format/bad-tag`, `format/bad-length`.
 */
export function readUnits(source: ElementSource, element: Element): Uint16Array {
  const bytes = source.bytes.subarray(element.start, element.end);
  switch (element.type) {
    case ELEMENT.int8:
    case ELEMENT.uint8:
      return Uint16Array.from(bytes);
    case ELEMENT.utf8:
      return toUnits(decodeUtf8(source, bytes));
    case ELEMENT.int16:
    case ELEMENT.uint16:
    case ELEMENT.utf16:
      return wholeWords(source, element, 2, (offset) => source.view.getUint16(offset, source.littleEndian));
    case ELEMENT.utf32: {
      const points = wholeWords(source, element, 4, (offset) => source.view.getUint32(offset, source.littleEndian));
      let text = "";
      for (const point of points) {
        if (point > 0x10ffff) throw elementError(source, "invalid-text", `${point} is no Unicode character`, { point });
        text += String.fromCodePoint(point);
      }
      return toUnits(text);
    }
    default:
      throw elementError(source, "bad-tag", `element type ${element.type} at byte ${element.start} holds no text`, {
        type: element.type,
        offset: element.start,
      });
  }
}

/** A name: one byte per character. */
export function readName(source: ElementSource, element: Element): string {
  if (element.type !== ELEMENT.int8 && element.type !== ELEMENT.uint8 && element.type !== ELEMENT.utf8) {
    throw elementError(source, "bad-tag", `element type ${element.type} at byte ${element.start} is no name`, {
      type: element.type,
      offset: element.start,
    });
  }
  return decodeUtf8(source, source.bytes.subarray(element.start, element.end));
}

/** The bytes up to the first NUL as text. */
export function decodeUtf8(source: ElementSource, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw elementError(source, "invalid-text", "a text is not valid UTF-8");
  }
}

function wholeWords(source: ElementSource, element: Element, size: 2, get: (offset: number) => number): Uint16Array;
function wholeWords(source: ElementSource, element: Element, size: 4, get: (offset: number) => number): Uint32Array;
function wholeWords(
  source: ElementSource,
  element: Element,
  size: 2 | 4,
  get: (offset: number) => number,
): Uint16Array | Uint32Array {
  const bytes = element.end - element.start;
  if (bytes % size !== 0) {
    throw elementError(source, "bad-length", `${bytes} bytes are no whole number of ${size}-byte characters`, {
      bytes,
    });
  }
  const out = size === 2 ? new Uint16Array(bytes / 2) : new Uint32Array(bytes / 4);
  for (let i = 0; i < out.length; i++) out[i] = get(element.start + i * size);
  return out;
}

function toUnits(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
