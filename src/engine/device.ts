import { fork } from "node:child_process";
import { builtModule } from "../base/built-module.js";
import { DeviceError, deserializeError, type SerializedError } from "../base/errors.js";
import type { DeviceDescription, DeviceKind } from "../compute/device/device.js";
import type { SelfTest } from "../compute/device/self-test.js";
import type { Pipeline } from "./pipeline.js";

/** The device that stages of a run compute on. */
export interface ChosenDevice {
  readonly kind: DeviceKind;
  /** As `openDevice` names it, never `auto`. */
  readonly name: string;
  /** What results may depend on: a part of keys. */
  readonly identity: string;
}

/** A device that was opened, and how it did in its self-test. */
export interface ExaminedDevice {
  readonly description: DeviceDescription;
  /** Empty where none was asked for. */
  readonly tests: readonly SelfTest[];
}

/** What the process that opens a device answers. */
export type DeviceAnswer = ExaminedDevice | { readonly error: SerializedError };

/**
 * The device of some pipelines, undefined where no stage of theirs uses one. A gpu is looked at in a process of its own:
 * a driver that crashes ends that process alone. Cost: none without the package for a gpu, else some 300 ms.
 * @throws {DeviceError} where there is no such device.
 */
export async function chosenDevice(pipelines: readonly Pipeline[], name = "auto"): Promise<ChosenDevice | undefined> {
  const uses = pipelines.some(({ steps }) => steps.some((step) => step.kind !== "load" && step.usesDevice));
  if (!uses) return undefined;
  if (name === "reference" || name === "cpu") return { kind: name, name, identity: name };
  if (name === "auto") {
    const { findWebgpu } = await import("../compute/gpu/webgpu-package.js");
    if ("reason" in findWebgpu()) return { kind: "cpu", name: "cpu", identity: "cpu" };
  }
  const { kind, name: opened, identity } = (await examineDevice(name)).description;
  return { kind, name: opened, identity };
}

/**
 * Opens a device in a process of its own, and lets it compute for `selfTestSeconds` (0: not).
 * @throws {DeviceError} where it cannot be had, or its driver ends the process.
 */
export async function examineDevice(name: string, selfTestSeconds = 0): Promise<ExaminedDevice> {
  const answer = await askProcess(name, selfTestSeconds);
  if ("error" in answer) throw deserializeError(answer.error);
  return answer;
}

const LONGEST_MILLISECONDS = 60_000;

function askProcess(name: string, selfTestSeconds: number): Promise<DeviceAnswer> {
  return new Promise((resolve, reject) => {
    // Drivers write what they like to stdout and stderr: the answer comes as a message.
    const child = fork(builtModule(new URL("./device-probe.js", import.meta.url)), [name, String(selfTestSeconds)], {
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const said: Buffer[] = [];
    child.stderr?.on("data", (bytes: Buffer) => said.push(bytes));
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MILLISECONDS);
    let answer: DeviceAnswer | undefined;
    child.on("message", (message) => {
      answer = message as DeviceAnswer;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (answer !== undefined) return resolve(answer);
      const last = Buffer.concat(said).toString("utf8").trim().split("\n").at(-1) ?? "";
      const why = last === "" ? `the process that looked at it ended with ${signal ?? code}` : last;
      reject(
        new DeviceError("none", `device ${name} cannot be had: ${why}`, {
          fields: { device: name },
          wayOut: "--device cpu computes without a gpu; neurotables doctor says what works here",
        }),
      );
    });
  });
}
