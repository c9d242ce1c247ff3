import { unescapeXml, type XmlTag } from "./xml-tags.js";

/** `_x000D_`: how a workbook writes a character that XML does not allow (ECMA-376 22.9.2.19). */
const ESCAPED = /_x([0-9a-fA-F]{4})_/g;
const MARKUP = /(<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>)/s;

/**
 * The text that a stretch of XML stands for: references and CDATA sections replaced, comments left out, the escaped
 * characters of a workbook decoded, line ends as `\n`. Undefined when there are elements in it.
 */
export function xmlContent(xml: string): string | undefined {
  const text = xml.includes("<") ? withoutMarkup(xml) : unescapeXml(xml);
  if (text === undefined) return undefined;
  const decoded = text.includes("_x")
    ? text.replace(ESCAPED, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
  return decoded.includes("\r\n") ? decoded.replaceAll("\r\n", "\n") : decoded;
}

function withoutMarkup(xml: string): string | undefined {
  const pieces = xml.split(MARKUP);
  if (pieces.some((piece, index) => index % 2 === 0 && piece.includes("<"))) return undefined;
  return pieces
    .map((piece, index) => {
      if (index % 2 === 0) return unescapeXml(piece);
      return piece.startsWith("<![CDATA[") ? piece.slice(9, -3) : "";
    })
    .join("");
}

/**
 * The text of one string item (`si`, `is`): that of its `t` elements, but for the phonetic runs (`rPh`), which say how
 * it is read aloud. Told of the tags inside the item, in order.
 */
export class StringItem {
  #text: string | undefined = "";
  #from = -1;
  #phonetic = 0;

  begin(): void {
    this.#text = "";
    this.#phonetic = 0;
  }

  tag({ name, kind, text: source, start, end }: XmlTag): void {
    if (kind === "empty") return;
    if (name === "rPh") this.#phonetic += kind === "open" ? 1 : -1;
    else if (name === "t" && kind === "open") this.#from = end;
    else if (name === "t" && this.#phonetic === 0) {
      const text = xmlContent(source.slice(this.#from, start));
      this.#text = text === undefined || this.#text === undefined ? undefined : this.#text + text;
    }
  }

  /** Undefined when there were elements where text belongs. */
  get text(): string | undefined {
    return this.#text;
  }
}
