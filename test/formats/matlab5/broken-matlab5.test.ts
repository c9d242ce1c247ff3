import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { FormatError } from "../../../src/base/errors.js";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { matlabText } from "../../../src/formats/matlab/matlab-value.js";
import { readMatlab5 } from "../../../src/formats/matlab5/read-matlab5.js";
import {
  cellColumn,
  doubleMatrix,
  sparseMatrixValue,
  structValue,
  textValue,
} from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";

/** Reads every variable; returns the error. */
function failure(bytes: Uint8Array, limits: Partial<Limits> = {}): FormatError {
  try {
    const file = readMatlab5(bytes, { file: "broken.mat", limits: { ...DEFAULT_LIMITS, ...limits } });
    for (const variable of file.variables) file.read(variable.name);
  } catch (error) {
    return error as FormatError;
  }
  throw new Error("the file was read without an error");
}

function changed(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  change(new DataView(copy.buffer));
  return copy;
}

/** Offset of the data of the element of this type and length, counted from the start of the file. */
function find(bytes: Uint8Array, type: number, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 128; offset + 8 <= bytes.length; offset += 8) {
    if (view.getUint32(offset, true) === type && view.getUint32(offset + 4, true) === length) return offset + 8;
  }
  throw new Error(`no element of type ${type} with ${length} bytes`);
}

/** A file whose only variable is this element, compressed. */
function withCompressed(element: Uint8Array): Uint8Array {
  const data = deflateSync(element);
  return Buffer.concat([numbers.subarray(0, 128), Buffer.from(Uint32Array.of(15, data.length).buffer), data]);
}

const numbers = writeMatlab5({ variables: [["x", doubleMatrix([[0.5, 1.5, 2.5]])]] });
const compressed = writeMatlab5({ variables: [["x", doubleMatrix([[0.5, 1.5, 2.5]])]], compress: true });
const sparse = writeMatlab5({
  variables: [
    [
      "s",
      sparseMatrixValue([
        [0.5, 0, 0],
        [0, 1.5, 2.5],
      ]),
    ],
  ],
});
const struct = writeMatlab5({ variables: [["p", structValue({ alpha: textValue("a"), beta: doubleMatrix([[1]]) })]] });

describe("broken MATLAB 5 files", () => {
  it("ends too early, wherever it is cut", () => {
    for (const whole of [numbers, compressed, sparse, struct]) {
      for (const length of [0, 1, 60, 127, 129, 135, 140, 170, whole.length - 9, whole.length - 1]) {
        const { tag } = failure(whole.slice(0, length));
        expect(["format/truncated", "format/wrong-format", "format/corrupt"]).toContain(tag);
        if (length > 128) expect(tag).toBe("format/truncated");
      }
    }
  });

  it.each([
    [
      "an element longer than its parent",
      changed(numbers, (view) => view.setUint32(132, 0xfffffff0, true)),
      "truncated",
    ],
    [
      "an inner element longer than the variable",
      changed(numbers, (view) => view.setUint32(140, 4096, true)),
      "truncated",
    ],
    ["a top-level element that is no variable", changed(numbers, (view) => view.setUint32(128, 9, true)), "bad-tag"],
    ["a small element of 200 bytes", changed(numbers, (view) => view.setUint32(136, (200 << 16) | 6, true)), "bad-tag"],
    [
      "dimensions beyond the data",
      changed(numbers, (view) => view.setInt32(find(numbers, 5, 8), 0x7fffffff, true)),
      "bad-length",
    ],
    ["negative dimensions", changed(numbers, (view) => view.setInt32(find(numbers, 5, 8), -1, true)), "bad-dimensions"],
    [
      "data that are no numbers",
      changed(numbers, (view) => view.setUint32(find(numbers, 9, 24) - 8, 14, true)),
      "bad-tag",
    ],
    [
      "a length that is no whole number of elements",
      changed(numbers, (view) => view.setUint32(find(numbers, 9, 24) - 4, 23, true)),
      "bad-length",
    ],
    ["an unknown class", changed(numbers, (view) => view.setUint32(144, 99, true)), "unsupported-class"],
    [
      "a row index beyond the rows",
      changed(sparse, (view) => view.setInt32(find(sparse, 5, 12), 2, true)),
      "bad-sparse",
    ],
    [
      "column starts that run back",
      changed(sparse, (view) => view.setInt32(find(sparse, 5, 16) + 4, 3, true)),
      "bad-sparse",
    ],
    [
      "column starts beyond the entries",
      changed(sparse, (view) => view.setInt32(find(sparse, 5, 16) + 12, 2 ** 30, true)),
      "bad-sparse",
    ],
    [
      "field names of no length",
      changed(struct, (view) => view.setInt32(find(struct, 1, 16) - 12, 0, true)),
      "bad-struct",
    ],
    [
      "a damaged compressed variable",
      changed(compressed, (view) => view.setUint8(compressed.length - 3, 1)),
      "corrupt",
    ],
    ["no MATLAB file", Buffer.from("PK\u0003\u0004".padEnd(300, "x")), "wrong-format"],
    ["an empty file", new Uint8Array(0), "wrong-format"],
    ["a version nobody knows", changed(numbers, (view) => view.setUint16(124, 0x0300, true)), "unsupported-version"],
    [
      "the same variable twice",
      writeMatlab5({
        variables: [
          ["x", textValue("a")],
          ["x", textValue("b")],
        ],
      }),
      "duplicate-variable",
    ],
  ])("%s", (_name, bytes, problem) => {
    const error = failure(bytes);
    expect(error.tag).toBe(`format/${problem}`);
    expect(error.message).toContain("broken.mat");
  });

  it("says what a file is that is not MATLAB 5", () => {
    const hdf5 = Buffer.concat([
      Buffer.from("MATLAB 7.3 MAT-file".padEnd(124)),
      Buffer.from([0, 2]),
      Buffer.from("IM"),
      Buffer.alloc(600),
    ]);
    expect(failure(hdf5)).toMatchObject({ tag: "format/wrong-format", wayOut: "Read it as MATLAB 7.3." });
    const matlab4 = Buffer.alloc(40);
    matlab4.writeUInt32LE(1, 4);
    matlab4.writeUInt32LE(1, 8);
    matlab4.writeUInt32LE(2, 16);
    matlab4.write("a\0", 20);
    expect(failure(matlab4)).toMatchObject({
      tag: "format/unsupported-version",
      message: expect.stringContaining("MATLAB 4"),
    });
  });

  it("refuses a compressed variable that claims more than limits allow, or holds more than it claims", () => {
    const claiming = changed(numbers, (view) => view.setUint32(132, 1 << 28, true)).subarray(128);
    expect(failure(withCompressed(Buffer.concat([claiming, Buffer.alloc(1 << 22)])), { ratio: 100 })).toMatchObject({
      tag: "format/limit",
      fields: { claimed: 1 << 28 },
    });
    const more = Buffer.concat([numbers.subarray(128), Buffer.alloc(1 << 20)]);
    expect(failure(withCompressed(more)).tag).toBe("format/bad-length");
  });

  it("refuses what passes the limits", () => {
    let nested = cellColumn(["x"]);
    for (let i = 0; i < 10; i++) nested = cellColumn([nested]);
    const deep = writeMatlab5({ variables: [["c", nested]] });
    expect(failure(deep, { depth: 8 }).tag).toBe("format/limit");
    expect(failure(deep, { entries: 5 }).tag).toBe("format/limit");
    expect(failure(numbers, { cells: 2 }).tag).toBe("format/limit");
    expect(failure(numbers, { bytes: 100 }).tag).toBe("format/limit");
  });

  it.each([
    ["object", 3],
    ["function_handle", 16],
  ])("refuses a value of class %s only when it is asked for", (className, number) => {
    const both = writeMatlab5({
      variables: [
        ["good", textValue("fine")],
        ["bad", doubleMatrix([[1]])],
      ],
    });
    const second = 136 + new DataView(both.buffer).getUint32(132, true);
    const bytes = changed(both, (view) => view.setUint32(second + 16, number, true));
    const file = readMatlab5(bytes, { file: "objects.mat" });
    expect(matlabText(file.read("good"))).toBe("fine");
    expect(file.variables[1]).toMatchObject({ name: "bad", class: className });
    expect(() => file.read("bad")).toThrow(
      expect.objectContaining({
        tag: "format/unsupported-class",
        fields: expect.objectContaining({ variable: "bad", class: className }),
      }),
    );
  });

  it("refuses a table, which has a name but no dimensions, only when it is asked for", () => {
    const small = (text: string) => [1 | (text.length << 16), ...Buffer.from(text.padEnd(4, "\0"))];
    const content = Buffer.concat([
      Buffer.from(Uint32Array.of(6, 8, 17, 0).buffer),
      ...["t", "MCOS"].map((text) => {
        const [tag = 0, ...letters] = small(text);
        return Buffer.concat([Buffer.from(Uint32Array.of(tag).buffer), Buffer.from(letters)]);
      }),
    ]);
    const element = Buffer.concat([Buffer.from(Uint32Array.of(14, content.length).buffer), content]);
    const file = readMatlab5(Buffer.concat([numbers, element]), { file: "table.mat" });
    expect(file.variables.map(({ name, class: className }) => [name, className])).toEqual([
      ["x", "double"],
      ["t", "opaque"],
    ]);
    expect(() => file.read("t")).toThrow(expect.objectContaining({ tag: "format/unsupported-class" }));
  });

  it("hides the unnamed data of objects", () => {
    const bytes = writeMatlab5({
      variables: [
        ["x", textValue("a")],
        ["", doubleMatrix([[1]])],
      ],
    });
    expect(readMatlab5(bytes, { file: "objects.mat" }).variables.map((variable) => variable.name)).toEqual(["x"]);
  });
});
