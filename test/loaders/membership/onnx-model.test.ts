import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/base/hash.js";
import { onnxModel } from "../../../src/loaders/membership/onnx-model.js";
import { membershipContract } from "../../support/membership-contracts.js";
import { memoryLoadContext } from "../../support/memory-tables.js";
import { onnxBytes, tinyModel } from "../../support/onnx-model-bytes.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "neurotables-onnx-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function load(bytes: Uint8Array) {
  const absolutePath = join(folder, "model.onnx");
  writeFileSync(absolutePath, bytes);
  const file = { path: "models/model.onnx", absolutePath, bytes: bytes.length, sha256: sha256(bytes), sourceId: "s" };
  const parameters = onnxModel.parameters.parse({ name: "tiny" });
  const { context, trace } = memoryLoadContext([file], parameters, membershipContract);
  await onnxModel.load(context);
  return trace;
}

describe("membership/onnx-model", () => {
  it("keeps the bytes of a model, in parts", async () => {
    const small = onnxBytes(tinyModel(8, 2));
    const large = Buffer.concat([small, Buffer.alloc(20 * 1024 ** 2, 7)]);
    for (const bytes of [small, large]) {
      const { rows, read, carried } = await load(bytes);
      const parts = rows.onnx_model ?? [];
      expect(parts.map(({ part }) => part)).toEqual(bytes === small ? [0] : [0, 1, 2]);
      expect(Buffer.concat(parts.map(({ data }) => data as Uint8Array)).equals(bytes)).toBe(true);
      expect(parts[0]).toMatchObject({ model_id: `tiny-${sha256(bytes).slice(0, 12)}`, bytes: BigInt(bytes.length) });
      expect([read, carried]).toEqual([{ "models/model.onnx": 1 }, { "models/model.onnx": 1 }]);
    }
  });

  it.each([
    ["a pointer of Git LFS", Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")],
    ["nothing", Buffer.alloc(0)],
  ])("refuses %s", async (_, bytes) => {
    await expect(load(bytes)).rejects.toMatchObject({ tag: "format/not-onnx", fields: { file: "models/model.onnx" } });
  });
});
