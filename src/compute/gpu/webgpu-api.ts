/** The part of the WebGPU interface that the gpu device uses; the package that implements it is not a dependency. */

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number, offset?: number, size?: number): Promise<void>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface BufferBinding {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly size: number;
}

export interface ComputePipeline {
  getBindGroupLayout(index: number): object;
}

export interface ComputePass {
  setPipeline(pipeline: ComputePipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
  end(): void;
}

export interface CommandEncoder {
  beginComputePass(descriptor?: { readonly label?: string }): ComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): void;
  clearBuffer(buffer: GpuBuffer, offset?: number, bytes?: number): void;
  finish(): object;
}

export interface GpuQueue {
  submit(commands: readonly object[]): void;
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void;
  onSubmittedWorkDone(): Promise<void>;
}

export interface GpuError {
  readonly message: string;
}

export interface LostInfo {
  readonly reason: string;
  readonly message: string;
}

export interface WebgpuDevice {
  readonly queue: GpuQueue;
  readonly lost: Promise<LostInfo>;
  readonly limits: Readonly<Record<string, number>>;
  createBuffer(descriptor: { readonly size: number; readonly usage: number; readonly label?: string }): GpuBuffer;
  createShaderModule(descriptor: { readonly code: string; readonly label?: string }): object;
  createComputePipelineAsync(descriptor: object): Promise<ComputePipeline>;
  createBindGroup(descriptor: object): object;
  createCommandEncoder(): CommandEncoder;
  pushErrorScope(filter: "validation" | "out-of-memory" | "internal"): void;
  popErrorScope(): Promise<GpuError | null>;
  addEventListener(type: "uncapturederror", listener: (event: { readonly error: GpuError }) => void): void;
  destroy(): void;
}

export interface WebgpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor?: { readonly requiredLimits?: Readonly<Record<string, number>> }): Promise<WebgpuDevice>;
}

/** What the package `webgpu` exports. */
export interface WebgpuModule {
  create(flags: readonly string[]): { requestAdapter(): Promise<WebgpuAdapter | null> };
}

/** Bits of `usage` and `mode`, fixed by the standard. */
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
export const MAP_READ = 1;
