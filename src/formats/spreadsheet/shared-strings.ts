import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { StringItem } from "./xml-content.js";
import { visitXmlTags } from "./xml-tags.js";

/**
 * The shared strings of a workbook (ECMA-376 18.4), which cells name by their position. Cost: one pass over the tags.
 * @throws {FormatError} `spreadsheet-invalid`, `too-many-cells`.
 */
export function readSharedStrings(source: {
  readonly text: string;
  readonly where: string;
  readonly file: string;
  readonly limits: Limits;
}): string[] {
  const { where, file, limits } = source;
  const strings: string[] = [];
  const item = new StringItem();
  visitXmlTags(source, (tag) => {
    if (tag.name !== "si") {
      item.tag(tag);
      return;
    }
    if (tag.kind !== "close") item.begin();
    if (tag.kind === "open") return;
    if (item.text === undefined) {
      throw new FormatError("spreadsheet-invalid", `${where}: string ${strings.length} has elements inside its text`, {
        fields: { file, string: strings.length },
      });
    }
    strings.push(item.text);
    if (strings.length <= limits.cells) return;
    throw new FormatError("too-many-cells", `${where}: more than ${limits.cells} strings`, {
      fields: { file, limit: limits.cells },
    });
  });
  return strings;
}
