import { crc32, deflateRawSync } from "node:zlib";

/** A member of a zip archive that may lie about itself. */
export interface ArchiveMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** Size that the archive states, where it is not the true one. */
  readonly statedBytes?: number;
  /** What stands for the deflated content, where that is too large to be held. */
  readonly deflated?: Uint8Array;
}

/** Bytes of a zip archive: deflated members in the given order, no times. */
export function archiveOf(members: readonly ArchiveMember[]): Uint8Array {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, statedBytes = content.length, deflated } of members) {
    const data = Buffer.from(deflated ?? deflateRawSync(content, { level: 9 }));
    const label = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(statedBytes, 18);
    common.writeUInt16LE(label.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    local.push(Buffer.from("PK\x03\x04", "latin1"), common, label, data);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, entry, label);
    offset += 30 + label.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return new Uint8Array(Buffer.concat([...local, central, Buffer.from("PK\x05\x06", "latin1"), end]));
}

const encode = (text: string) => new TextEncoder().encode(text);
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** The smallest workbook package of the given sheets, whose XML may be what no writer would make. */
export function workbookMembers(sheets: Readonly<Record<string, Uint8Array>>): ArchiveMember[] {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  const relations = (items: readonly string[]) =>
    encode(`${HEAD}<Relationships xmlns="${RELATIONS}">${items.join("")}</Relationships>`);
  const names = Object.keys(sheets);
  const tags = names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`);
  const parts = names.map((_, index) => relation(`rId${index + 1}`, "worksheet", `worksheets/sheet${index + 1}.xml`));
  const types = "http://schemas.openxmlformats.org/package/2006/content-types";
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  return [
    { name: "[Content_Types].xml", content: encode(`${HEAD}<Types xmlns="${types}"/>`) },
    { name: "_rels/.rels", content: relations([relation("rId1", "officeDocument", "xl/workbook.xml")]) },
    {
      name: "xl/workbook.xml",
      content: encode(
        `${HEAD}<workbook xmlns="${main}" xmlns:r="${OFFICE}"><sheets>${tags.join("")}</sheets></workbook>`,
      ),
    },
    { name: "xl/_rels/workbook.xml.rels", content: relations(parts) },
    ...names.map((name, index) => ({
      name: `xl/worksheets/sheet${index + 1}.xml`,
      content: sheets[name] as Uint8Array,
    })),
  ];
}
