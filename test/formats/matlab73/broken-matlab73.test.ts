import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.js";
import { readMatlab } from "../../../src/formats/matlab/read-matlab.js";
import { type WriteHdf5Options, writeHdf5 } from "../../../src/sample-data/hdf5-writer.js";
import { cellColumn, doubleMatrix, textValue } from "../../../src/sample-data/matlab-values.js";
import { writeMatlab73 } from "../../../src/sample-data/matlab73-writer.js";

/** Reads every variable; returns the error. */
async function failure(bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<{ tag: string; message: string }> {
  try {
    const file = await readMatlab(bytes, { file: "broken.mat", limits: { ...DEFAULT_LIMITS, ...limits } });
    try {
      for (const variable of file.variables) file.read(variable.name);
    } finally {
      file.close();
    }
  } catch (error) {
    return error as { tag: string; message: string };
  }
  return { tag: "none", message: "the file was read without an error" };
}

const userBlock = writeMatlab73({ variables: {} }).slice(0, 512);
const matlab = (options: WriteHdf5Options) => writeHdf5({ ...options, userBlock });
const cell = { MATLAB_class: "cell" };
const one = Float64Array.of(1);
const refers = (...references: string[]) => ({ shape: [references.length], data: { references }, attributes: cell });
const double = { shape: [1, 1], data: one, attributes: { MATLAB_class: "double" } };
const sparseMembers = (ir: number[], jc: number[]) =>
  matlab({
    groups: { s: { MATLAB_class: "double", MATLAB_sparse: BigUint64Array.of(2n) } },
    datasets: {
      "s/data": { shape: [ir.length], data: Float64Array.from(ir) },
      "s/ir": { shape: [ir.length], data: BigUint64Array.from(ir, BigInt) },
      "s/jc": { shape: [jc.length], data: BigUint64Array.from(jc, BigInt) },
    },
  });

/** The reference follows user block, superblock and the text it refers to. */
function dangling(): Uint8Array {
  const bytes = Buffer.from(writeMatlab73({ variables: { c: cellColumn(["a"]) } }));
  bytes.writeBigUInt64LE(12345n, 512 + 96 + 8);
  return bytes;
}

describe("broken MATLAB 7.3 files", () => {
  it("ends too early, wherever it is cut", async () => {
    const whole = writeMatlab73({ variables: { c: cellColumn(["a", doubleMatrix([[1, 2]])]), t: textValue("AVAL") } });
    for (const length of [20, 511, 520, 600, 700, whole.length - 100, whole.length - 1]) {
      expect((await failure(whole.slice(0, length))).tag).toMatch(/^format\/(truncated|wrong-format)$/);
    }
  });

  it.each([
    ["a cell that contains itself", matlab({ datasets: { c: refers("c") } }), "reference-loop"],
    ["cells that contain each other", matlab({ datasets: { a: refers("b"), b: refers("a") } }), "reference-loop"],
    ["a reference that leads to nothing", dangling(), "dangling-reference"],
    ["a cell that refers to the root", matlab({ datasets: { c: refers("") } }), "dangling-reference"],
    ["an array that does not say its class", matlab({ datasets: { x: { shape: [1], data: one } } }), "wrong-format"],
    [
      "a class nobody knows",
      matlab({ datasets: { x: { ...double, attributes: { MATLAB_class: "quaternion" } } } }),
      "unsupported-class",
    ],
    [
      "a table",
      matlab({
        datasets: { x: { ...double, attributes: { MATLAB_class: "table", MATLAB_object_decode: Int32Array.of(3) } } },
      }),
      "unsupported-class",
    ],
    ["a function handle", matlab({ groups: { f: { MATLAB_class: "function_handle" } } }), "unsupported-class"],
    ["a cell array of numbers", matlab({ datasets: { c: { ...double, attributes: cell } } }), "unexpected-type"],
    [
      "texts stored as float64",
      matlab({ datasets: { c: { ...double, attributes: { MATLAB_class: "char" } } } }),
      "unexpected-type",
    ],
    [
      "numbers beyond their class",
      matlab({ datasets: { x: { shape: [1], data: Float64Array.of(300), attributes: { MATLAB_class: "uint8" } } } }),
      "lossy-storage",
    ],
    [
      "an empty array that is not",
      matlab({
        datasets: {
          x: {
            shape: [2],
            data: BigUint64Array.of(2n, 3n),
            attributes: { MATLAB_class: "double", MATLAB_empty: Uint8Array.of(1) },
          },
        },
      }),
      "bad-dimensions",
    ],
    [
      "complex numbers with one part",
      matlab({
        datasets: { x: { shape: [1], data: { compound: { real: one } }, attributes: { MATLAB_class: "double" } } },
      }),
      "unexpected-type",
    ],
    [
      "a field that is not there",
      matlab({
        groups: { s: { MATLAB_class: "struct", MATLAB_fields: { lists: ["a", "b"] } } },
        datasets: { "s/a": double },
      }),
      "missing-field",
    ],
    [
      "fields of different lengths",
      matlab({
        groups: { s: { MATLAB_class: "struct" } },
        datasets: {
          "s/a": { shape: [1, 2], data: { references: ["#refs#/x", "#refs#/x"] } },
          "s/b": { shape: [1, 1], data: { references: ["#refs#/x"] } },
          "#refs#/x": double,
        },
      }),
      "bad-struct",
    ],
    [
      "a struct that contains itself",
      matlab({ groups: { s: { MATLAB_class: "struct" } }, links: { "s/again": { hard: "s" } } }),
      "reference-loop",
    ],
    ["a sparse row index out of bounds", sparseMembers([0, 2], [0, 1, 2]), "bad-sparse"],
    ["sparse column starts that run back", sparseMembers([0, 1], [0, 2, 1]), "bad-sparse"],
    ["sparse column starts beyond 32 bits", sparseMembers([0, 1], [0, 1, 2 ** 40]), "lossy-storage"],
    [
      "a variable that is an external link",
      matlab({ datasets: {}, links: { x: { externalFile: "/etc/passwd", path: "/x" } } }),
      "external-link",
    ],
    [
      "a filter that is not available",
      matlab({
        datasets: {
          x: {
            shape: [2],
            data: Float64Array.of(1, 2),
            chunks: [2],
            filters: [{ id: 999 }],
            attributes: { MATLAB_class: "double" },
          },
        },
      }),
      "unsupported-filter",
    ],
  ])("%s", async (_name, bytes, problem) => {
    const error = await failure(bytes);
    expect(error).toMatchObject({ tag: `format/${problem}` });
    expect(error.message).toContain("broken.mat");
  });

  it("says nothing about a variable it cannot describe until that is asked for", async () => {
    const bytes = matlab({
      datasets: { good: double },
      links: { bad: { soft: "/nowhere" } },
    });
    const file = await readMatlab(bytes, { file: "broken.mat" });
    expect(file.variables.map(({ name, class: className }) => [name, className])).toEqual([
      ["bad", "unknown"],
      ["good", "double"],
    ]);
    expect(file.read("good")).toEqual(doubleMatrix([[1]]));
    expect(() => file.read("bad")).toThrow(expect.objectContaining({ tag: "format/missing-object" }));
    file.close();
  });

  it("ends where few cells refer to the same cells again and again", async () => {
    const levels = Array.from({ length: 40 }, (_, i): [string, ReturnType<typeof refers>] => [
      i === 0 ? "c" : `#refs#/${i}`,
      refers(`#refs#/${i + 1}`, `#refs#/${i + 1}`),
    ]);
    const bytes = matlab({ datasets: { ...Object.fromEntries(levels), "#refs#/40": double } });
    expect(await failure(bytes, { entries: 1000 })).toMatchObject({ tag: "format/limit" });
  });

  it("reads an object once, however many cells refer to it, and counts it for each", async () => {
    const level = (width: number, next: string) => refers(...new Array<string>(width).fill(next));
    const file = (width: number) =>
      matlab({
        datasets: {
          c: level(width, "#refs#/1"),
          "#refs#/1": level(width, "#refs#/2"),
          "#refs#/2": level(width, "x"),
          x: double,
        },
      });
    expect(await failure(file(120))).toMatchObject({ tag: "format/limit" });
    const deep = matlab({
      datasets: { c: refers("#refs#/2", "#refs#/1"), "#refs#/1": refers("#refs#/2"), "#refs#/2": double },
    });
    expect(await failure(deep, { depth: 1 })).toMatchObject({ tag: "format/limit" });
    const small = await readMatlab(file(30), { file: "broken.mat" });
    const { cells = [] } = small.read("c") as { cells?: readonly unknown[] };
    expect(cells).toHaveLength(30);
    small.close();
  }, 10_000);

  it("refuses what passes the limits", async () => {
    const bytes = writeMatlab73({
      variables: { c: cellColumn([cellColumn([cellColumn([doubleMatrix([[1, 2, 3]])])])]) },
    });
    expect(await failure(bytes, { depth: 2 })).toMatchObject({ tag: "format/limit" });
    expect(await failure(bytes, { cells: 5 })).toMatchObject({ tag: "format/limit" });
  });
});
