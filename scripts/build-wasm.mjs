// node scripts/build-wasm.mjs [--out FILE]: wasm/*.ts (AssemblyScript) -> src/compute/cpu/kernels.wasm, which is checked
// in. The compiler is pinned, so that the same sources give the same bytes; a test compares them.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The bytes of the kernels. @throws with the compiler's messages. */
export async function buildKernels() {
  const { default: asc } = await import("assemblyscript/asc");
  const folder = mkdtempSync(join(tmpdir(), "neurotables-wasm-"));
  const out = join(folder, "kernels.wasm");
  const memory = ["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"];
  const features = ["--enable", "threads", "--enable", "simd", "--enable", "bulk-memory"];
  const options = ["--runtime", "stub", "--use", "abort=", "-O3", "--noAssert"];
  try {
    const base = ["index.ts", "--baseDir", join(root, "wasm"), "--outFile", out];
    const { error, stderr } = await asc.main([...base, ...memory, ...features, ...options]);
    if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = join(root, "src", "compute", "cpu", "kernels.wasm");
  const { values } = parseArgs({ options: { out: { type: "string", default: target } } });
  const bytes = await buildKernels();
  writeFileSync(`${values.out}.tmp`, bytes);
  renameSync(`${values.out}.tmp`, values.out);
  console.log(`${values.out}: ${bytes.length} bytes`);
}
