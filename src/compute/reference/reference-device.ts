import { DeviceError } from "../../base/errors.js";
import type { Device } from "../device/device.js";

/** Opens the oracle: plain TypeScript in float64, on the calling thread. */
export async function openReferenceDevice(): Promise<Device> {
  throw new DeviceError("none", "the reference device is not built yet");
}
