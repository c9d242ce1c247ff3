import { beforeAll } from "vitest";
import { adapterNamed, listAdapters } from "../../../src/compute/gpu/adapters.js";
import { type GpuDevice, type GpuOptions, openGpu } from "../../../src/compute/gpu/gpu-device.js";

/** The gpu that tests compute on: a software one, so that they say the same everywhere. */
export const TEST_GPU = "gpu:llvmpipe";

export interface TestGpu {
  readonly present: boolean;
  /** For titles of tests that are skipped. */
  readonly reason: string;
}

/**
 * The software gpu of tests, or why there is none. With `NEUROTABLES_REQUIRE_GPU=1` its absence is an error, so that a
 * continuous-integration run cannot skip these tests silently.
 */
export async function testGpu(): Promise<TestGpu> {
  const { adapters, reason } = await listAdapters();
  if (adapterNamed(adapters, "llvmpipe") !== undefined) return { present: true, reason: "" };
  const why = reason || `no llvmpipe among ${adapters.map((adapter) => adapter.name).join(", ")}`;
  if (process.env.NEUROTABLES_REQUIRE_GPU === "1") throw new Error(`NEUROTABLES_REQUIRE_GPU=1 but ${why}`);
  return { present: false, reason: ` (skipped: ${why}; see scripts/software-gpu.mjs)` };
}

/** Opens the software gpu of tests. */
export function openTestGpu(options: GpuOptions = {}): Promise<GpuDevice> {
  return openGpu(TEST_GPU, options);
}

/** A software gpu for all tests of a block, closed after them. */
export function sharedTestGpu(options: GpuOptions = {}): () => GpuDevice {
  let device: GpuDevice | undefined;
  beforeAll(async () => {
    device = await openTestGpu(options);
    return () => device?.close();
  });
  return () => {
    if (device === undefined) throw new Error("the device is used outside of a test");
    return device;
  };
}
