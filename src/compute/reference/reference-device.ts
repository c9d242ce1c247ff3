import { setImmediate } from "node:timers/promises";
import { DeviceError } from "../../base/errors.js";
import type { Command, FloatBuffer, RowGrams } from "../device/command.js";
import { checkIndices } from "../device/command-check.js";
import type { ArrayOf, Device, DeviceBuffer, DeviceDescription, NumberArray, NumberType } from "../device/device.js";
import { NUMBER_BYTES, ScopedDevice } from "../device/scoped-device.js";
import { updateRows } from "./factor-update.js";
import { fitTerms } from "./fit-terms.js";
import { combineGrams, gramProduct, groupGrams } from "./grams.js";
import { imputeEntries } from "./impute.js";
import { matrixProduct } from "./matrix-product.js";
import { mttkrp } from "./mttkrp.js";
import { projectRows } from "./project.js";
import { reduceRows } from "./reduce.js";

type Storage = Float64Array | Uint32Array;

class ReferenceDevice extends ScopedDevice<Storage> {
  readonly description: DeviceDescription = {
    kind: "reference",
    name: "reference",
    identity: "reference",
    floats: ["float64"],
    partials: "float64",
    threads: 1,
    software: false,
    limits: {},
  };

  readonly #numbersOf = (buffer: FloatBuffer) => this.storageOf(buffer) as Float64Array;
  readonly #indicesOf = (buffer: DeviceBuffer<"uint32">) => this.storageOf(buffer) as Uint32Array;

  protected create(type: NumberType, length: number): Storage {
    try {
      return type === "uint32" ? new Uint32Array(length) : new Float64Array(length);
    } catch (cause) {
      const bytes = length * NUMBER_BYTES[type];
      throw new DeviceError("memory", `there is no memory for a buffer of ${bytes} bytes`, {
        fields: { device: "reference", bytes, held: this.bytesHeld },
        wayOut: "use a smaller problem or a matrix-free form of the tensor",
        cause,
      });
    }
  }

  /** What is not referred to any longer is collected. */
  protected free(): void {}

  protected store(storage: Storage, _buffer: DeviceBuffer, values: NumberArray, offset: number): void {
    storage.set(values, offset);
  }

  protected async load<T extends NumberType>(storage: Storage): Promise<ArrayOf[T]> {
    return storage.slice() as ArrayOf[T];
  }

  protected async execute(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      this.#compute(command);
      await setImmediate();
    }
  }

  protected async end(): Promise<void> {}

  #compute(command: Command): void {
    const numbersOf = this.#numbersOf;
    const indicesOf = this.#indicesOf;
    switch (command.kind) {
      case "matrixProduct":
        matrixProduct(command, numbersOf);
        return;
      case "mttkrp":
        numbersOf(command.out).set(mttkrp(command, numbersOf));
        return;
      case "gramProduct":
        gramProduct(command, numbersOf);
        return;
      case "groupGrams":
        groupGrams(command, numbersOf);
        return;
      case "combineGrams":
        combineGrams(command, numbersOf);
        return;
      case "factorUpdate": {
        this.#checkRowGroup(command, command);
        const factor = numbersOf(command.factor);
        updateRows({ ...command, factor }, numbersOf(command.numerator), numbersOf, indicesOf);
        return;
      }
      case "leadingModes": {
        this.#checkRowGroup(command, command);
        const factor = numbersOf(command.factors[0]);
        const numerator = mttkrp({ ...command, mode: 0 }, numbersOf);
        updateRows({ ...command, factor, rows: command.tensor.shape[0] }, numerator, numbersOf, indicesOf);
        numbersOf(command.out).set(mttkrp({ ...command, mode: 1 }, numbersOf));
        return;
      }
      case "fitTerms":
        this.#checkRowGroup(command, command);
        fitTerms(command, numbersOf, indicesOf);
        return;
      case "imputeEntries": {
        const [I, J, K] = command.tensor.shape;
        checkIndices(command, "entries", indicesOf(command.entries), I * J * K);
        imputeEntries(command, numbersOf, indicesOf);
        return;
      }
      case "reduceRows":
        reduceRows(command, numbersOf);
        return;
      case "projectRows":
        projectRows(command, numbersOf);
        return;
      case "copy":
        numbersOf(command.to).set(numbersOf(command.from));
        return;
    }
  }

  #checkRowGroup(command: Command & { readonly rank: number }, { grams, rowGroup }: RowGrams): void {
    if (rowGroup === undefined) return;
    checkIndices(command, "rowGroup", this.#indicesOf(rowGroup), grams.length / command.rank ** 2);
  }
}

/**
 * Opens the oracle that the other devices are judged by: plain TypeScript in float64, on the calling thread, with every
 * quantity computed from its definition. It has buffers of float64 and uint32 only.
 */
export async function openReferenceDevice(): Promise<Device> {
  return new ReferenceDevice();
}
