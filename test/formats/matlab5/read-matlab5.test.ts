import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MatlabSparse, matlabStrings, matlabText } from "../../../src/formats/matlab/matlab-value.js";
import { readMatlab5 } from "../../../src/formats/matlab5/read-matlab5.js";
import { doubleMatrix, textValue } from "../../../src/sample-data/matlab-values.js";
import { writeMatlab5 } from "../../../src/sample-data/matlab5-writer.js";
import { realData } from "../../support/real-data.js";
import { arbitraryMatlabValue } from "../matlab/arbitrary-matlab-value.js";

/** Written by SciPy 1.17.1: `savemat(…, {"a": [[0, 1, 2], [3, 4, 5]], "s": "hä😀"}, do_compression=True)`. */
const SCIPY_FILE =
  "TUFUTEFCIDUuMCBNQVQtZmlsZSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAAAAAAAAAAAAABSU0PAAAANwAAAHic42NgYEgAYjYg5oDSIMAK5TMBMTMQMwJhIpDmBGIDBnTA4QChP9hDaAEonwFKizgAAIrlA4wPAAAAMQAAAHic42NgYLAAYjYg5gBiFgYIYIXyGYGYGUwzMhQDaQEgZgfijMNLPsyf0cAAADfLBWw=";

describe("readMatlab5", () => {
  it("gives back any value, in either byte order, compressed or not, whatever numbers are stored as", () => {
    fc.assert(
      fc.property(
        arbitraryMatlabValue,
        fc.record({ compress: fc.boolean(), bigEndian: fc.boolean(), smallestStorage: fc.boolean() }),
        (value, form) => {
          const bytes = writeMatlab5({
            variables: [
              ["x", value],
              ["y", textValue("next")],
            ],
            ...form,
          });
          const file = readMatlab5(bytes, { file: "any.mat" });
          expect(file.variables.map((variable) => variable.name)).toEqual(["x", "y"]);
          expect(file.variables[0]?.dims).toEqual(value.dims);
          expect(file.read("x")).toEqual(value);
          expect(matlabText(file.read("y"))).toBe("next");
        },
      ),
      { numRuns: 300 },
    );
  });

  it("writes the same bytes for the same values", () => {
    const write = () => writeMatlab5({ variables: [["x", doubleMatrix([[1, 2.5]])]], compress: true });
    expect(Buffer.from(write()).equals(Buffer.from(write()))).toBe(true);
  });

  it("reads what another program wrote", () => {
    const file = readMatlab5(Buffer.from(SCIPY_FILE, "base64"), { file: "scipy.mat" });
    expect(file.read("a")).toMatchObject({ dims: [2, 3], real: Float64Array.of(0, 3, 1, 4, 2, 5) });
    expect(matlabText(file.read("s"))).toBe("hä😀");
  });

  it("names what is there when a variable is missing", () => {
    const file = readMatlab5(writeMatlab5({ variables: [["A", doubleMatrix([[1]])]] }), { file: "a.mat" });
    expect(() => file.read("B")).toThrow(
      expect.objectContaining({ tag: "format/missing-variable", wayOut: "The file has A." }),
    );
  });
});

const data = realData();

describe.skipIf(!data.present)(`the matrices of Varshney 2011${data.reason}`, () => {
  it("has 279 neurons, 2194 chemical pairs with 6394 synapses, and gap weight 1777", () => {
    const file = readMatlab5(readFileSync(data.path("Varshney2011", "ConnOrdered_040903.mat")), {
      file: "ConnOrdered.mat",
    });
    const chemical = file.read("A_init_t_ordered") as MatlabSparse;
    const gap = file.read("Ag_t_ordered") as MatlabSparse;
    const sum = (numbers: Float64Array) => numbers.reduce((total, number) => total + number, 0);
    expect(chemical.dims).toEqual([279, 279]);
    expect([chemical.real.length, sum(chemical.real)]).toEqual([2194, 6394]);
    expect([gap.real.length, sum(gap.real)]).toEqual([1031, 1777]);
    const labels = matlabStrings(file.read("Neuron_ordered"));
    expect([labels.length, new Set(labels).size]).toEqual([279, 279]);
    expect(labels).toContain("VB02");
    expect(file.read("Q_sorted").dims).toEqual([279, 3]);
  });

  it("has a type for each neuron", () => {
    const file = readMatlab5(readFileSync(data.path("Varshney2011", "NeuronTypeOrdered_040903.mat")), {
      file: "types.mat",
    });
    expect(matlabStrings(file.read("NeuronType_ordered"))).toHaveLength(279);
  });
});
