import { DeviceError } from "../../base/errors.js";
import type { Kernel } from "./kernel.js";
import type { GpuLimits } from "./limits.js";
import type { Dispatch, Step } from "./recorder.js";
import {
  type ComputePass,
  type ComputePipeline,
  type GpuBuffer,
  type GpuError,
  type LostInfo,
  USAGE,
  type WebgpuDevice,
} from "./webgpu-api.js";

/** Offsets of uniform bindings are multiples of this on every device. */
const SLOT_BYTES = 256;
const MOST_SLOTS = 4096;
/** Steps that are encoded before other work of the process has its turn. */
const MOST_STEPS = 256;

/** Compiles kernels, submits steps, and turns what goes wrong on the device into errors. */
export class GpuQueueRunner {
  readonly #name: string;
  readonly #device: WebgpuDevice;
  readonly #pipelines = new Map<string, Promise<ComputePipeline>>();
  readonly #checks = new Set<Promise<void>>();
  readonly #lost: Promise<never>;
  #lostError: DeviceError | undefined;
  #fault: DeviceError | undefined;
  #parameters: GpuBuffer | undefined;
  #ended = false;

  constructor(name: string, device: WebgpuDevice) {
    this.#name = name;
    this.#device = device;
    this.#lost = device.lost.then((info) => {
      this.#lostError = this.#lostBy(info);
      throw this.#lostError;
    });
    this.#lost.catch(() => undefined);
    device.addEventListener("uncapturederror", ({ error }) => this.#note(this.#faultOf("a call", error)));
  }

  /** Runs steps in order and waits for the last. @throws {DeviceError} `device/lost`, `device/memory`, `device/fault` */
  async run(steps: readonly Step[], limits: GpuLimits): Promise<void> {
    this.#throwLost();
    const dispatches = steps.filter((step): step is Dispatch => step.kind === "dispatch");
    const texts = new Map(dispatches.map(({ kernel }) => [kernel.text, kernel]));
    const compiled = new Map<string, ComputePipeline>();
    for (const [text, kernel] of texts) compiled.set(text, await this.guard(this.#pipeline(kernel)));
    for (let begin = 0; begin < steps.length; ) {
      const end = batchEnd(steps, begin, limits);
      this.#submit(steps.slice(begin, end), compiled, limits);
      begin = end;
      if (begin < steps.length) await new Promise((resolve) => setImmediate(resolve));
    }
    await this.guard(this.#device.queue.onSubmittedWorkDone());
    await this.settle();
  }

  /** A promise of the device, or the error of its loss, whichever comes first. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    try {
      return await Promise.race([promise, this.#lost]);
    } catch (error) {
      await new Promise((resolve) => setImmediate(resolve));
      throw this.#lostError ?? this.#fault ?? (error instanceof DeviceError ? error : this.#faultOf("waiting", error));
    } finally {
      promise.catch(() => undefined);
    }
  }

  /** Waits for what the device says of all so far. @throws {DeviceError} What went wrong. */
  async settle(): Promise<void> {
    await this.guard(Promise.all(this.#checks));
    this.#throwLost();
    const fault = this.#fault;
    if (fault === undefined) return;
    this.#fault = undefined;
    throw fault;
  }

  /** Makes a buffer; that there is no memory for it is thrown at the next run or download. */
  watchMemory(bytes: number, held: number, make: () => GpuBuffer): GpuBuffer {
    this.#throwLost();
    this.#device.pushErrorScope("out-of-memory");
    try {
      return make();
    } catch (error) {
      throw this.#full(bytes, held, error);
    } finally {
      this.#check((error) => this.#full(bytes, held, error));
    }
  }

  end(): void {
    this.#ended = true;
    this.#parameters?.destroy();
    this.#parameters = undefined;
    this.#pipelines.clear();
  }

  #pipeline(kernel: Kernel): Promise<ComputePipeline> {
    let made = this.#pipelines.get(kernel.text);
    if (made === undefined) {
      const module = this.#device.createShaderModule({ code: kernel.text, label: kernel.name });
      const compute = { module, entryPoint: "main" };
      made = this.#device
        .createComputePipelineAsync({ layout: "auto", compute, label: kernel.name })
        .catch((error: unknown) => {
          throw this.#lostError ?? this.#faultOf(`compiling ${kernel.name}`, error);
        });
      made.catch(() => this.#pipelines.delete(kernel.text));
      this.#pipelines.set(kernel.text, made);
    }
    return made;
  }

  /** One command buffer; parameters of its dispatches are written before it is submitted, which keeps the order. */
  #submit(steps: readonly Step[], compiled: ReadonlyMap<string, ComputePipeline>, limits: GpuLimits): void {
    this.#throwLost();
    const device = this.#device;
    device.pushErrorScope("validation");
    device.pushErrorScope("internal");
    device.pushErrorScope("out-of-memory");
    const dispatches = steps.filter((step): step is Dispatch => step.kind === "dispatch");
    const parameters = this.#writeParameters(dispatches);
    const encoder = device.createCommandEncoder();
    let pass: ComputePass | undefined;
    let slot = 0;
    for (const step of steps) {
      if (step.kind === "copy") {
        pass?.end();
        pass = undefined;
        encoder.copyBufferToBuffer(step.from, step.fromOffset, step.to, step.toOffset, step.bytes);
        continue;
      }
      const pipeline = compiled.get(step.kernel.text) as ComputePipeline;
      const buffer = parameters as GpuBuffer;
      const entries = [
        { binding: 0, resource: { buffer, offset: slot * SLOT_BYTES, size: parameterBytes(step) } },
        ...step.bindings.map((resource, at) => ({ binding: at + 1, resource })),
      ];
      pass ??= encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      const across = Math.min(step.groups, limits.groups);
      pass.dispatchWorkgroups(across, Math.ceil(step.groups / across));
      slot++;
    }
    pass?.end();
    device.queue.submit([encoder.finish()]);
    const names = [...new Set(dispatches.map(({ kernel }) => kernel.name))].join(", ");
    this.#check((error) => this.#full(0, 0, error));
    this.#check((error) => this.#faultOf(names, error));
    this.#check((error) => this.#faultOf(names, error));
  }

  #writeParameters(dispatches: readonly Dispatch[]): GpuBuffer | undefined {
    if (dispatches.length === 0) return undefined;
    const size = dispatches.length * SLOT_BYTES;
    if (this.#parameters === undefined || this.#parameters.size < size) {
      this.#parameters?.destroy();
      const rounded = 2 ** Math.ceil(Math.log2(size));
      this.#parameters = this.#device.createBuffer({ size: rounded, usage: USAGE.uniform | USAGE.copyTarget });
    }
    const data = new DataView(new ArrayBuffer(size));
    for (const [slot, { kernel, parameters }] of dispatches.entries()) {
      for (const [at, [, type]] of kernel.parameters.entries()) {
        const place = slot * SLOT_BYTES + at * 4;
        const value = parameters[at] as number;
        if (type === "u32") data.setUint32(place, value, true);
        else data.setFloat32(place, value, true);
      }
    }
    this.#device.queue.writeBuffer(this.#parameters, 0, new Uint8Array(data.buffer));
    return this.#parameters;
  }

  /** Ends the innermost error scope; an error in it is thrown at the next {@link settle}. */
  #check(errorOf: (error: GpuError) => DeviceError): void {
    const check = this.#device.popErrorScope().then(
      (error) => {
        if (error !== null) this.#note(errorOf(error));
      },
      () => undefined,
    );
    this.#checks.add(check);
    void check.then(() => this.#checks.delete(check));
  }

  #note(error: DeviceError): void {
    this.#fault ??= error;
  }

  #throwLost(): void {
    if (this.#lostError !== undefined) throw this.#lostError;
  }

  #lostBy({ reason, message }: LostInfo): DeviceError {
    const why = message.trim().split("\n")[0] || "no message";
    return new DeviceError("lost", `device ${this.#name} is lost (${reason || "unknown"}): ${why}`, {
      fields: { device: this.#name, reason: reason || "unknown", ended: this.#ended },
      wayOut: "run again: the stage goes on from its last checkpoint; --device cpu computes without a gpu",
    });
  }

  #full(bytes: number, held: number, cause: unknown): DeviceError {
    const asked =
      bytes === 0 ? "its work needs more memory than it has" : `${bytes} bytes asked for beside ${held} held`;
    return new DeviceError("memory", `device ${this.#name} is out of memory: ${asked} (${messageOf(cause)})`, {
      fields: { device: this.#name, bytes, held },
      wayOut: "a smaller problem, a gpu with more memory, or --device cpu",
    });
  }

  #faultOf(what: string, cause: unknown): DeviceError {
    return new DeviceError("fault", `device ${this.#name}: ${what}: ${messageOf(cause)}`, {
      fields: { device: this.#name, step: what },
      wayOut: "this is a fault of the kernels or the driver; please report it, and use --device cpu meanwhile",
    });
  }
}

/** The first lines of what the package says, on one. */
function messageOf(error: unknown): string {
  const isError = typeof error === "object" && error !== null && "message" in error;
  const lines = String(isError ? error.message : error).split("\n");
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, 3)
    .join("; ");
}

function parameterBytes({ kernel }: Dispatch): number {
  return Math.ceil(kernel.parameters.length / 4) * 16;
}

/** End of the steps that make one submit: as much work as a driver's watchdog is sure to allow. */
function batchEnd(steps: readonly Step[], begin: number, limits: GpuLimits): number {
  let work = 0;
  let end = begin;
  while (end < steps.length && end - begin < Math.min(MOST_STEPS, MOST_SLOTS)) {
    const step = steps[end] as Step;
    const more = step.kind === "dispatch" ? step.work : 0;
    if (end > begin && work + more > limits.submitWork) break;
    work += more;
    end++;
  }
  return end;
}
