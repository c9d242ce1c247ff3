import { FormatError } from "../../base/errors.js";

/*
 * OLE2 compound files ([MS-CFB]): a small file system of sectors with an allocation table (FAT).
 *   header  26 major version · 30 sector shift · 44 FAT sectors · 48 first directory sector · 56 mini cutoff
 *           60 first mini FAT sector · 68 first DIFAT sector · 72 DIFAT sectors · 76 first 109 FAT sectors
 *   entry   (128 bytes) 0 name, UTF-16 · 64 bytes of name · 66 type · 68 left · 72 right · 76 child · 116 start · 120 size
 */
const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
const END_OF_CHAIN = 0xfffffffe;
const LAST_SECTOR = 0xfffffffa;
const NO_ENTRY = 0xffffffff;
const STREAM = 2;
const ROOT = 5;

interface DirectoryEntry {
  readonly name: string;
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

/** The streams at the top of a compound file. Every sector number is checked, no chain is followed in a circle. */
export class CompoundFile {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #sectorBytes: number;
  readonly #sectors: number;
  readonly #fat: Uint32Array;
  readonly #directory: Uint8Array;
  readonly #top = new Map<string, DirectoryEntry>();

  /** Cost: FAT and directory. @throws {FormatError} `spreadsheet-invalid`, `truncated`. */
  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER_BYTES) throw this.#truncated("the header is not whole");
    const major = this.#view.getUint16(26, true);
    const shift = this.#view.getUint16(30, true);
    if (this.#view.getUint16(28, true) !== 0xfffe || !((major === 3 && shift === 9) || (major === 4 && shift === 12))) {
      throw this.#invalid(`version ${major} with sectors of 2^${shift} bytes`);
    }
    this.#sectorBytes = 2 ** shift;
    this.#sectors = Math.ceil(bytes.length / this.#sectorBytes) - 1;
    this.#fat = this.#readFat();
    this.#directory = this.#chain(this.#view.getUint32(48, true), "directory");
    this.#listTop();
  }

  /** Names of the streams and folders beside the root. */
  get names(): readonly string[] {
    return [...this.#top.keys()];
  }

  /** A stream's bytes, or undefined when there is no such stream at the top. */
  stream(name: string): Uint8Array | undefined {
    const entry = this.#top.get(name);
    if (entry === undefined || entry.type !== STREAM) return undefined;
    if (entry.size > this.#bytes.length) throw this.#lyingSize(entry);
    const miniCutoff = this.#view.getUint32(56, true);
    const content = entry.size < miniCutoff ? this.#miniStream(entry) : this.#chain(entry.start, name);
    if (content.length < entry.size) throw this.#lyingSize(entry);
    return content.subarray(0, entry.size);
  }

  #sector(index: number): Uint8Array {
    const start = (index + 1) * this.#sectorBytes;
    return this.#bytes.subarray(start, start + this.#sectorBytes);
  }

  #checkSector(sector: number, what: string): void {
    if (sector > LAST_SECTOR || sector >= this.#sectors) {
      throw this.#truncated(`the ${what} goes on in sector ${sector}, the file has ${this.#sectors}`);
    }
  }

  #readFat(): Uint32Array {
    const numbers: number[] = [];
    const stated = this.#view.getUint32(44, true);
    const add = (sector: number) => {
      if (numbers.length >= stated) return;
      this.#checkSector(sector, "allocation table");
      numbers.push(sector);
    };
    if (stated > this.#sectors) throw this.#truncated(`${stated} allocation sectors, the file has ${this.#sectors}`);
    for (let i = 0; i < 109; i++) add(this.#view.getUint32(76 + 4 * i, true));
    let next = this.#view.getUint32(68, true);
    for (let seen = 0; numbers.length < stated; seen++) {
      this.#checkSector(next, "allocation table");
      if (seen > this.#sectors) throw this.#invalid("the allocation table runs in a circle");
      const sector = this.#words(this.#sector(next));
      for (let i = 0; i < sector.length - 1; i++) add(sector[i] as number);
      next = sector[sector.length - 1] ?? END_OF_CHAIN;
    }
    const perSector = this.#sectorBytes / 4;
    const fat = new Uint32Array(numbers.length * perSector).fill(END_OF_CHAIN);
    for (const [i, number] of numbers.entries()) fat.set(this.#words(this.#sector(number)), i * perSector);
    return fat;
  }

  #words(bytes: Uint8Array): Uint32Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Uint32Array.from({ length: bytes.length >> 2 }, (_unused, i) => view.getUint32(4 * i, true));
  }

  #chain(start: number, what: string): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let sector = start; sector !== END_OF_CHAIN; sector = this.#fat[sector] ?? END_OF_CHAIN) {
      this.#checkSector(sector, what);
      if (parts.length >= this.#sectors) throw this.#invalid(`the sectors of ${what} run in a circle`);
      parts.push(this.#sector(sector));
    }
    return Buffer.concat(parts);
  }

  #entry(index: number): DirectoryEntry {
    const at = index * ENTRY_BYTES;
    if (at + ENTRY_BYTES > this.#directory.length) {
      const cut = this.#directory.length % this.#sectorBytes !== 0;
      throw cut ? this.#truncated("the directory ends early") : this.#invalid(`there is no directory entry ${index}`);
    }
    const view = new DataView(this.#directory.buffer, this.#directory.byteOffset + at, ENTRY_BYTES);
    const nameBytes = Math.min(64, view.getUint16(64, true));
    const name = Buffer.from(this.#directory.subarray(at, at + Math.max(0, nameBytes - 2))).toString("utf16le");
    return {
      name,
      type: view.getUint8(66),
      left: view.getUint32(68, true),
      right: view.getUint32(72, true),
      child: view.getUint32(76, true),
      start: view.getUint32(116, true),
      size: view.getUint32(120, true),
    };
  }

  #listTop(): void {
    const root = this.#entry(0);
    if (root.type !== ROOT) throw this.#invalid("the directory does not begin with its root");
    const seen = new Set<number>();
    const waiting = [root.child];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (index === NO_ENTRY) continue;
      if (seen.has(index)) throw this.#invalid("the directory runs in a circle");
      seen.add(index);
      const entry = this.#entry(index);
      if (this.#top.has(entry.name)) throw this.#invalid(`two streams are called ${JSON.stringify(entry.name)}`);
      this.#top.set(entry.name, entry);
      waiting.push(entry.left, entry.right);
    }
  }

  #miniStream(entry: DirectoryEntry): Uint8Array {
    const whole = this.#chain(this.#entry(0).start, "small streams");
    const table = this.#words(this.#chain(this.#view.getUint32(60, true), "small allocation table"));
    const parts: Uint8Array[] = [];
    for (let sector = entry.start; sector !== END_OF_CHAIN; sector = table[sector] ?? END_OF_CHAIN) {
      if (sector * 64 >= whole.length) throw this.#truncated(`${entry.name} goes on in small sector ${sector}`);
      if (parts.length * 64 > whole.length) throw this.#invalid(`the sectors of ${entry.name} run in a circle`);
      parts.push(whole.subarray(sector * 64, sector * 64 + 64));
    }
    return Buffer.concat(parts);
  }

  #invalid(reason: string): FormatError {
    return new FormatError("spreadsheet-invalid", `${this.#file}: damaged compound file: ${reason}`, {
      fields: { file: this.#file },
    });
  }

  #truncated(reason: string): FormatError {
    return new FormatError("truncated", `${this.#file}: the compound file is not whole: ${reason}`, {
      fields: { file: this.#file, bytes: this.#bytes.length },
      wayOut: "fetch the file again",
    });
  }

  #lyingSize({ name, size }: DirectoryEntry): FormatError {
    return new FormatError("lying-size", `${this.#file}: ${name} states ${size} bytes, the file holds fewer`, {
      fields: { file: this.#file, entry: name, bytes: size },
    });
  }
}
