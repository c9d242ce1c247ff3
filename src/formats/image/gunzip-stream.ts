import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FormatError } from "../../base/errors.js";

const PIECE_BYTES = 256 * 1024;

/**
 * Inflates gzip bytes piece by piece, all members of them. How much comes out is for the caller to bound: nothing is
 * inflated before it is asked for. Memory: a few pieces.
 * @throws {FormatError} `truncated`, `checksum`, `gzip-invalid`, and what the source throws.
 */
export async function* gunzipStream(
  compressed: AsyncIterable<Uint8Array>,
  { file }: { file: string },
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(compressed, { objectMode: false });
  const inflater = createGunzip({ chunkSize: PIECE_BYTES });
  source.on("error", (error) => inflater.destroy(error));
  source.pipe(inflater);
  try {
    for await (const piece of inflater as AsyncIterable<Uint8Array>) yield piece;
  } catch (cause) {
    throw cause instanceof FormatError ? cause : gzipFault(cause, file);
  } finally {
    inflater.destroy();
    source.destroy();
  }
}

function gzipFault(cause: unknown, file: string): FormatError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if ((cause as NodeJS.ErrnoException).code === "Z_BUF_ERROR") {
    return new FormatError("truncated", `${file}: the gzip data ends in the middle`, {
      fields: { file },
      wayOut: "fetch the file again",
    });
  }
  const checksum = /incorrect (data|length) check/.test(reason);
  return new FormatError(
    checksum ? "checksum" : "gzip-invalid",
    `${file}: the gzip data ${checksum ? "does not match its checksum" : "is damaged"} (${reason})`,
    { fields: { file }, cause },
  );
}
