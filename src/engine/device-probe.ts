import { DeviceError, NeurotablesError, serializeError } from "../base/errors.js";
import { openDevice } from "../compute/device/open-device.js";
import { selfTest } from "../compute/device/self-test.js";
import type { DeviceAnswer } from "./device.js";

/** Opens the device named on the command line and says what it is and does: the process behind `examineDevice`. */
async function answer(name: string, seconds: number): Promise<DeviceAnswer> {
  try {
    const device = await openDevice(name);
    const clock = () => performance.now() / 1000;
    const tests = seconds > 0 ? await selfTest(device, { seconds, clock }) : [];
    const { description } = device;
    await device.close();
    return { description, tests };
  } catch (error) {
    const known = error instanceof NeurotablesError ? error : new DeviceError("none", String(error));
    return { error: serializeError(known) };
  }
}

const [name = "auto", seconds = "0"] = process.argv.slice(2);
const said = await answer(name, Number(seconds));
process.send?.(said, () => process.exit(0));
