import { totalmem } from "node:os";

/** What one device can hold and do at once; smaller than the adapter's in tests. */
export interface GpuLimits {
  /** Bytes of one buffer. */
  readonly buffer: number;
  /** Bytes of a buffer that a kernel sees. */
  readonly binding: number;
  /** Bytes that offsets of bindings are multiples of. */
  readonly alignment: number;
  /** Workgroups in one dimension. */
  readonly groups: number;
  /** Bytes of the buffers of all scopes: of a software gpu those of the machine; WebGPU does not tell those of others. */
  readonly memory: number;
  /** Floating-point operations of one dispatch: what a slow device does in some 50 ms. */
  readonly dispatchWork: number;
  /** Operations between two submits. */
  readonly submitWork: number;
}

/** More than any gpu has. */
export const UNKNOWN_MEMORY = 2 ** 40;
/** An integrated gpu does some 100 GFLOP/s with plain kernels; a driver of the processor a few. */
const HARDWARE_WORK = 5e9;
const SOFTWARE_WORK = 2e8;
/** Dispatches that together take as long as a driver's watchdog is sure to allow. */
const DISPATCHES_OF_SUBMIT = 8;

export function limitsOf(
  adapter: Readonly<Record<string, number>>,
  software: boolean,
  lower: Partial<GpuLimits> = {},
): GpuLimits {
  const whole = (name: string, otherwise: number) => {
    const value = adapter[name] ?? otherwise;
    return value - (value % 256);
  };
  const buffer = Math.min(lower.buffer ?? Infinity, whole("maxBufferSize", 256 * 2 ** 20));
  const dispatchWork = lower.dispatchWork ?? (software ? SOFTWARE_WORK : HARDWARE_WORK);
  return {
    buffer,
    binding: Math.min(lower.binding ?? Infinity, whole("maxStorageBufferBindingSize", 128 * 2 ** 20), buffer),
    alignment: Math.max(256, adapter.minStorageBufferOffsetAlignment ?? 256),
    groups: Math.min(lower.groups ?? Infinity, adapter.maxComputeWorkgroupsPerDimension ?? 65_535),
    memory: lower.memory ?? (software ? totalmem() : UNKNOWN_MEMORY),
    dispatchWork,
    submitWork: lower.submitWork ?? DISPATCHES_OF_SUBMIT * dispatchWork,
  };
}
