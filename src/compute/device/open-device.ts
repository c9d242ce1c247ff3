import { DeviceError } from "../../base/errors.js";
import type { Device } from "./device.js";

export interface OpenOptions {
  /** Threads of `cpu` (default 1). Results do not depend on them. */
  readonly threads?: number;
}

/** What names a device: `auto` is a hardware gpu where there is one, else `cpu`. */
export const DEVICE_NAME = /^(auto|reference|cpu|gpu|gpu:.+)$/;

/**
 * Opens a device by name: `auto`, `reference`, `cpu`, `gpu` (hardware adapters only), `gpu:ADAPTER` (the first whose
 * name holds the text, software ones too).
 * @throws {DeviceError} `device/unknown` for another name, `device/none` where there is no such gpu, with the reason.
 */
export async function openDevice(name: string, options: OpenOptions = {}): Promise<Device> {
  if (!DEVICE_NAME.test(name)) {
    throw new DeviceError("unknown", `there is no device ${JSON.stringify(name)}`, {
      fields: { device: name },
      wayOut: "devices are auto, reference, cpu, gpu and gpu:ADAPTER",
    });
  }
  if (name === "reference") return (await import("../reference/reference-device.js")).openReferenceDevice();
  if (name === "cpu") return (await import("../cpu/cpu-device.js")).openCpuDevice(options);
  if (name !== "auto") return (await import("../gpu/gpu-device.js")).openGpuDevice(name);
  const { hardwareAdapter } = await import("../gpu/adapters.js");
  return openDevice((await hardwareAdapter()) === undefined ? "cpu" : "gpu", options);
}
