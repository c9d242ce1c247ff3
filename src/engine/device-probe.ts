import { DeviceError, NeurotablesError, serializeError } from "../base/errors.js";
import { openDevice } from "../compute/device/open-device.js";
import type { DeviceAnswer } from "./device.js";

/** Opens the device named on the command line and says what it is: the process behind `chosenDevice`. */
async function answer(name: string): Promise<DeviceAnswer> {
  try {
    const device = await openDevice(name);
    const { name: opened, identity } = device.description;
    await device.close();
    return { device: { name: opened, identity } };
  } catch (error) {
    const known = error instanceof NeurotablesError ? error : new DeviceError("none", String(error));
    return { error: serializeError(known) };
  }
}

process.stdout.write(`${JSON.stringify(await answer(process.argv[2] ?? "auto"))}\n`, () => process.exit(0));
