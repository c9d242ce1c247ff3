import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { adapterNamed, gpuReasons, hardwareAdapter, listAdapters, listOf } from "../../../src/compute/gpu/adapters.js";
import { findWebgpu, WEBGPU_VERSION } from "../../../src/compute/gpu/webgpu-package.js";

const LLVMPIPE = {
  backend: "vulkan",
  name: "llvmpipe (LLVM 15.0.6, 256 bits)",
  info: { vendor: "mesa", architecture: "software", description: "llvmpipe: Mesa 25.0.7", isFallbackAdapter: true },
  limits: { maxBufferSize: 5 },
};
const CARD = {
  backend: "vulkan",
  name: "Card (model 9)",
  info: { vendor: "maker", architecture: "new", description: "driver 1.2", isFallbackAdapter: false },
  limits: {},
};

describe("adapters as Dawn tells of them", () => {
  const list = (adapters: NonNullable<Parameters<typeof listOf>[0]["adapters"]>, said = "") =>
    listOf({ adapters }, said, "/x");

  it("are described with driver and limits, and whether they are software", () => {
    const { adapters, reason } = list([LLVMPIPE, CARD]);
    expect(reason).toBe("");
    expect(adapters).toMatchObject([
      {
        name: LLVMPIPE.name,
        driver: "llvmpipe: Mesa 25.0.7",
        vendor: "mesa",
        software: true,
        limits: { maxBufferSize: 5 },
      },
      { name: CARD.name, driver: "driver 1.2", software: false },
    ]);
    const unmarked = { ...LLVMPIPE, name: "SwiftShader Device", info: { description: "" } };
    expect(list([unmarked]).adapters[0]).toMatchObject({ software: true, driver: "vulkan" });
  });

  it("are found by a part of name, driver or vendor in any case, the first of them", () => {
    const { adapters } = list([LLVMPIPE, CARD]);
    expect(adapterNamed(adapters, "LLVMPIPE")?.name).toBe(LLVMPIPE.name);
    expect(adapterNamed(adapters, "DRIVER 1")?.name).toBe(CARD.name);
    expect(adapterNamed(adapters, "maker")?.name).toBe(CARD.name);
    expect(adapterNamed(adapters, "e")?.name).toBe(LLVMPIPE.name);
    expect(adapterNamed(adapters, "other")).toBeUndefined();
  });

  it("are missing for a reason", () => {
    const noLoader = "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file\n    at operator()";
    expect(list([], noLoader).reason).toBe(
      "there is no Vulkan driver for a gpu (Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file)",
    );
    const tooOld = `Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.
    at Initialize (/x/PhysicalDeviceVk.cpp:1)
 - While initializing adapter (backend=BackendType::Vulkan)
Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16`;
    expect(list([], tooOld).reason).toBe(
      "Dawn takes no gpu of this machine (Vulkan shaderUniform*ArrayDynamicIndexing required.)",
    );
    expect(list([]).reason).toBe("Dawn takes no gpu of this machine");
    expect(listOf({ importError: "version `GLIBC_2.34' not found" }, "", "/x").reason).toContain(
      "newer C or C++ library",
    );
  });
});

const installed = "folder" in findWebgpu({ folders: [process.cwd()] });

describe.skipIf(installed)(`adapters of a package${installed ? " (skipped: webgpu is installed here)" : ""}`, () => {
  const before = process.env.NEUROTABLES_WEBGPU;
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "webgpu-adapters-"));
    process.env.NEUROTABLES_WEBGPU = root;
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
    if (before === undefined) delete process.env.NEUROTABLES_WEBGPU;
    else process.env.NEUROTABLES_WEBGPU = before;
  });

  function install(code: string): void {
    const folder = join(root, "node_modules", "webgpu");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ version: WEBGPU_VERSION, type: "module" }));
    writeFileSync(join(folder, "index.js"), code);
  }

  /** A package that knows these adapters. */
  const packageOf = (adapters: readonly (typeof CARD)[]) => `
const adapters = ${JSON.stringify(adapters)};
export function create(flags) {
  const wanted = flags.find((flag) => flag.startsWith("adapter="))?.slice(8);
  return {
    async requestAdapter() {
      const found = adapters.find(({ name }) => name === wanted);
      if (found) return { info: found.info, limits: Object.setPrototypeOf({}, found.limits) };
      throw new Error("no suitable backends found\\nAvailable adapters:\\n" + adapters.map(({ backend, name }) =>
        " * backend: '" + backend + "', name: '" + name + "'").join("\\n"));
    },
  };
}`;

  it("are none without it, and auto is the cpu", async () => {
    expect(await listAdapters()).toEqual({ adapters: [], reason: expect.stringContaining("not installed") });
    expect(await hardwareAdapter()).toBeUndefined();
    expect(await gpuReasons()).toContain("npm install --ignore-scripts webgpu@0.6.2");
    await expect(openDevice("gpu")).rejects.toMatchObject({
      tag: "device/none",
      message: expect.stringContaining("npm install"),
      wayOut: expect.stringContaining("--device cpu"),
    });
  });

  it("are asked for in a process of its own; hardware comes before software", async () => {
    install(packageOf([LLVMPIPE, CARD]));
    expect((await listAdapters()).adapters.map(({ name }) => name)).toEqual([LLVMPIPE.name, CARD.name]);
    expect((await hardwareAdapter())?.name).toBe(CARD.name);
    expect(await gpuReasons()).toBe("");
  });

  it("may all be software", async () => {
    install(packageOf([LLVMPIPE]));
    expect(await hardwareAdapter()).toBeUndefined();
    expect(await gpuReasons()).toBe(
      `there are only software adapters: ${LLVMPIPE.name}; they are used where named, as in gpu:llvmpipe`,
    );
  });

  it("cannot be asked for where the driver ends the process, or the import fails", async () => {
    install('process.stderr.write("driver fault\\n"); process.kill(process.pid, "SIGKILL");');
    expect(await gpuReasons()).toMatch(/was ended by SIGKILL/);
    rmSync(root, { recursive: true });
    root = mkdtempSync(join(tmpdir(), "webgpu-adapters-"));
    process.env.NEUROTABLES_WEBGPU = root;
    install(`throw new Error("version GLIBCXX_3.4.32 not found");`);
    expect(await gpuReasons()).toMatch(/needs a newer C or C\+\+ library/);
  });
});
