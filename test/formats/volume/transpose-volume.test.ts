import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reorderAxes } from "../../../src/formats/volume/transpose-volume.js";
import { allocate, type VolumeSource } from "../../../src/formats/volume/volume.js";
import { bytesOf, counted } from "../zarr/zarr-fixtures.js";
import { memoryVolume } from "./memory-volume.js";

describe("reorderAxes", () => {
  it("moves every element to the place that its letters name", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(["c", "z", "y", "x"], { minLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom("uint8" as const, "int16" as const, "float32" as const, "int64" as const),
        async (letters, shape, type) => {
          const from = letters.join("");
          const data = counted(type, shape);
          const { volume } = memoryVolume({ shape, type, data }, { chunks: [2, 3, 2, 3], spacing: [1, 2, 3, 4] });
          const view = reorderAxes(volume, from);
          const lengths = [..."czyx"].map((letter) => shape[from.indexOf(letter)] as number);
          expect([view.shape, view.axes]).toEqual([lengths, "czyx"]);
          expect(view.spacing).toEqual([..."czyx"].map((letter) => from.indexOf(letter) + 1));
          const expected = allocate(type, data.length);
          let position = 0;
          const [channels, depth, rows, columns] = lengths as [number, number, number, number];
          for (let c = 0; c < channels; c++)
            for (let z = 0; z < depth; z++)
              for (let y = 0; y < rows; y++)
                for (let x = 0; x < columns; x++) {
                  const at = new Map([
                    ["c", c],
                    ["z", z],
                    ["y", y],
                    ["x", x],
                  ]);
                  const index = letters.reduce(
                    (sum, letter, axis) => sum * (shape[axis] as number) + (at.get(letter) as number),
                    0,
                  );
                  (expected as Uint8Array)[position] = data[index] as number;
                  position += 1;
                }
          expect(bytesOf(await view.read([0, 0, 0, 0], lengths))).toEqual(bytesOf(expected));
          let seen = 0;
          for await (const block of view.blocks()) {
            expect(bytesOf(block.data)).toEqual(bytesOf(await view.read(block.origin, block.shape)));
            seen += block.data.length;
          }
          expect(seen).toBe(data.length);
          const back = reorderAxes(view, "czyx", from);
          expect(bytesOf(await back.read([0, 0, 0, 0], shape))).toEqual(bytesOf(data));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("adds axes of length 1 and drops a single time point", async () => {
    const data = counted("uint8", [1, 3, 4]);
    const { volume } = memoryVolume(
      { shape: [1, 3, 4], type: "uint8", data },
      { chunks: [1, 2, 2], spacing: [1, 2, 3] },
    );
    const view = reorderAxes(volume, "txy");
    expect([view.shape, view.blockShape, view.spacing]).toEqual([
      [1, 1, 4, 3],
      [1, 1, 2, 2],
      [undefined, undefined, 3, 2],
    ]);
    const values = Uint8Array.from({ length: 12 }, (_, i) => data[(i % 3) * 4 + Math.floor(i / 3)] as number);
    expect(await view.read([0, 0, 0, 0], [1, 1, 4, 3])).toEqual(values);
    await expect(view.read([1, 0, 0, 0], [1, 1, 4, 3])).rejects.toMatchObject({ tag: "format/box" });
    expect((await view.read([0, 0, 0, 0], [0, 1, 4, 3])).length).toBe(0);
  });

  it("takes sources that only give blocks", async () => {
    const source: VolumeSource = {
      name: "plane",
      shape: [2, 2],
      type: "uint8",
      async *blocks() {
        yield { origin: [0, 0], shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) };
      },
    };
    const view = reorderAxes(source, "xy", "yx");
    expect("read" in view).toBe(false);
    for await (const block of view.blocks()) expect(block.data).toEqual(Uint8Array.of(1, 3, 2, 4));
  });

  const { volume } = memoryVolume(
    { shape: [2, 3, 4], type: "uint8", data: counted("uint8", [2, 3, 4]) },
    { chunks: [2, 3, 4] },
  );
  it.each([
    ["zy", /axes "zy": the axis "x" is missing; memory has the shape 2 x 3 x 4/],
    ["czyx", /axes "czyx" are 4, the array has 3/],
    ["zyy", /the axis "y" is named twice/],
    ["zyq", /there is no axis "q"/],
    ["tyx", /the axis "t" cannot be dropped for "czyx": its length is 2, not 1/],
    ["", /the axis "y" is missing/],
  ])("refuses the axes %j", (axes, message) => {
    expect(() => reorderAxes(volume, axes)).toThrowError(
      expect.objectContaining({ tag: "usage/axes", message: expect.stringMatching(message) }),
    );
  });
});
