import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import type { ByteSource } from "../../../src/formats/archive/remote-directory.js";
import { unpackStream } from "../../../src/formats/archive/remote-member.js";
import { planReads, readInOrder } from "../../../src/formats/archive/remote-reads.js";
import { REMOTE_LIMITS, type RemoteZip, readRemoteZip } from "../../../src/formats/archive/remote-zip.js";
import { readZip } from "../../../src/formats/archive/zip-archive.js";
import { sparseFile, type VirtualFile } from "../../support/range-answers.js";
import { buildZip, type ZipPart } from "./build-zip.js";

/** A source that counts what it is asked for. */
function sourceOf(file: Buffer | VirtualFile): ByteSource & { readonly asked: { position: number; length: number }[] } {
  const asked: { position: number; length: number }[] = [];
  const size = Buffer.isBuffer(file) ? file.length : file.size;
  return {
    size,
    asked,
    async slice(position, length) {
      asked.push({ position, length });
      const end = Math.min(size, position + length);
      return Buffer.isBuffer(file) ? file.subarray(position, end) : file.bytes(position, end);
    },
  };
}

const open = (file: Buffer | VirtualFile, limits: Partial<Limits> = {}) =>
  readRemoteZip(sourceOf(file), { file: "worms.zip", limits: { ...REMOTE_LIMITS, ...limits } });

async function contents(zip: RemoteZip): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name } of zip.entries) found.set(name, Buffer.from(await zip.read(name)).toString("latin1"));
  return found;
}

async function readAll(file: Buffer | VirtualFile, limits: Partial<Limits> = {}): Promise<Map<string, string>> {
  return contents(await open(file, limits));
}

/** The same by way of streams, in pieces of seven bytes. */
async function streamAll(file: Buffer): Promise<void> {
  const zip = await open(file);
  for (const entry of zip.entries) {
    const begin = entry.start + 30 + entry.nameBytes;
    const data = file.subarray(begin, begin + entry.compressedBytes);
    const pieces = function* () {
      for (let at = 0; at < data.length; at += 7) yield data.subarray(at, at + 7);
    };
    for await (const _chunk of unpackStream(pieces(), entry, "worms.zip"));
  }
}

const CONTENT = "neuron,weight\nAVAL,3\n".repeat(50);
const parts: readonly ZipPart[] = [
  { name: "worm1/", content: "", method: 0, externalAttributes: (0o40755 * 65536) >>> 0 },
  { name: "worm1/trace.csv", content: CONTENT },
  { name: "stored.txt", content: "stored", method: 0 },
  { name: "nothing", content: "" },
];

describe("readRemoteZip", () => {
  it("lists and reads members, folders left out", async () => {
    const whole = buildZip(parts, { comment: "a comment" });
    expect(Object.fromEntries(await readAll(whole))).toEqual({
      "worm1/trace.csv": CONTENT,
      "stored.txt": "stored",
      nothing: "",
    });
    await streamAll(whole);
    const zip = await open(whole);
    expect(zip.entries.map(({ name, bytes, method }) => [name, bytes, method])).toEqual([
      ["worm1/trace.csv", CONTENT.length, 8],
      ["stored.txt", 6, 0],
      ["nothing", 0, 8],
    ]);
    await expect(zip.read("stored.tx")).rejects.toThrowError(
      expect.objectContaining({ tag: "format/missing-entry", message: expect.stringContaining('"stored.txt"') }),
    );
  });

  it("reads a small archive's directory at once, and each member at once", async () => {
    const source = sourceOf(buildZip(parts));
    const zip = await readRemoteZip(source, { file: "worms.zip" });
    expect(source.asked).toHaveLength(1);
    await zip.read("stored.txt");
    expect(source.asked).toHaveLength(2);
  });

  it("finds what the other zip reader finds, in any archive", async () => {
    const name = fc.stringMatching(/^[a-zé]{1,4}(\/[a-z.]{1,3}[a-z]){0,2}$/);
    const part = fc.record({
      name,
      content: fc.uint8Array({ maxLength: 300 }),
      method: fc.constantFrom(0, 8),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(part, { selector: (one) => one.name, maxLength: 8 }), async (some) => {
        fc.pre(some.length > 0);
        const bytes = buildZip(some);
        const other = await readZip(bytes, { file: "worms.zip", limits: DEFAULT_LIMITS });
        const zip = await open(bytes);
        expect(zip.entries).toMatchObject(other.entries);
        for (const entry of other.entries) {
          expect(Buffer.from(await zip.read(entry.name)).equals(Buffer.from(await other.read(entry.name)))).toBe(true);
        }
        await other.close();
      }),
      { numRuns: 60 },
    );
  });

  it("gives a member as it was packed or an error, whatever byte of the archive is another", async () => {
    const bytes = buildZip(parts);
    const expected = await readAll(bytes);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const other = Buffer.from(bytes);
        other[at] = (other[at] as number) ^ flip;
        let zip: RemoteZip;
        try {
          zip = await open(other);
        } catch (error) {
          expect((error as { tag: string }).tag).toMatch(/^format\//);
          return;
        }
        for (const { name, crc32: checksum } of zip.entries) {
          try {
            expect(crc32(await zip.read(name))).toBe(checksum);
            if (expected.has(name)) expect(Buffer.from(await zip.read(name)).toString()).toBe(expected.get(name));
          } catch (error) {
            expect((error as { tag: string }).tag).toMatch(/^format\//);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("knows the same directory again, and another one as another", async () => {
    const one = await open(buildZip(parts));
    expect((await open(buildZip(parts, { comment: "moved" }))).directorySha256).toBe(one.directorySha256);
    const other = parts.map((part) => (part.name === "nothing" ? { ...part, content: "x" } : part));
    expect((await open(buildZip(other))).directorySha256).not.toBe(one.directorySha256);
  });
});

const part = (more: Partial<ZipPart>) => buildZip([{ name: "a.csv", content: CONTENT, ...more }]);
const zeros = Buffer.alloc(2_000_000);

describe("archives that are refused", () => {
  it.each<[string, string, Buffer, Partial<Limits>]>([
    ["nothing", "empty", Buffer.alloc(0), {}],
    ["no archive", "not-zip", Buffer.from("neuron,weight\n".repeat(20)), {}],
    ["an archive cut in its directory", "truncated", part({}).subarray(0, -30), {}],
    ["an archive without its first half", "truncated", part({}).subarray(60), {}],
    ["bytes behind the end", "zip-invalid", Buffer.concat([part({}), Buffer.from("more")]), {}],
    ["a path out of the folder", "unsafe-path", part({ name: "../a.csv" }), {}],
    ["a path out of the folder, in the middle", "unsafe-path", part({ name: "x/../../a.csv" }), {}],
    ["an absolute path", "unsafe-path", part({ name: "/etc/a.csv" }), {}],
    ["a drive letter", "unsafe-path", part({ name: "C:x" }), {}],
    ["a backslash", "unsafe-path", part({ name: "..\\x" }), {}],
    ["a zero byte in a name", "unsafe-path", part({ name: "a\0.csv" }), {}],
    ["a symbolic link", "unsafe-path", part({ externalAttributes: (0o120777 * 65536) >>> 0 }), {}],
    ["an encrypted member", "encrypted", part({ flags: 0x801 }), {}],
    ["another compression", "zip-invalid", part({ method: 14 }), {}],
    ["two members of one name", "duplicate-entry", buildZip([1, 2].map((n) => ({ name: "a", content: `${n}` }))), {}],
    ["a bomb, by ratio", "compression-ratio", part({ content: zeros }), { ratio: 100 }],
    ["a bomb, by size", "too-large", part({ content: zeros }), { bytes: 1_000_000 }],
    ["more bytes than stated", "lying-size", part({ statedBytes: 10 }), {}],
    ["fewer bytes than stated", "lying-size", part({ statedBytes: 5000 }), {}],
    ["a stored size that lies", "lying-size", part({ method: 0, statedBytes: 5 }), {}],
    ["a wrong CRC", "checksum", part({ statedChecksum: 1 }), {}],
    ["a member beyond the file", "truncated", part({ statedCompressedBytes: 1_000_000, statedBytes: 1_000_000 }), {}],
    ["damaged data", "zip-invalid", part({ raw: Buffer.alloc(40, 0xff) }), {}],
    ["data that end early", "truncated", part({ raw: deflateRawSync(Buffer.from(CONTENT)).subarray(0, 20) }), {}],
    ["another name in the local header", "zip-invalid", part({ localName: "b.csv" }), {}],
    ["a longer name in the local header", "zip-invalid", part({ localName: "b.csvx" }), {}],
    [
      "members that overlap",
      "zip-invalid",
      buildZip([
        { name: "a", content: "x" },
        { name: "b", content: "x", localOffset: 0 },
      ]),
      {},
    ],
    ["more entries than stated", "zip-invalid", buildZip(parts, { statedEntries: 1 }), {}],
    ["fewer entries than stated", "truncated", buildZip(parts, { statedEntries: 5 }), {}],
    ["too many entries", "too-many-entries", part({}), { entries: 0 }],
  ])("%s", async (_name, problem, bytes, limits) => {
    await expect(readAll(bytes, limits)).rejects.toThrowError(
      expect.objectContaining({ tag: `format/${problem}`, message: expect.stringContaining("worms.zip: ") }),
    );
    if (["lying-size", "checksum"].includes(problem)) {
      await expect(streamAll(bytes)).rejects.toThrowError(expect.objectContaining({ tag: `format/${problem}` }));
    }
  });

  it("a local header that reaches into the next member", async () => {
    const bytes = buildZip([
      { name: "a", content: "x", method: 0 },
      { name: "b", content: "x", method: 0 },
    ]);
    bytes.writeUInt16LE(40, 28);
    await expect(readAll(bytes)).rejects.toThrowError(expect.objectContaining({ tag: "format/zip-invalid" }));
  });

  it("a bomb that hides behind a true size in the directory is cut off by it", async () => {
    const bytes = part({ content: zeros, statedBytes: 100, statedChecksum: 0 });
    await expect(readAll(bytes)).rejects.toThrowError(expect.objectContaining({ tag: "format/lying-size" }));
    await expect(streamAll(bytes)).rejects.toThrowError(expect.objectContaining({ tag: "format/lying-size" }));
  });
});

/** A ZIP64 archive of more than 4 GB: three stored members far apart, the rest zeros of a member that is not read. */
function hugeArchive(
  change: { readonly entries?: bigint; readonly plainEntries?: number; readonly offset?: bigint } = {},
) {
  const places = [0, 5_000_000_000, 7_000_000_000];
  const contents = ["first", "second", "third"].map((text) => Buffer.from(text));
  const pieces: { at: number; bytes: Buffer }[] = [];
  const directory: Buffer[] = [];
  for (const [index, content] of contents.entries()) {
    const name = Buffer.from(`completely/${index}.zarr/.zgroup`);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(45, 4);
    local.writeUInt16LE(0x800, 6);
    local.writeUInt32LE(crc32(content), 14);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    pieces.push({ at: places[index] as number, bytes: Buffer.concat([local, name, content]) });
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(45, 6);
    central.writeUInt16LE(0x800, 8);
    central.writeUInt32LE(crc32(content), 16);
    central.writeUInt32LE(index === 2 ? 0xffffffff : content.length, 20);
    central.writeUInt32LE(index === 2 ? 0xffffffff : content.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(index === 0 ? 0 : 0xffffffff, 42);
    const sizes = index === 2 ? [BigInt(content.length), BigInt(content.length)] : [];
    const numbers = index === 0 ? [] : [...sizes, BigInt(places[index] as number)];
    const extra = Buffer.alloc(numbers.length === 0 ? 0 : 4 + 8 * numbers.length);
    if (numbers.length > 0) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(8 * numbers.length, 2);
      for (const [place, number] of numbers.entries()) extra.writeBigUInt64LE(number, 4 + 8 * place);
    }
    central.writeUInt16LE(extra.length, 30);
    directory.push(central, name, extra);
  }
  const central = Buffer.concat(directory);
  const at = 7_500_000_000;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(change.entries ?? 3n, 24);
  end64.writeBigUInt64LE(change.entries ?? 3n, 32);
  end64.writeBigUInt64LE(BigInt(central.length), 40);
  end64.writeBigUInt64LE(BigInt(at), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(change.offset ?? BigInt(at + central.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(change.plainEntries ?? 0xffff, 8);
  end.writeUInt16LE(change.plainEntries ?? 0xffff, 10);
  end.writeUInt32LE(0xffffffff, 12);
  end.writeUInt32LE(0xffffffff, 16);
  const tail = Buffer.concat([central, end64, locator, end]);
  return sparseFile(at + tail.length, [...pieces, { at, bytes: tail }]);
}

describe("archives of more than 4 GB", () => {
  it("are read at a few places", async () => {
    const source = sourceOf(hugeArchive());
    const zip = await readRemoteZip(source, { file: "huge.zip" });
    expect(await contents(zip)).toEqual(
      new Map([
        ["completely/0.zarr/.zgroup", "first"],
        ["completely/1.zarr/.zgroup", "second"],
        ["completely/2.zarr/.zgroup", "third"],
      ]),
    );
    expect(zip.entries.map(({ start }) => start)).toEqual([0, 5_000_000_000, 7_000_000_000]);
    expect(source.asked.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(600_000);
  });

  it("agree in both of their ends", async () => {
    expect((await open(hugeArchive({ plainEntries: 3 }))).entries).toHaveLength(3);
    const refused = (change: Parameters<typeof hugeArchive>[0]) =>
      open(hugeArchive(change)).catch((error) => error.tag);
    expect(await refused({ plainEntries: 2 })).toBe("format/zip-invalid");
    expect(await refused({ entries: 4n })).toBe("format/truncated");
    expect(await refused({ entries: 2n ** 63n })).toBe("format/truncated");
    expect(await refused({ entries: 10_000_000n })).toBe("format/too-many-entries");
    expect(await refused({ offset: 2n ** 60n })).toBe("format/truncated");
    expect(await refused({ offset: 7_500_000_001n })).toBe("format/zip-invalid");
  });

  it("of whose directory too much is stated are refused before it is read", async () => {
    const size = 2 ** 33;
    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(1n, 24);
    end64.writeBigUInt64LE(1n, 32);
    end64.writeBigUInt64LE(BigInt(2 ** 32), 40);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(size - 98), 8);
    const end = Buffer.alloc(22, 0xff);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(0, 20);
    const source = sourceOf(sparseFile(size, [{ at: size - 98, bytes: Buffer.concat([end64, locator, end]) }]));
    await expect(readRemoteZip(source, { file: "huge.zip" })).rejects.toThrowError(
      expect.objectContaining({ tag: "format/too-large" }),
    );
    expect(source.asked).toHaveLength(1);
  });
});

describe("planReads", () => {
  it("reads every byte of what is wanted once, in order, within the sizes", async () => {
    const lengths = fc.array(fc.nat(400), { minLength: 1, maxLength: 40 });
    const sizes = fc.record({ block: fc.integer({ min: 40, max: 2000 }), gap: fc.nat(300) });
    await fc.assert(
      fc.asyncProperty(lengths, sizes, fc.infiniteStream(fc.boolean()), async (some, cut, chosen) => {
        const bytes = buildZip(
          some.map((length, n) => ({ name: `f${n}`, content: Buffer.alloc(length, n), method: 0 })),
        );
        const source = sourceOf(bytes);
        const zip = await readRemoteZip(source, { file: "worms.zip" });
        const wanted = zip.entries.filter(() => chosen.next().value);
        source.asked.length = 0;
        const reads = planReads(wanted, cut);
        let before = 0;
        const seen: string[] = [];
        for await (const { read, bytes: got } of readInOrder(source, reads)) {
          expect(got.length).toBe(read.end - read.start);
          expect(got.length).toBeLessThanOrEqual(cut.block);
          expect(read.start).toBeGreaterThanOrEqual(before);
          before = read.end;
          for (const entry of read.whole) {
            expect([entry.start >= read.start, entry.end <= read.end]).toEqual([true, true]);
            seen.push(entry.name);
          }
          if (read.piece !== undefined && read.end === read.piece.end) seen.push(read.piece.name);
        }
        expect(seen).toEqual(wanted.map(({ name }) => name));
        expect(source.asked).toHaveLength(reads.length);
      }),
      { numRuns: 60 },
    );
  });

  it("makes one read of thousands of neighbours", async () => {
    const many = Array.from({ length: 3000 }, (_, n) => ({ name: `a/${n}`, content: "x".repeat(100), method: 0 }));
    const zip = await open(buildZip(many));
    expect(planReads(zip.entries)).toHaveLength(1);
  });
});
