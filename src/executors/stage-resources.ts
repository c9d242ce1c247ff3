import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.js";
import { nodeFiles } from "../base/file-operations.js";
import type { Device } from "../compute/device/device.js";
import type { Job } from "../engine/executor.js";
import type { Checkpoint } from "../stages/stage.js";

/** What a stage has beside its tables: a device, opened when it asks for it, and a place to keep how far it got. */
export class StageResources {
  readonly #job: Extract<Job, { kind: "transform" | "stage" }>;
  readonly #usesDevice: boolean;
  #opened: Promise<Device> | undefined;
  #kept: Uint8Array | undefined;

  constructor(job: Extract<Job, { kind: "transform" | "stage" }>, usesDevice: boolean) {
    this.#job = job;
    this.#usesDevice = usesDevice;
  }

  device(): Promise<Device> {
    const { implementation, device = "cpu", threads = 1 } = this.#job;
    // The key of a result names the device only of stages that say they use one.
    if (!this.#usesDevice) throw new TypeError(`${implementation} asks for a device, but does not say usesDevice`);
    this.#opened ??= import("../compute/device/open-device.js").then(({ openDevice }) =>
      openDevice(device, { threads }),
    );
    return this.#opened;
  }

  readonly checkpoint: Checkpoint = {
    load: async () => {
      const { checkpoint } = this.#job;
      if (checkpoint === undefined) return this.#kept;
      try {
        return await readFile(checkpoint);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    save: async (bytes) => {
      const { checkpoint } = this.#job;
      if (checkpoint === undefined) {
        this.#kept = bytes.slice();
        return;
      }
      await mkdir(dirname(checkpoint), { recursive: true });
      await writeFileAtomic({ files: nodeFiles, path: checkpoint, bytes });
    },
  };

  /** Ends the device. The checkpoint is removed by whoever keeps the result. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }
}
