import type { Device } from "../../src/compute/device/device.js";
import { openDevice } from "../../src/compute/device/open-device.js";
import type { Checkpoint, StageContext } from "../../src/stages/stage.js";

/** What a stage is given beside its tables: a device, and a checkpoint in memory. Close it after the stage. */
export function stageResources(
  name = "cpu",
  kept: { bytes?: Uint8Array } = {},
): Pick<StageContext<unknown>, "device" | "checkpoint"> & { close(): Promise<void> } {
  let opened: Promise<Device> | undefined;
  const checkpoint: Checkpoint = {
    load: async () => kept.bytes,
    save: async (bytes) => {
      kept.bytes = bytes.slice();
    },
  };
  return {
    checkpoint,
    device: () => {
      opened ??= openDevice(name);
      return opened;
    },
    close: async () => (await opened)?.close(),
  };
}
