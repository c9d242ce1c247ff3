/** The parts of WebAssembly that the kernels need; the compiler's library has them only together with a browser's. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** @throws {RangeError} past the maximum. */
  grow(pages: number): number;
}

/** Compiled code, which threads share. */
export type KernelModule = object;

interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  readonly Instance: new (
    module: KernelModule,
    imports: Readonly<Record<string, object>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  compile(bytes: Uint8Array): Promise<KernelModule>;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
