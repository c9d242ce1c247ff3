import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { readZip } from "../../../src/formats/archive/zip-archive.js";
import { buildZip, type ZipPart } from "./build-zip.js";

const folder = mkdtempSync(join(tmpdir(), "neurotables-zip-"));
afterAll(() => rmSync(folder, { recursive: true }));

const open = (source: string | Uint8Array, limits: Partial<Limits> = {}) =>
  readZip(source, { file: "worms.zip", limits: { ...DEFAULT_LIMITS, ...limits } });

/** Opens and reads everything. */
async function readAll(source: string | Uint8Array, limits: Partial<Limits> = {}): Promise<Record<string, string>> {
  const archive = await open(source, limits);
  const out: Record<string, string> = {};
  try {
    for (const { name } of archive.entries) out[name] = Buffer.from(await archive.read(name)).toString("latin1");
  } finally {
    await archive.close();
  }
  return out;
}

const CONTENT = "neuron,weight\nAVAL,3\n".repeat(50);
const whole = buildZip([
  { name: "worm1/", content: "", method: 0, externalAttributes: (0o40755 * 65536) >>> 0 },
  { name: "worm1/trace.csv", content: CONTENT },
  { name: "stored.txt", content: "stored", method: 0 },
  { name: "nothing", content: "" },
]);

describe("readZip", () => {
  it("lists and reads members from bytes and from a path, folders left out", async () => {
    const path = join(folder, "worms.zip");
    writeFileSync(path, whole);
    const expected = { "worm1/trace.csv": CONTENT, "stored.txt": "stored", nothing: "" };
    expect(await readAll(whole)).toEqual(expected);
    expect(await readAll(path)).toEqual(expected);
  });

  it("streams a member in pieces", async () => {
    const content = Buffer.alloc(1_000_000, "AVAL,");
    const archive = await open(buildZip([{ name: "big", content }]));
    let pieces = 0;
    let bytes = 0;
    for await (const piece of archive.stream("big")) {
      pieces += 1;
      bytes += piece.length;
    }
    expect(bytes).toBe(content.length);
    expect(pieces).toBeGreaterThan(1);
    await archive.close();
  });

  it("gives back any members", async () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z]{1,5})?$/);
    const members = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 8)), {
      maxLength: 6,
      selector: ([each]) => each,
    });
    await fc.assert(
      fc.asyncProperty(members, async (list) => {
        const bytes = buildZip(list.map(([each, content, method]) => ({ name: each, content, method })));
        const expected = Object.fromEntries(
          list.map(([each, content]) => [each, Buffer.from(content).toString("latin1")]),
        );
        expect(await readAll(bytes)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it("names the nearest member when one is missing", async () => {
    const archive = await open(whole);
    await expect(archive.read("worm1/traces.csv")).rejects.toThrowError(
      'worms.zip: the archive has no worm1/traces.csv; did you mean "worm1/trace.csv"?',
    );
    await archive.close();
  });

  it("refuses the archive wherever it is cut off", async () => {
    for (let length = 0; length < whole.length; length += 7) {
      await expect(readAll(whole.subarray(0, length)), `${length} bytes`).rejects.toThrowError(
        expect.objectContaining({ tag: expect.stringMatching(/^format\/(empty|not-zip|truncated)$/) }),
      );
    }
  });
});

const zeros = Buffer.alloc(5_000_000);
const part = (change: Partial<ZipPart>): Buffer => buildZip([{ name: "a", content: CONTENT, ...change }]);
const linkAttributes = (0o120777 * 65536) >>> 0;

function zip64Lie(): Buffer {
  const bytes = buildZip([{ name: "a", content: "x" }]);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(2n ** 63n, 8);
  return Buffer.concat([bytes.subarray(0, -22), locator, bytes.subarray(-22)]);
}

describe("readZip refuses", () => {
  it.each<[string, string, Uint8Array, Partial<Limits>]>([
    ["another format", "not-zip", Buffer.from("pre,post\n"), {}],
    ["an empty file", "empty", Buffer.alloc(0), {}],
    ["a path upwards", "unsafe-path", part({ name: "../../home/x" }), {}],
    ["a path upwards within", "unsafe-path", part({ name: "a/../../x" }), {}],
    ["an absolute path", "unsafe-path", part({ name: "/etc/passwd" }), {}],
    ["a drive letter", "unsafe-path", part({ name: "C:x" }), {}],
    ["a backslash", "unsafe-path", part({ name: "..\\x" }), {}],
    ["a zero byte in a name", "unsafe-path", part({ name: "a\0.csv" }), {}],
    ["an empty name", "unsafe-path", part({ name: "" }), {}],
    ["a symbolic link", "unsafe-path", part({ externalAttributes: linkAttributes }), {}],
    ["an encrypted member", "encrypted", part({ flags: 0x801, statedCompressedBytes: 999 }), {}],
    ["strong encryption", "encrypted", part({ flags: 0x841 }), {}],
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
    ["another name in the local header", "zip-invalid", part({ localName: "b" }), {}],
    [
      "members that overlap",
      "zip-invalid",
      buildZip([
        { name: "a", content: "x" },
        { name: "b", content: "x", localOffset: 0 },
      ]),
      {},
    ],
    [
      "more entries than stated",
      "zip-invalid",
      buildZip(
        [
          { name: "a", content: "x" },
          { name: "b", content: "y" },
        ],
        { statedEntries: 1 },
      ),
      {},
    ],
    ["fewer entries than stated", "truncated", buildZip([{ name: "a", content: "x" }], { statedEntries: 2 }), {}],
    ["too many entries", "too-many-entries", part({}), { entries: 0 }],
    ["a position beyond all files", "truncated", zip64Lie(), {}],
    [
      "data that ends early",
      "zip-invalid|truncated",
      part({ raw: deflateRawSync(Buffer.from(CONTENT)).subarray(0, 20) }),
      {},
    ],
  ])("%s", async (_name, tag, bytes, limits) => {
    const path = join(folder, "broken.zip");
    writeFileSync(path, bytes);
    for (const source of [bytes, path]) {
      await expect(readAll(source, limits)).rejects.toThrowError(
        expect.objectContaining({
          tag: expect.stringMatching(new RegExp(`^format/(${tag})$`)),
          message: expect.stringContaining("worms.zip: "),
        }),
      );
    }
  });

  it("a path that does not exist", async () => {
    await expect(open(join(folder, "none.zip"))).rejects.toThrowError(
      expect.objectContaining({ tag: "format/unreadable" }),
    );
  });
});
