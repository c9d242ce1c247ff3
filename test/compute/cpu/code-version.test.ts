import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "../../support/real-data.js";

interface Closure {
  readonly files: readonly string[];
}

it("what reaches the cpu device has the bytes of its kernels and its worker in its code version", () => {
  const path = join(repositoryRoot, "dist", "code-closures.json");
  const { stage, runner } = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, Closure>>;
  const reaching = [...Object.values(stage ?? {}), ...Object.values(runner ?? {})].filter(({ files }) =>
    files.includes("compute/cpu/cpu-device.js"),
  );
  expect(reaching.length).toBeGreaterThan(0);
  for (const { files } of reaching) {
    expect(files).toEqual(expect.arrayContaining(["compute/cpu/kernels.wasm", "compute/cpu/kernel-worker.js"]));
  }
});
