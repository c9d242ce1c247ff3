import { type ArchiveMember, archiveOf, workbookMembers } from "./broken-archive.js";
import type { Breakage, BrokenSource, SampleMirror } from "./broken-source.js";

type Cell = string | number | boolean | null;
type Rows = Cell[][];

const encode = (text: string) => new TextEncoder().encode(text);

const CHEMICAL = "hermaphrodite chemical";
const GAP = "hermaphrodite gap jn symmetric";

/** The first bytes of a picture. */
const PICTURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52);
const LOGIN_PAGE = encode(
  "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n",
);
const POINTER = encode("version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 1\n");

/** A workbook as rows by sheet, to be changed and written again. */
class EditableWorkbook {
  readonly #library: typeof import("@e965/xlsx");
  readonly #sheets: readonly (readonly [name: string, rows: Rows])[];

  private constructor(library: typeof import("@e965/xlsx"), sheets: readonly (readonly [string, Rows])[]) {
    this.#library = library;
    this.#sheets = sheets;
  }

  static async read(bytes: Uint8Array): Promise<EditableWorkbook> {
    const library = await import("@e965/xlsx");
    const book = library.read(bytes, { type: "array" });
    const rows = (name: string) =>
      library.utils.sheet_to_json<Cell[]>(book.Sheets[name] as object, { header: 1, defval: null, blankrows: true });
    return new EditableWorkbook(
      library,
      book.SheetNames.map((name) => [name, rows(name)] as const),
    );
  }

  /** The bytes after a change of one sheet: other rows, another name, or none at all. */
  with(
    name: string,
    change: { readonly rows?: (rows: Rows) => Rows; readonly name?: string; readonly remove?: boolean },
    type: "xlsx" | "biff8" = "xlsx",
  ): Uint8Array {
    const { utils, write } = this.#library;
    const book = utils.book_new();
    for (const [sheet, rows] of this.#sheets) {
      const chosen = sheet === name;
      if (chosen && change.remove === true) continue;
      const content = chosen && change.rows !== undefined ? change.rows(rows.map((row) => [...row])) : rows;
      const cells = content.map((row) => row.map((cell) => cell ?? undefined));
      const title = chosen ? (change.name ?? sheet) : sheet;
      utils.book_append_sheet(book, utils.aoa_to_sheet(cells as unknown[][]), title);
    }
    return new Uint8Array(write(book, { type: "buffer", bookType: type, compression: true }) as Buffer);
  }
}

function edit(row: number, column: number, value: Cell): (rows: Rows) => Rows {
  return (rows) => {
    (rows[row] as Cell[])[column] = value;
    return rows;
  };
}

/** The workbooks of Cook, NeuronConnect, OpenWorm, Witvliet and the functional atlas. */
export async function brokenSpreadsheets(mirror: SampleMirror): Promise<BrokenSource[]> {
  const cook = mirror.file("Cook2019/").bytes;
  return [
    ...mirror.broken("Cook2019/", "cook2019", [...brokenPackages(cook), ...(await brokenMatrices(cook))]),
    ...mirror.broken("NeuronConnect.xls", "chklovskii", await brokenLists(mirror.file("NeuronConnect.xls").bytes)),
    ...mirror.broken("CElegansNeuronTables.xls", "openworm", [
      ...otherFiles(),
      {
        name: "old workbook cut within its first blocks",
        bytes: mirror.file("CElegansNeuronTables.xls").bytes.slice(0, 700),
        outcome: "format/truncated",
        says: ["ends|cut|truncated|not whole|lies behind"],
      },
    ]),
    ...mirror.broken("synapse_count_matrices", "witvliet2020_7_matrix", [
      { name: "empty workbook", bytes: new Uint8Array(0), outcome: "format/empty", says: ["empty"] },
      {
        name: "workbook without its last bytes",
        bytes: mirror.file("synapse_count_matrices").bytes.slice(0, -10),
        outcome: "format/truncated",
        says: ["not whole"],
      },
      {
        name: "workbook with damaged bytes in the middle",
        bytes: damaged(mirror.file("synapse_count_matrices").bytes, "xl/worksheets/sheet7.xml"),
        outcome: "format/zip-invalid",
        says: ["damaged|CRC|distance|invalid"],
      },
    ]),
    ...mirror.broken("MOESM4", "funconn", await brokenAtlas(mirror.file("MOESM4").bytes)),
  ];
}

function brokenPackages(whole: Uint8Array): Breakage[] {
  const blank = encode("<worksheet><sheetData/></worksheet>");
  const workbook = workbookMembers({ [CHEMICAL]: blank, [GAP]: blank });
  const stating = (bytes: number) => (member: ArchiveMember) =>
    member.name.endsWith("sheet1.xml") ? { ...member, statedBytes: bytes } : member;
  const bomb = workbookMembers({ [CHEMICAL]: new Uint8Array(1_000_000).fill(0x20), [GAP]: blank }).map(
    stating(4_000_000_000),
  );
  const lying = workbook.map(stating(9));
  return [
    {
      name: "workbook cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/truncated",
      says: ["not whole"],
    },
    {
      name: "zip bomb named .xlsx",
      bytes: archiveOf(bomb),
      outcome: "format/compression-ratio",
      says: ["sheet1\\.xml inflates from \\d+ to 4000000000 bytes"],
    },
    {
      name: "archive whose member would leave the folder",
      bytes: archiveOf([...workbook, { name: "../../escaped.txt", content: encode("out") }]),
      outcome: "format/unsafe-path",
      says: ["\\.\\./\\.\\./escaped\\.txt"],
    },
    {
      name: "archive that lies about a size",
      bytes: archiveOf(lying),
      outcome: "format/lying-size",
      says: ["sheet1\\.xml", "wrong about a size|states 9 bytes"],
    },
  ];
}

function otherFiles(): Breakage[] {
  return [
    {
      name: "picture named as a workbook",
      bytes: PICTURE,
      outcome: "format/not-a-spreadsheet",
      says: ["not an Excel workbook"],
    },
    {
      name: "login page named as a workbook",
      bytes: LOGIN_PAGE,
      outcome: "format/not-a-spreadsheet",
      says: ["an HTML page, not an Excel workbook"],
    },
    {
      name: "pointer of a large-file store named as a workbook",
      bytes: POINTER,
      outcome: "format/not-a-spreadsheet",
      says: ["plain text, not an Excel workbook"],
    },
  ];
}

async function brokenMatrices(whole: Uint8Array): Promise<Breakage[]> {
  const book = await EditableWorkbook.read(whole);
  const rows = (change: (rows: Rows) => Rows) => book.with(CHEMICAL, { rows: change });
  return [
    {
      name: "sheet of another name",
      bytes: book.with(CHEMICAL, { name: "herm chemical" }),
      outcome: "format/missing-sheet",
      says: ['no sheet "hermaphrodite chemical"', "herm chemical"],
    },
    {
      name: "label row moved down by one",
      bytes: rows((sheet) => [[], ...sheet]),
      outcome: "load/labels",
      says: ['sheet "hermaphrodite chemical"', "row 3"],
    },
    {
      name: "label row moved up by one",
      bytes: rows((sheet) => sheet.slice(1)),
      outcome: "load/labels",
      says: ["row 3 should hold labels, but hermaphrodite chemical!\\w+ holds \\d"],
    },
    {
      name: "label that stands twice",
      bytes: rows((sheet) => edit(4, 2, (sheet[3] as Cell[])[2] as Cell)(sheet)),
      outcome: "load/labels",
      says: ["C4 and again in hermaphrodite chemical!C5"],
    },
    {
      name: "numbers in a row without a label",
      bytes: rows((sheet) => edit(3, 3, 5)(edit(3, 2, null)(sheet))),
      outcome: "load/unlabelled",
      says: ["row 4 has no label, but holds 5"],
    },
    {
      name: "one weight that is text",
      bytes: rows((sheet) => edit(10, 12, "many")(sheet)),
      outcome: "dropped/unparsable",
      says: ["hermaphrodite chemical!M11", ": many"],
    },
  ];
}

async function brokenLists(whole: Uint8Array): Promise<Breakage[]> {
  const name = "NeuronConnect.csv";
  const book = await EditableWorkbook.read(whole);
  return [
    {
      name: "old workbook cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/lying-size",
      says: ["states \\d+ bytes, the file holds fewer"],
    },
    {
      name: "column renamed",
      bytes: book.with(name, { rows: edit(0, 3, "Count") }, "biff8"),
      outcome: "load/missing-column",
      says: ['no column "Nbr"', '"Count"'],
    },
    {
      name: "weights that are all text",
      bytes: book.with(
        name,
        { rows: (rows) => rows.map((row, at) => (at === 0 ? row : [...row.slice(0, 3), "?"])) },
        "biff8",
      ),
      outcome: "load/no-records",
      says: ["gives no record that can be carried over"],
    },
    {
      name: "record of a type that nobody knows",
      bytes: book.with(name, { rows: edit(1, 2, "Sx") }, "biff8"),
      outcome: "dropped/unknown_type",
      says: ["NeuronConnect\\.csv!A2", "Sx"],
    },
  ];
}

async function brokenAtlas(whole: Uint8Array): Promise<Breakage[]> {
  const book = await EditableWorkbook.read(whole);
  return [
    {
      name: "test matrix with another label",
      bytes: book.with("q_eq", { rows: edit(1, 0, "XXXL") }),
      outcome: "load/labels",
      says: ['sheet "q_eq" has no row'],
    },
    {
      name: "probability of seven",
      bytes: book.with("q_eq", {
        rows: (rows) => rows.map((row, r) => row.map((cell, c) => (r > 0 && c > 0 && cell !== null ? 7 : cell))),
      }),
      outcome: "load/value",
      says: ["q_eq!", "lies between 0 and 1, but this is 7"],
    },
    {
      name: "workbook without its second sheet",
      bytes: book.with("q_eq", { remove: true }),
      outcome: "format/missing-sheet",
      says: ["no sheet at position 1"],
    },
  ];
}

/** Changes compressed bytes of a member of a zip archive. */
function damaged(whole: Uint8Array, member: string): Uint8Array {
  const bytes = Buffer.from(whole);
  const start = bytes.indexOf(member) + member.length + 100;
  for (let at = start; at < start + 64; at++) bytes[at] = (bytes[at] as number) ^ 0xff;
  return new Uint8Array(bytes);
}
