import { describe, expect, it } from "vitest";
import type { Command, FloatBuffer } from "../../../../src/compute/device/command.js";
import type { Device, DeviceBuffer, DeviceMemory } from "../../../../src/compute/device/device.js";
import { uniform } from "../expected.js";
import type { Conforming } from "./conforming.js";

/** result = left · right, square matrices of `size`. */
function product(left: FloatBuffer, right: FloatBuffer, out: FloatBuffer, size: number): Command {
  const view = (buffer: FloatBuffer) => ({ buffer, row: size, column: 1 });
  return { kind: "matrixProduct", m: size, n: size, k: size, left: view(left), right: view(right), out: view(out) };
}

export function describeMemory({ device, float }: Conforming, open: () => Promise<Device>): void {
  const host = (values: ArrayLike<number>) => Array.from(values);

  describe("memory", () => {
    it("gives zeros, converts what it is given, and gives back the type of the buffer", async () => {
      await device().scope(async (memory) => {
        expect(host(await memory.download(memory.allocate(float, 5)))).toEqual([0, 0, 0, 0, 0]);
        expect(host(await memory.download(memory.allocate("uint32", 3)))).toEqual([0, 0, 0]);
        const array = { float64: Float64Array, float32: Float32Array }[float];
        const found = await memory.download(memory.upload(float, Uint32Array.of(1, 2, 4_000_000)));
        expect(found).toBeInstanceOf(array);
        expect(host(found)).toEqual([1, 2, 4_000_000]);
        const third = host(await memory.download(memory.upload(float, Float64Array.of(1 / 3))));
        expect(third).toEqual([float === "float32" ? Math.fround(1 / 3) : 1 / 3]);
        const single = host(await memory.download(memory.upload(float, Float32Array.of(1 / 3))));
        expect(single).toEqual([Math.fround(1 / 3)]);
        const indices = await memory.download(memory.upload("uint32", Uint32Array.of(0, 4_294_967_295)));
        expect(indices).toBeInstanceOf(Uint32Array);
        expect(host(indices)).toEqual([0, 4_294_967_295]);
      });
    });

    it("has buffers without a number in them", async () => {
      await device().scope(async (memory) => {
        expect(host(await memory.download(memory.allocate(float, 0)))).toEqual([]);
        expect(host(await memory.download(memory.upload("uint32", new Uint32Array(0))))).toEqual([]);
      });
    });

    it("keeps NaN, infinities and the smallest normal number", async () => {
      const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** -126];
      await device().scope(async (memory) => {
        expect(host(await memory.download(memory.upload(float, Float64Array.from(special))))).toEqual(special);
      });
    });

    it("overwrites a part, and refuses what does not fit", async () => {
      await device().scope(async (memory) => {
        const buffer = memory.upload(float, Float64Array.of(1, 2, 3, 4, 5));
        memory.write(buffer, Float64Array.of(7, 8), 3);
        memory.write(buffer, Float32Array.of(9));
        const indices = memory.allocate("uint32", 3);
        memory.write(indices, Uint32Array.of(6), 1);
        expect(host(await memory.download(buffer))).toEqual([9, 2, 3, 7, 8]);
        expect(host(await memory.download(indices))).toEqual([0, 6, 0]);
        expect(() => memory.write(buffer, Float64Array.of(1, 2), 4)).toThrow(RangeError);
        expect(() => memory.write(buffer, Float64Array.of(1), -1)).toThrow(RangeError);
        expect(() => memory.write(buffer, Float64Array.of(1), 0.5)).toThrow(RangeError);
        expect(host(await memory.download(buffer))).toEqual([9, 2, 3, 7, 8]);
      });
    });

    it("downloads a copy", async () => {
      await device().scope(async (memory) => {
        const buffer = memory.upload(float, Float64Array.of(1, 2));
        const first = await memory.download(buffer);
        first[0] = 5;
        expect(host(await memory.download(buffer))).toEqual([1, 2]);
      });
    });

    it("refuses a type that it does not offer, and a length that is none", async () => {
      await device().scope(async (memory) => {
        for (const type of ["float64", "float32"] as const) {
          if (device().description.floats.includes(type)) continue;
          expect(() => memory.allocate(type, 3)).toThrow(expect.objectContaining({ tag: "device/type" }));
          expect(() => memory.upload(type, new Float64Array(3))).toThrow(
            expect.objectContaining({ tag: "device/type" }),
          );
        }
        for (const length of [-1, 1.5, Number.NaN, 2 ** 45]) {
          expect(() => memory.allocate(float, length)).toThrow(expect.objectContaining({ tag: "device/memory" }));
        }
      });
    });
  });

  describe("scopes", () => {
    const released = expect.objectContaining({ tag: "device/released" });

    it("give what their body gives, throw what it throws, and free what was made in them", async () => {
      const before = device().bytesHeld;
      const kept: DeviceBuffer[] = [];
      let outer: DeviceMemory | undefined;
      const found = await device().scope(async (memory) => {
        outer = memory;
        kept.push(memory.upload(float, new Float64Array(1000)));
        expect(device().bytesHeld).toBe(before + 1000 * (float === "float64" ? 8 : 4));
        return 17;
      });
      expect(found).toBe(17);
      await expect(
        device().scope(async (memory) => {
          kept.push(memory.allocate(float, 500));
          throw new RangeError("of the body");
        }),
      ).rejects.toThrow("of the body");
      expect(device().bytesHeld).toBe(before);
      const memory = outer as DeviceMemory;
      for (const buffer of kept as FloatBuffer[]) {
        await expect(memory.download(buffer)).rejects.toEqual(released);
        expect(() => memory.write(buffer, Float64Array.of(1))).toThrow(released);
        await device().scope(async (inner) => {
          const to = inner.allocate(float, buffer.length);
          await expect(device().run([{ kind: "copy", from: buffer, to }])).rejects.toEqual(released);
        });
      }
      expect(() => memory.allocate(float, 1)).toThrow(released);
      expect(() => memory.upload(float, Float64Array.of(1))).toThrow(released);
    });

    it("nest: inner ones use buffers of outer ones", async () => {
      await device().scope(async (outer) => {
        const from = outer.upload(float, Float64Array.of(1, 2, 3));
        const to = outer.allocate(float, 3);
        await device().scope(async (inner) => {
          const middle = inner.allocate(float, 3);
          await device().run([
            { kind: "copy", from, to: middle },
            { kind: "copy", from: middle, to },
          ]);
          expect(host(await inner.download(to))).toEqual([1, 2, 3]);
        });
        expect(host(await outer.download(to))).toEqual([1, 2, 3]);
      });
    });

    it("lie beside each other", async () => {
      const sums = await Promise.all(
        [1, 2, 3, 4].map((value) =>
          device().scope(async (memory) => {
            const size = 8;
            const left = memory.upload(float, new Float64Array(size * size).fill(value));
            const out = memory.allocate(float, size * size);
            for (let times = 0; times < 3; times++) await device().run([product(left, left, out, size)]);
            return (await memory.download(out))[0];
          }),
        ),
      );
      expect(sums).toEqual([8, 32, 72, 128]);
    });

    it("free memory: much more than there is, one after the other", async () => {
      for (let time = 0; time < 40; time++) {
        await device().scope(async (memory) => {
          const type = float === "float64" ? 2 ** 24 : 2 ** 25;
          const buffer = memory.allocate(float, type);
          memory.write(buffer, Float64Array.of(time), type - 1);
        });
      }
    });

    it("refuse buffers of another device, and made up ones", async () => {
      const foreign = expect.objectContaining({ tag: "device/foreign" });
      const other = await open();
      try {
        await other.scope(async (theirs) => {
          const strange = theirs.allocate(float, 3);
          await device().scope(async (memory) => {
            const to = memory.allocate(float, 3);
            await expect(device().run([{ kind: "copy", from: strange, to }])).rejects.toEqual(foreign);
            await expect(memory.download(strange)).rejects.toEqual(foreign);
            const made = { type: float, length: 3 };
            await expect(device().run([{ kind: "copy", from: made, to }])).rejects.toEqual(foreign);
          });
        });
      } finally {
        await other.close();
      }
    });
  });

  describe("run", () => {
    it("of nothing", async () => {
      await device().run([]);
    });

    it("does many commands in order", async () => {
      await device().scope(async (memory) => {
        const size = 4;
        const rotate = memory.upload(float, Float64Array.of(0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0));
        const start = uniform(91, size * size, float);
        const [a, b] = [memory.upload(float, start), memory.allocate(float, size * size)];
        const commands = Array.from({ length: 1200 }, (_, at) =>
          at % 2 === 0 ? product(rotate, a, b, size) : product(rotate, b, a, size),
        );
        await device().run(commands);
        expect(host(await memory.download(a))).toEqual(host(start));
      });
    });

    it("keeps the order of what is asked for without waiting", async () => {
      await device().scope(async (memory) => {
        const size = 40;
        const identity = new Float64Array(size * size);
        for (let i = 0; i < size; i++) identity[i * size + i] = 1;
        const one = memory.upload(float, identity);
        const from = memory.upload(float, new Float64Array(size * size).fill(3));
        const out = memory.allocate(float, size * size);
        const first = device().run([product(one, from, out, size)]);
        const early = memory.download(out);
        memory.write(from, new Float64Array(size * size).fill(5));
        const second = device().run([product(one, from, out, size)]);
        const late = memory.download(out);
        expect(host(await early).every((value) => value === 3)).toBe(true);
        expect(host(await late).every((value) => value === 5)).toBe(true);
        await Promise.all([first, second]);
      });
    });

    it("ends before its memory goes, also where nobody waits", async () => {
      let running: Promise<void> | undefined;
      await device().scope(async (memory) => {
        const size = 100;
        const left = memory.allocate(float, size * size);
        const out = memory.allocate(float, size * size);
        running = device().run(Array.from({ length: 5 }, () => product(left, left, out, size)));
      });
      await expect(running).resolves.toBeUndefined();
    });

    it("lets the event loop go on", async () => {
      await device().scope(async (memory) => {
        const size = 150;
        const left = memory.allocate(float, size * size);
        const out = memory.allocate(float, size * size);
        let turns = 0;
        let going = true;
        const turn = () => {
          turns++;
          if (going) setImmediate(turn);
        };
        setImmediate(turn);
        await device().run(Array.from({ length: 10 }, () => product(left, left, out, size)));
        going = false;
        expect(turns).toBeGreaterThan(3);
      });
    });

    it("checks all commands before it runs the first", async () => {
      await device().scope(async (memory) => {
        const from = memory.upload(float, Float64Array.of(1, 2, 3));
        const to = memory.allocate(float, 3);
        const short = memory.allocate(float, 2);
        const commands: Command[] = [
          { kind: "copy", from, to },
          { kind: "copy", from, to: short },
        ];
        await expect(device().run(commands)).rejects.toMatchObject({
          tag: "device/command",
          fields: { command: "copy", operand: "to", found: 2, expected: 3 },
        });
        expect(host(await memory.download(to))).toEqual([0, 0, 0]);
        await device().run([{ kind: "copy", from, to }]);
        expect(host(await memory.download(to))).toEqual([1, 2, 3]);
      });
    });
  });

  it("is of no use once closed, and can be closed again", async () => {
    const other = await open();
    let memory: DeviceMemory | undefined;
    await other.scope(async (given) => {
      memory = given;
    });
    await other.close();
    await other.close();
    const closed = expect.objectContaining({ tag: "device/closed" });
    await expect(other.run([])).rejects.toEqual(closed);
    await expect(other.scope(async () => 1)).rejects.toEqual(closed);
    expect(() => (memory as DeviceMemory).allocate(float, 1)).toThrow(closed);
  });
}
