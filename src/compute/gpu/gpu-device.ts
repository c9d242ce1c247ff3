import { DeviceError } from "../../base/errors.js";
import type { Device } from "../device/device.js";

/** Opens a gpu: `gpu` or `gpu:ADAPTER`. */
export async function openGpuDevice(_name: string): Promise<Device> {
  throw new DeviceError("none", "the gpu device is not built yet");
}
