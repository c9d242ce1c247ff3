import { posix } from "node:path";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { readZip, type ZipArchive } from "../archive/zip-archive.js";
import { attribute, visitXmlTags, type XmlTag, xmlText } from "./xml-tags.js";

/** A worksheet of the workbook and the part of the package that holds it. */
export interface WorksheetPart {
  readonly name: string;
  readonly part: string;
}

interface Relationship {
  readonly type: string;
  readonly part: string;
}

/**
 * An .xlsx container (ECMA-376 part 2): which part is which, found through the relationships as the standard has it.
 * Only text of parts that are asked for is inflated; all of it within the limits, sizes and CRC checked.
 */
export class XlsxPackage {
  readonly worksheets: readonly WorksheetPart[];
  readonly #archive: ZipArchive;
  readonly #file: string;
  readonly #limits: Limits;
  readonly #sharedStrings: string | undefined;

  private constructor(options: {
    archive: ZipArchive;
    file: string;
    limits: Limits;
    worksheets: readonly WorksheetPart[];
    sharedStrings: string | undefined;
  }) {
    this.#archive = options.archive;
    this.#file = options.file;
    this.#limits = options.limits;
    this.worksheets = options.worksheets;
    this.#sharedStrings = options.sharedStrings;
  }

  /** @throws {FormatError} of the zip reader; `not-a-spreadsheet`, `spreadsheet-invalid`. */
  static async open(bytes: Uint8Array, { file, limits }: { file: string; limits: Limits }): Promise<XlsxPackage> {
    const archive = await readZip(bytes, { file, limits });
    const parts = new PartReader(archive, file, limits);
    if (!archive.has("[Content_Types].xml")) throw notAWorkbook(file, "a zip archive without [Content_Types].xml");
    const top = await parts.relationships("");
    const workbook = [...top.values()].find(({ type }) => type.endsWith("/officeDocument"))?.part;
    if (workbook === undefined) throw notAWorkbook(file, "an Office package without a main document");
    if (!/\.xml$/i.test(workbook)) throw notAWorkbook(file, `a workbook in another form (${workbook})`);
    const relationships = await parts.relationships(workbook);
    const worksheets = await listWorksheets({ parts, workbook, relationships, file });
    const sharedStrings = [...relationships.values()].find(({ type }) => type.endsWith("/sharedStrings"))?.part;
    return new XlsxPackage({ archive, file, limits, worksheets, sharedStrings });
  }

  /** The XML text of a worksheet part. */
  async worksheetXml(part: string): Promise<string> {
    return new PartReader(this.#archive, this.#file, this.#limits).xml(part);
  }

  /** The XML text of the shared strings, or undefined when the workbook has none. */
  async sharedStringsXml(): Promise<string | undefined> {
    if (this.#sharedStrings === undefined) return undefined;
    return new PartReader(this.#archive, this.#file, this.#limits).xml(this.#sharedStrings);
  }
}

/** Parts by name; letter case does not count, as the standard says. */
class PartReader {
  readonly #archive: ZipArchive;
  readonly #file: string;
  readonly #limits: Limits;
  readonly #names: ReadonlyMap<string, string>;

  constructor(archive: ZipArchive, file: string, limits: Limits) {
    this.#archive = archive;
    this.#file = file;
    this.#limits = limits;
    this.#names = new Map(archive.entries.map(({ name }) => [name.toLowerCase(), name]));
  }

  async xml(part: string): Promise<string> {
    const name = this.#names.get(part.toLowerCase());
    if (name === undefined) {
      throw new FormatError(
        "spreadsheet-invalid",
        `${this.#file}: the workbook names ${part}, which is not in the file`,
        {
          fields: { file: this.#file, entry: part },
        },
      );
    }
    const where = `${this.#file}: ${name}`;
    return xmlText(await this.#archive.read(name), { where, file: this.#file, limits: this.#limits });
  }

  /** The tags of a small part. */
  async tags(part: string): Promise<XmlTag[]> {
    const tags: XmlTag[] = [];
    const source = {
      text: await this.xml(part),
      where: `${this.#file}: ${part}`,
      file: this.#file,
      limits: this.#limits,
    };
    visitXmlTags(source, (tag) => tags.push(tag));
    return tags;
  }

  /** Relationships of a part ("" for the package) by id; external ones are left out. */
  async relationships(part: string): Promise<ReadonlyMap<string, Relationship>> {
    const folder = posix.dirname(`/${part}`);
    const path = posix.join(folder, "_rels", `${posix.basename(part)}.rels`).slice(1);
    const found = new Map<string, Relationship>();
    for (const tag of await this.tags(path)) {
      if (tag.name !== "Relationship" || tag.kind === "close") continue;
      const [id, type, target] = ["Id", "Type", "Target"].map((name) => attribute(tag, name));
      if (id === undefined || type === undefined || target === undefined) continue;
      if (attribute(tag, "TargetMode") === "External") continue;
      found.set(id, { type, part: posix.resolve(folder, target).slice(1) });
    }
    return found;
  }
}

async function listWorksheets({
  parts,
  workbook,
  relationships,
  file,
}: {
  parts: PartReader;
  workbook: string;
  relationships: ReadonlyMap<string, Relationship>;
  file: string;
}): Promise<WorksheetPart[]> {
  const worksheets: WorksheetPart[] = [];
  const names = new Set<string>();
  for (const tag of await parts.tags(workbook)) {
    if (tag.name !== "sheet" || tag.kind === "close") continue;
    const name = attribute(tag, "name");
    const relationship = relationships.get(attribute(tag, "id") ?? "");
    if (name === undefined || relationship === undefined) {
      throw new FormatError("spreadsheet-invalid", `${file}: sheet ${JSON.stringify(name ?? "")} leads to no part`, {
        fields: { file, sheet: name ?? null },
      });
    }
    if (!relationship.type.endsWith("/worksheet")) continue;
    if (names.has(name.toLowerCase())) {
      throw new FormatError("spreadsheet-invalid", `${file}: two sheets are called ${JSON.stringify(name)}`, {
        fields: { file, sheet: name },
      });
    }
    names.add(name.toLowerCase());
    worksheets.push({ name, part: relationship.part });
  }
  if (worksheets.length === 0) {
    throw new FormatError("spreadsheet-invalid", `${file}: the workbook has no worksheet`, { fields: { file } });
  }
  return worksheets;
}

function notAWorkbook(file: string, found: string): FormatError {
  return new FormatError("not-a-spreadsheet", `${file}: this is ${found}, not an Excel workbook (.xlsx or .xls)`, {
    fields: { file, found },
    wayOut: "save it as .xlsx",
  });
}
