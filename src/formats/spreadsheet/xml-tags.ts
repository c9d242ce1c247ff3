import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { decodeUtf8, positionAt } from "../text/utf8-text.js";

/** One tag of an XML text; offsets count characters. */
export interface XmlTag {
  /** Name without its namespace prefix. */
  readonly name: string;
  readonly kind: "open" | "close" | "empty";
  /** Where `<` stands, and the first offset behind `>`. */
  readonly start: number;
  readonly end: number;
  /** What stands between name and end of the tag. */
  readonly attributes: string;
}

interface XmlSource {
  readonly text: string;
  /** Name for messages: `file.xlsx: xl/workbook.xml`. */
  readonly where: string;
  readonly file: string;
  readonly limits: Limits;
}

/** The text of an XML part: UTF-8 only. @throws {FormatError} `not-utf8`, `utf-16`, `spreadsheet-invalid`. */
export function xmlText(bytes: Uint8Array, { where, file, limits }: Omit<XmlSource, "text">): string {
  const text = decodeUtf8(bytes, { file: where, limits });
  const declared = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/.exec(text.slice(0, 200))?.[1];
  if (declared !== undefined && !/^(utf-?8|us-ascii)$/i.test(declared)) {
    throw new FormatError("spreadsheet-invalid", `${where}: XML in ${declared}, not UTF-8`, { fields: { file } });
  }
  return text;
}

function fault({ text, where, file }: XmlSource, reason: string, at: number): FormatError {
  const { line, column } = positionAt(text, at);
  return new FormatError("spreadsheet-invalid", `${where}:${line}:${column}: ${reason}`, {
    fields: { file, line, column },
  });
}

/** End of a tag that begins at `start`: the first `>` outside quotes. */
function tagEnd(source: XmlSource, start: number): number {
  const { text } = source;
  let close = text.indexOf(">", start);
  for (let quote = text.indexOf('"', start); quote >= 0 && quote < close; quote = text.indexOf('"', quote + 1)) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) break;
    if (quote > close) close = text.indexOf(">", quote);
  }
  if (close < 0) throw fault(source, "the XML ends inside a tag", start);
  return close + 1;
}

/**
 * All tags of an XML text in order. Checks that tags are balanced, nested at most `limits.depth` deep and that nothing
 * is left open; refuses document types and with them entities. Cost: one pass, one small object per tag.
 * @throws {FormatError} `spreadsheet-invalid` with line and column.
 */
export function* xmlTags(source: XmlSource): Generator<XmlTag> {
  const { text, limits } = source;
  const open: string[] = [];
  let roots = 0;
  let at = text.indexOf("<");
  for (; at >= 0; at = text.indexOf("<", at)) {
    const next = text.charCodeAt(at + 1);
    if (next === 33 || next === 63) {
      at = skipMarkup(source, at);
      continue;
    }
    const end = tagEnd(source, at);
    const closing = next === 47;
    const empty = !closing && text.charCodeAt(end - 2) === 47;
    const match = /[^\s/>]+/.exec(text.slice(at + (closing ? 2 : 1), Math.min(end, at + 200)));
    if (match === null || match.index !== 0) throw fault(source, "a tag without a name", at);
    const [full] = match;
    const name = full.slice(full.indexOf(":") + 1);
    if (closing) {
      if (open.pop() !== full) throw fault(source, `</${full}> closes what is not open`, at);
    } else {
      if (open.length === 0) roots += 1;
      if (roots > 1) throw fault(source, "a second root element", at);
      if (open.length >= limits.depth) throw fault(source, `elements nested more than ${limits.depth} deep`, at);
      if (!empty) open.push(full);
    }
    const attributes = closing ? "" : text.slice(at + 1 + full.length, end - (empty ? 2 : 1));
    yield { name, kind: closing ? "close" : empty ? "empty" : "open", start: at, end, attributes };
    at = end;
  }
  if (open.length > 0 || roots === 0) {
    throw fault(source, open.length > 0 ? `<${open.at(-1)}> is never closed` : "there is no element", text.length);
  }
}

function skipMarkup(source: XmlSource, at: number): number {
  const { text } = source;
  const [close, width] = text.startsWith("<!--", at) ? ["-->", 3] : text.startsWith("<?", at) ? ["?>", 2] : ["]]>", 3];
  if (close === "]]>" && !text.startsWith("<![CDATA[", at))
    throw fault(source, "a document type, which is refused", at);
  const end = text.indexOf(close as string, at);
  if (end < 0) throw fault(source, "the XML ends inside a comment or section", at);
  return end + (width as number);
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Text with its character references replaced; unknown ones stay as they are. */
export function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] as string;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

/** Value of an attribute, by its name without prefix; undefined when absent. */
export function attribute(tag: Pick<XmlTag, "attributes">, name: string): string | undefined {
  const pattern = /(?:^|\s)(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
  for (let match = pattern.exec(tag.attributes); match !== null; match = pattern.exec(tag.attributes)) {
    if (match[1] === name) return unescapeXml(match[2] ?? match[3] ?? "");
  }
  return undefined;
}
