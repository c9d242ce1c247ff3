import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeFormat, detectFormat } from "../../src/formats/detect-format.js";
import { buildZip } from "./archive/build-zip.js";
import { buildXlsx, writeWorkbook } from "./spreadsheet/build-workbook.js";

const HDF5 = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);

describe("detectFormat", () => {
  it.each([
    ["empty", Buffer.alloc(0)],
    ["zip", buildZip([{ name: "trace.csv", content: "1,2" }])],
    ["zip", buildZip([])],
    ["xlsx", buildXlsx()],
    ["xlsx", writeWorkbook({ a: [[1]] }, "xlsx")],
    ["ole2", writeWorkbook({ a: [[1]] }, "biff8")],
    ["hdf5", Buffer.concat([HDF5, Buffer.alloc(100)])],
    ["hdf5", Buffer.concat([Buffer.alloc(512), HDF5])],
    ["matlab-7.3", Buffer.concat([Buffer.from("MATLAB 7.3 MAT-file, Platform: GLNXA64".padEnd(512)), HDF5])],
    ["matlab-5", Buffer.from("MATLAB 5.0 MAT-file, Platform: PCWIN".padEnd(128))],
    ["gzip", gzipSync("x")],
    ["parquet", Buffer.from("PAR1\x15\x04")],
    ["pdf", Buffer.from("%PDF-1.7\n")],
    ["html", Buffer.from("\n<!DOCTYPE html><html><body>Not found</body></html>")],
    ["xml", Buffer.from('<?xml version="1.0"?><a/>')],
    ["json", Buffer.from('\ufeff {"a": 1}')],
    ["json", Buffer.from("[\n  {}]")],
    ["text", Buffer.from("pre,post\nAVAL,AVAR\n")],
    ["text", Buffer.from("é".repeat(4000)).subarray(0, 4095)],
    ["utf-16", Buffer.from([0xff, 0xfe, 0x41, 0])],
    ["binary", Buffer.from([1, 2, 3, 0xff])],
  ])("%s", (format, bytes) => expect(detectFormat(bytes)).toBe(format));

  it("has words for whatever it finds, and finds something in any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(describeFormat(detectFormat(bytes))).toMatch(/^(an? |JSON|plain|UTF)/);
      }),
    );
  });
});
