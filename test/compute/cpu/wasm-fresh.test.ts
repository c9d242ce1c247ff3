import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the kernels that are checked in are what the pinned compiler makes of their sources", async () => {
  const script = new URL("../../../scripts/build-wasm.mjs", import.meta.url).href;
  const { buildKernels } = (await import(script)) as { readonly buildKernels: () => Promise<Buffer> };
  const built = await buildKernels();
  const path = fileURLToPath(new URL("../../../src/compute/cpu/kernels.wasm", import.meta.url));
  expect(built.equals(readFileSync(path)), "run node scripts/build-wasm.mjs").toBe(true);
});
