import { DeviceError } from "../../base/errors.js";
import type { Device } from "../device/device.js";

/** Opens the WebAssembly device. */
export async function openCpuDevice(_options: { readonly threads?: number } = {}): Promise<Device> {
  throw new DeviceError("none", "the cpu device is not built yet");
}
