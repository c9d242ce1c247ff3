import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openNifti } from "../../../src/formats/image/nifti/open-nifti.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { expectOnlyFormatErrors } from "./mutations.js";
import { type NiftiFields, niftiFile } from "./nifti-file.js";
import { numbers, wholeVolume } from "./whole-volume.js";

const path = join(temporaryDirectory(), "volume.nii");
const open = (bytes: Uint8Array) => {
  writeFileSync(path, bytes);
  return openNifti(path, { file: "volume.nii" });
};
const read = async (bytes: Uint8Array) => {
  const volume = await open(bytes);
  try {
    return { ...volume, values: numbers(await wholeVolume(volume)) };
  } finally {
    await volume.close();
  }
};

/** arange(24).reshape(4, 3, 2) (x, y, z) as big-endian int16, slope 0.5, intercept −3, qform and sform (nibabel 5.4.2). */
const NIBABEL_1 =
  "H4sIAAAAAAACA2NgYIxhIAYwM7AAMRMDIxSiAhYGAQYG+wYGBjsgtgcKODBA+MjYeQNE7oADWA8XLqtyE1NSFZIqFfIykxKTUnMYaAYYgf6BAntTls+OCgwMjguA+ANEbD9UDiQO8hcMgNTAAMgrMPXIIE/bEMZkY+BhEALaxMHAxyACDCkuYFiJAe1mZ+BlEAaGKScDP4MoAysDN4MggzgA2losBZABAAA=";
/** linspace(0, 1, 12).reshape(2, 3, 1, 2) as float32 in NIfTI-2, zooms 0.5, 0.25, 2 µm (nibabel 5.4.2). */
const NIBABEL_2 =
  "H4sIAAAAAAACA5NhYmDI0zZi4OWS4hJgUGBgYYAAJijNDKUZ0cQZcdD4wQd7CP0ASl+A0gwOqPKYtAITNnMGN2AiW2ekA3HqMolTd6AIRR03ia55uYjbvkfPyg6IgfQuO/1dGSDadtcLJfuXi7rtYksC7fV3vbBjYGiwBwDkuwwiUAIAAA==";

describe("NIfTI volumes", () => {
  const fromBase64 = (text: string) => Buffer.from(text, "base64");

  it.each([
    ["gzipped", fromBase64(NIBABEL_1)],
    ["plain", gunzipSync(fromBase64(NIBABEL_1))],
  ])("written by nibabel, scaled and big endian, %s", async (_how, bytes) => {
    const volume = await read(bytes);
    expect(volume).toMatchObject({ shape: [2, 3, 4], type: "float32", axes: "zyx", spacing: [2000, 500, 250] });
    // img.get_fdata()[x, y, z] of nibabel, which is a[x, y, z] * 0.5 - 3.
    const expected: number[] = [];
    for (let z = 0; z < 2; z++) {
      for (let y = 0; y < 3; y++) for (let x = 0; x < 4; x++) expected.push((x * 6 + y * 2 + z) * 0.5 - 3);
    }
    expect(volume.values).toEqual(expected);
    expect(volume.attributes).toMatchObject({
      description: "made by nibabel",
      sform: [
        [0, -0.5, 0, 10],
        [0.25, 0, 0, 20],
        [0, 0, 2, 30],
      ],
      qform: [
        [expect.closeTo(0, 6), expect.closeTo(-0.5, 6), 0, 10],
        [expect.closeTo(0.25, 6), expect.closeTo(0, 6), 0, 20],
        [0, 0, expect.closeTo(2, 6), 30],
      ],
    });
  });

  it("of version 2 with time", async () => {
    const volume = await read(fromBase64(NIBABEL_2));
    expect(volume).toMatchObject({ shape: [2, 1, 3, 2], type: "float32", axes: "tzyx" });
    expect(volume.spacing).toEqual([undefined, 2, 0.25, 0.5]);
    expect(volume.values.map((value) => Math.round(value * 11))).toEqual([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
  });

  it.each([
    [2, "uint8", 1],
    [4, "int16", 2],
    [8, "int32", 4],
    [16, "float32", 4],
    [64, "float64", 8],
    [256, "int8", 1],
    [512, "uint16", 2],
    [768, "uint32", 4],
    [1024, "int64", 8],
    [1280, "uint64", 8],
  ] as const)(
    "of data type %i are %s, in both byte orders, whatever lies before the elements",
    async (datatype, type, width) => {
      for (const bigEndian of [false, true]) {
        for (const version of [1, 2] as const) {
          const data = new DataView(new ArrayBuffer(6 * width));
          for (let i = 0; i < 6; i++) {
            const at = i * width;
            if (type === "float32") data.setFloat32(at, i + 1, !bigEndian);
            else if (type === "float64") data.setFloat64(at, i + 1, !bigEndian);
            else if (width === 8) data.setBigInt64(at, BigInt(i + 1), !bigEndian);
            else data.setUint8(bigEndian ? at + width - 1 : at, i + 1);
          }
          const volume = await read(
            niftiFile({ version, bigEndian, datatype, dim: [2, 3], start: 600, data: new Uint8Array(data.buffer) }),
          );
          expect(volume).toMatchObject({ type, shape: [3, 2], axes: "yx", values: [1, 2, 3, 4, 5, 6] });
          expect(volume.spacing).toBeUndefined();
        }
      }
    },
  );

  it("of colours have them as last axis, and leave out dimensions of one step", async () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const rgb = await read(
      niftiFile({ datatype: 128, dim: [1, 2, 1, 1, 1], data, units: 3, pixdim: [0.5, 0.6, 0.7, 1, 1] }),
    );
    expect(rgb).toMatchObject({ axes: "zyxc", shape: [1, 2, 1, 3], values: [1, 2, 3, 4, 5, 6] });
    expect(rgb.spacing?.map((step) => step && Number(step.toFixed(6)))).toEqual([0.7, 0.6, 0.5, undefined]);
    const vectors = await read(niftiFile({ datatype: 2, dim: [1, 2, 1, 1, 3], data }));
    expect(vectors).toMatchObject({ axes: "czyx", shape: [3, 1, 2, 1] });
  });

  it("are scaled only where scaling changes something", async () => {
    const data = Uint8Array.of(1, 2);
    const stored: Partial<NiftiFields>[] = [{ slope: 1 }, { slope: 0, intercept: 5 }, { slope: Number.NaN }];
    for (const fields of stored) {
      expect(await read(niftiFile({ datatype: 2, dim: [2], data, ...fields }))).toMatchObject({
        type: "uint8",
        values: [1, 2],
      });
    }
    const scaled = await read(niftiFile({ datatype: 2, dim: [2], data, slope: 1, intercept: 0.5 }));
    expect(scaled).toMatchObject({ type: "float32", values: [1.5, 2.5], attributes: { slope: 1, intercept: 0.5 } });
  });
});

describe("hostile NIfTI files", () => {
  const data = new Uint8Array(24).fill(7);
  const base = { datatype: 2, dim: [2, 3, 4], data };
  it.each<[string, Uint8Array, string]>([
    ["another size", Buffer.alloc(400, 1), "nifti-invalid"],
    ["another magic", niftiFile({ ...base, magic: "n+3\0" }), "nifti-invalid"],
    ["a separate image", niftiFile({ ...base, magic: "ni1\0" }), "nifti-unsupported"],
    ["no magic, as Analyze has none", niftiFile({ ...base, magic: "\0\0\0\0" }), "nifti-unsupported"],
    ["complex numbers", niftiFile({ ...base, datatype: 32 }), "nifti-unsupported"],
    ["a negative dimension", niftiFile({ ...base, dim: [2, -3, -4] }), "nifti-invalid"],
    ["too many dimensions", niftiFile({ ...base, dimensions: 9 }), "nifti-invalid"],
    ["no dimensions", niftiFile({ ...base, dimensions: 0 }), "nifti-invalid"],
    ["more elements than bytes", niftiFile({ ...base, dim: [2, 3, 5] }), "truncated"],
    ["endless dimensions", niftiFile({ ...base, dim: [32767, 32767, 32767] }), "too-large"],
    ["dimensions beyond all numbers", niftiFile({ ...base, version: 2, dim: [2 ** 53, 2 ** 53, 4] }), "invalid-shape"],
    ["elements inside the header", niftiFile({ ...base, stated: 40 }), "nifti-invalid"],
    ["elements nowhere", niftiFile({ ...base, stated: Number.NaN }), "nifti-invalid"],
    ["elements far away", niftiFile({ ...base, stated: 2 ** 30 }), "truncated"],
    ["a cut header", niftiFile(base).subarray(0, 100), "nifti-invalid"],
    ["gzip that ends early", gzipSync(niftiFile(base)).subarray(0, -12), "truncated"],
    ["gzip of fewer elements", gzipSync(niftiFile({ ...base, dim: [2, 3, 5] })), "truncated"],
    ["more than so few bytes can hold", gzipSync(niftiFile({ ...base, dim: [9999, 9999, 9] })), "compression-ratio"],
    ["gzip that is none", Buffer.from("1f8b0800aaaaaaaaaaaaffffffffffffffff", "hex"), "gzip-invalid"],
  ])("with %s are refused", async (_what, bytes, problem) => {
    await expect(read(bytes)).rejects.toMatchObject({ tag: `format/${problem}`, fields: { file: "volume.nii" } });
  });

  it("when damaged end in a FormatError or are read", async () => {
    const files = [niftiFile(base), niftiFile({ ...base, version: 2, slope: 2 }), gzipSync(niftiFile(base))];
    for (const [seed, bytes] of files.entries()) {
      await expectOnlyFormatErrors({ bytes, path, seed, open: (at) => openNifti(at, { file: "volume.nii" }) });
    }
  });
});
