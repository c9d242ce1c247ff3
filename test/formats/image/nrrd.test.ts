import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/base/limits.js";
import { openNrrd } from "../../../src/formats/image/nrrd/open-nrrd.js";
import { allocate, elementCount, type VolumeType } from "../../../src/formats/volume/volume.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { NPY_CODES, npyElements } from "../volume-npy/npy-file.js";
import { expectOnlyFormatErrors } from "./mutations.js";
import { numbers, wholeVolume } from "./whole-volume.js";

const folder = temporaryDirectory();
const path = join(folder, "volume.nrrd");

function nrrd(lines: readonly string[], data: Uint8Array = new Uint8Array(0), end = "\n"): Uint8Array {
  return Buffer.concat([Buffer.from(`${["NRRD0004", ...lines].join(end)}${end}${end}`), data]);
}

const plain = ["type: uint8", "dimension: 3", "sizes: 3 2 1", "encoding: raw"];
const six = Uint8Array.of(1, 2, 3, 4, 5, 6);

const open = (bytes: Uint8Array, limits = DEFAULT_LIMITS) => {
  writeFileSync(path, bytes);
  return openNrrd(path, { file: "volume.nrrd", limits });
};
const read = async (bytes: Uint8Array) => {
  const volume = await open(bytes);
  try {
    return { ...volume, values: numbers(await wholeVolume(volume)) };
  } finally {
    await volume.close();
  }
};

const aVolume = fc
  .record({
    type: fc.constantFrom(...NPY_CODES.map(([, type]) => type)),
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    encoding: fc.constantFrom("raw", "gzip", "gz", "ascii", "text"),
    endian: fc.constantFrom("little", "big"),
    crlf: fc.boolean(),
    seed: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ type, sizes, encoding, endian, crlf, seed }) => {
    const values = allocate(type as VolumeType, elementCount(sizes));
    for (let i = 0; i < values.length; i++) {
      const value = (1 + ((i * 31 + seed) % 127)) * (type.startsWith("u") ? 1 : i % 2 ? 1 : -1);
      values[i] = /^u?int64$/.test(type) ? BigInt(value) : value;
    }
    const stored = npyElements(values, sizes, {
      fortran: false,
      bigEndian: endian === "big",
      type: type as VolumeType,
    });
    const text = Buffer.from(Array.from(values as ArrayLike<number | bigint>, String).join(seed % 2 ? " " : "\n"));
    const data = encoding === "raw" ? stored : encoding.startsWith("gz") ? gzipSync(stored) : text;
    const lines = [
      `type: ${type.replace("float32", "float").replace("float64", "double")}`,
      `dimension: ${sizes.length}`,
    ];
    lines.push(
      `sizes: ${sizes.join(" ")}`,
      `encoding: ${encoding}`,
      `endian: ${endian}`,
      "# a comment",
      "key:=a: value",
    );
    return { bytes: nrrd(lines, data, crlf ? "\r\n" : "\n"), values, sizes, type };
  });

describe("NRRD volumes", () => {
  it("come back as they were, in every type, encoding and byte order", async () => {
    await fc.assert(
      fc.asyncProperty(aVolume, async ({ bytes, values, sizes, type }) => {
        const volume = await open(bytes);
        expect(volume.shape).toEqual([...sizes].reverse());
        expect(volume.type).toBe(type);
        expect(volume.attributes.keyValues).toEqual({ key: "a: value" });
        expect(await wholeVolume(volume)).toEqual(values);
        const last = volume.shape.map((size) => size - 1);
        expect(
          numbers(
            await volume.read(
              last,
              last.map(() => 1),
            ),
          ),
        ).toEqual(numbers(values).slice(-1));
        expect(
          numbers(
            await volume.read(
              last.map(() => 0),
              last.map(() => 1),
            ),
          ),
        ).toEqual(numbers(values).slice(0, 1));
        await volume.close();
      }),
      { numRuns: 150 },
    );
  });

  it("have axes and micrometres from space directions, whatever their unit", async () => {
    const directions = "space directions: (0.5,0,0) (0,0.3,0.4) (0,0,0.002)";
    const lines = [...plain, "space dimension: 3", directions];
    const { axes, spacing } = await read(nrrd([...lines, 'space units: "microns" "um" "um"'], six));
    expect([axes, spacing]).toEqual(["zyx", [0.002, 0.5, 0.5]]);
    const millimetres = await read(nrrd([...lines, 'space units: "mm" "mm" "mm"'], six));
    expect(millimetres.spacing).toEqual([2, 500, 500]);
    const unknown = await read(nrrd(lines, six));
    expect(unknown.spacing).toBeUndefined();
    expect(unknown.attributes.fields).toMatchObject({ "space directions": directions.slice(18) });
  });

  it("have micrometres from spacings and units", async () => {
    const lines = [...plain, "spacings: 100 0.2 nan", 'units: "nm" "microns" "mm"'];
    expect((await read(nrrd(lines, six))).spacing).toEqual([undefined, 0.2, 0.1]);
  });

  it.each([
    ["RGB-color domain domain", "yxc"],
    ["vector space space", "yxc"],
    ["domain domain list", "cyx"],
    ["domain domain time", "tyx"],
    ["domain domain domain", "zyx"],
    ["none ??? domain", "zyx"],
    ["list vector domain", undefined],
  ])("with the kinds %s have the axes %s", async (kinds, axes) => {
    expect((await read(nrrd([...plain, `kinds: ${kinds}`], six))).axes).toBe(axes);
  });

  it("have the axes that their labels name, and a channel where there is no direction", async () => {
    expect((await read(nrrd([...plain, 'labels: "c" "x" "y"'], six))).axes).toBe("yxc");
    expect((await read(nrrd([...plain, 'labels: "left" "x" "y"'], six))).axes).toBe("zyx");
    const directions = "space directions: none (1,0) (0,1)";
    expect((await read(nrrd([...plain, directions], six))).axes).toBe("yxc");
    const four = ["type: uint8", "dimension: 4", "sizes: 3 2 1 1", "encoding: raw"];
    expect((await read(nrrd(four, six))).axes).toBeUndefined();
  });

  it("may skip lines and bytes, or end where the file ends", async () => {
    const junk = Buffer.from("a\nb\nxyz");
    const behind = Buffer.concat([junk, six]);
    expect((await read(nrrd([...plain, "line skip: 2", "byte skip: 3"], behind))).values).toEqual([...six]);
    expect((await read(nrrd([...plain, "byteskip: -1"], behind))).values).toEqual([...six]);
    const gzip = plain.with(3, "encoding: gzip");
    const packed = Buffer.concat([Buffer.from("a\n"), gzipSync(Buffer.concat([Buffer.from("xyz"), six]))]);
    expect((await read(nrrd([...gzip, "lineskip: 1", "byte skip: 3"], packed))).values).toEqual([...six]);
  });

  it("may have their elements in another file of the folder", async () => {
    writeFileSync(join(folder, "elements.raw"), six);
    const header = Buffer.from(["NRRD0005", ...plain, "data file: elements.raw"].join("\n"));
    expect((await read(header)).values).toEqual([...six]);
    await expect(open(nrrd([...plain, "datafile: absent.raw"]))).rejects.toMatchObject({ tag: "format/unreadable" });
  });
});

describe("hostile NRRD files", () => {
  const gzip = (data: Uint8Array, sizes = "3 2 1") =>
    nrrd(["type: uint8", "dimension: 3", `sizes: ${sizes}`, "encoding: gzip"], data);
  const text = (data: string) => nrrd(plain.with(3, "encoding: ascii"), Buffer.from(data));
  const broken = Uint8Array.from(gzipSync(six));
  broken[broken.length - 8] = (broken[broken.length - 8] as number) ^ 1;

  it.each<[string, Uint8Array, string]>([
    ["another magic", Buffer.from("NRRD0009\n\n"), "nrrd-invalid"],
    ["no sizes", nrrd(["type: uint8", "dimension: 1", "encoding: raw"]), "nrrd-invalid"],
    ["a negative size", nrrd(plain.with(2, "sizes: 3 -2 1"), six), "nrrd-invalid"],
    ["a size of zero", nrrd(plain.with(2, "sizes: 3 0 1"), six), "nrrd-invalid"],
    ["too few sizes", nrrd(plain.with(2, "sizes: 3 2"), six), "nrrd-invalid"],
    ["too many axes", nrrd(plain.with(1, "dimension: 99"), six), "nrrd-invalid"],
    ["endless sizes", nrrd(plain.with(2, "sizes: 999999999 999999999 9"), six), "too-large"],
    ["more elements than bytes", nrrd(plain.with(2, "sizes: 3 2 2"), six), "truncated"],
    ["elements before the file", nrrd([...plain.with(2, "sizes: 99 99 9"), "byte skip: -1"], six), "truncated"],
    ["a field twice", nrrd([...plain, "type: uint8"], six), "nrrd-invalid"],
    ["a line that is none", nrrd([...plain, "what is this"], six), "nrrd-invalid"],
    ["no byte order", nrrd(plain.with(0, "type: short"), six), "nrrd-invalid"],
    ["another byte order", nrrd([...plain, "endian: middle"], six), "nrrd-invalid"],
    ["blocks", nrrd(plain.with(0, "type: block"), six), "nrrd-unsupported"],
    ["bzip2", nrrd(plain.with(3, "encoding: bzip2"), six), "nrrd-unsupported"],
    ["hexadecimal digits", nrrd(plain.with(3, "encoding: hex"), six), "nrrd-unsupported"],
    ["a list of files", nrrd([...plain, "data file: LIST", "a.raw"]), "nrrd-unsupported"],
    ["numbered files", nrrd([...plain, "data file: a%03d.raw 1 9 1"]), "nrrd-unsupported"],
    ["a path upwards", nrrd([...plain, "data file: ../elements.raw"]), "unsafe-path"],
    ["an absolute path", nrrd([...plain, "data file: /etc/passwd"]), "unsafe-path"],
    ["the folder itself", nrrd([...plain, "data file: .."]), "unsafe-path"],
    ["a backslash", nrrd([...plain, "data file: ..\\elements.raw"]), "unsafe-path"],
    ["lines that are not there", nrrd([...plain, "line skip: 5"], six), "nrrd-invalid"],
    ["gzip that ends early", gzip(gzipSync(six).subarray(0, 12)), "truncated"],
    ["gzip with fewer elements", gzip(gzipSync(six), "3 2 2"), "truncated"],
    ["gzip with more elements", gzip(gzipSync(six), "3 1 1"), "lying-size"],
    ["gzip of another checksum", gzip(broken), "checksum"],
    ["gzip that is none", gzip(Buffer.alloc(40, 7)), "gzip-invalid"],
    ["a gzip bomb", gzip(gzipSync(Buffer.alloc(1 << 20)), "3 2 1"), "lying-size"],
    ["more than so few bytes can hold", gzip(gzipSync(six), "9999 999 9"), "compression-ratio"],
    ["words for numbers", text("1 2 3 x 5 6"), "nrrd-invalid"],
    ["numbers beyond their type", text("1 2 3 256 5 6"), "nrrd-invalid"],
    ["an endless number", text(`1 2 3 ${"9".repeat(100)} 5 6`), "nrrd-invalid"],
    ["too few numbers", text("1 2 3  44  5"), "truncated"],
    ["too many numbers", text("1 2 3 4 5 6 7"), "lying-size"],
    ["an endless header", Buffer.concat([Buffer.from("NRRD0004\n# "), Buffer.alloc(1 << 21, 65)]), "nrrd-invalid"],
  ])("with %s are refused", async (_what, bytes, problem) => {
    const refused = expect(read(bytes)).rejects;
    await refused.toMatchObject({ tag: `format/${problem}`, fields: { file: expect.stringContaining("volume.nrrd") } });
  });

  it("when damaged end in a FormatError or are read", async () => {
    const lines = [...plain, 'space units: "um" "um" "um"', "space directions: (1,0,0) (0,1,0) (0,0,1)"];
    const files = [nrrd(lines, six), gzip(gzipSync(six)), text("1 2 3 4 5 6")];
    for (const [seed, bytes] of files.entries()) {
      await expectOnlyFormatErrors({ bytes, path, seed, open: (at) => openNrrd(at, { file: "volume.nrrd" }) });
    }
  });
});
