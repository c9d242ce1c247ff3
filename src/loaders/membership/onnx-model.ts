import { z } from "zod";
import { FormatError } from "../../base/errors.js";
import type { OnnxModelRow } from "../../tables/generated/membership.js";
import { onlyFile, readRawFile } from "../connectome/raw-file.js";
import type { Loader } from "../loader.js";

const parameters = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .max(80)
    .describe("name of the model, as it stands in run_id"),
});

/** Largest model: what a protocol buffer may have. Larger ones keep their weights beside them. */
const MOST_BYTES = 2 ** 31 - 1;
/** Bytes of a row. */
const PART_BYTES = 8 * 1024 ** 2;

/**
 * An ONNX model of one file → `onnx_model`, for the stage `membership/score-onnx`. Nothing is run here. Memory: the file.
 * @throws {FormatError} `format/not-onnx` for what does not begin as a model does.
 */
export const onnxModel: Loader<z.infer<typeof parameters>> = {
  name: "membership/onnx-model",
  description: "A language model as one ONNX file",
  partition: "source",
  outputs: ["onnx_model"],
  parameters,
  async load(context) {
    const file = onlyFile(context.files);
    context.countRead(file, 1);
    const limits = { ...context.limits, bytes: Math.min(context.limits.bytes, MOST_BYTES) };
    const bytes = await readRawFile(file, limits);
    // Field 1 of the message, the version of the format, as a varint.
    if (bytes.length < 8 || bytes[0] !== 0x08) {
      throw new FormatError("not-onnx", `${file.path} does not begin as an ONNX model does`, {
        fields: { file: file.path, bytes: bytes.length },
        wayOut: "Export the model to ONNX; a file of Git LFS may hold a pointer in its place.",
      });
    }
    const id = `${context.parameters.name}-${file.sha256.slice(0, 12)}`;
    const sink = context.sink("onnx_model");
    for (let from = 0, part = 0; from < bytes.length; from += PART_BYTES, part++) {
      const data = bytes.subarray(from, from + PART_BYTES);
      const row: OnnxModelRow = { model_id: id, sha256: file.sha256, bytes: BigInt(bytes.length), part, data };
      sink.write([row]);
    }
    context.countCarried(file, 1);
  },
};
