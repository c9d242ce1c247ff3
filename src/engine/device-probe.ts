import { DeviceError, NeurotablesError, serializeError } from "../base/errors.js";
import { openDevice } from "../compute/device/open-device.js";
import type { DeviceAnswer } from "./device.js";

/** Opens the device named on the command line and says what it is: the process behind `chosenDevice`. */
async function answer(name: string): Promise<DeviceAnswer> {
  try {
    const device = await openDevice(name);
    const { kind, name: opened, identity } = device.description;
    await device.close();
    return { device: { kind, name: opened, identity } };
  } catch (error) {
    const known = error instanceof NeurotablesError ? error : new DeviceError("none", String(error));
    return { error: serializeError(known) };
  }
}

const said = await answer(process.argv[2] ?? "auto");
process.send?.(said, () => process.exit(0));
