import { type FileHandle, open } from "node:fs/promises";
import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import type { SourceFile } from "../loader.js";

/** Of a schema, a dictionary or a batch without its values. */
const MOST_METADATA = 16 * 1024 ** 2;
const CONTINUATION = 0xffffffff;
/** Fields of the flatbuffer tables Message and Footer. */
const HEADER_TYPE_FIELD = 1;
const BODY_LENGTH_FIELD = 3;
const SCHEMA_FIELD = 1;
const SCHEMA = 1;

export interface ArrowMessage {
  /** What its header is: `schema`, `dictionary`, `batch`; others hold no rows. */
  readonly type: "schema" | "dictionary" | "batch" | "other";
  /** With prefix and body. */
  readonly bytes: Uint8Array;
}

const TYPES = ["other", "schema", "dictionary", "batch"] as const;

/**
 * The encapsulated messages of an Arrow IPC file or stream, one by one, each whole, up to the end-of-stream marker. Of a
 * file the footer is needed only where its schema does not come first (Arrow for JavaScript leaves it out). Sizes are checked against the file before anything is allocated.
 * @throws {FormatError} `arrow-invalid`, `too-large`.
 */
export async function* arrowMessages(
  file: SourceFile,
  isStream: boolean,
  limits: Limits,
): AsyncGenerator<ArrowMessage> {
  const handle = await open(file.absolutePath, "r");
  try {
    let at = isStream ? 0 : 8;
    while (at + 8 <= file.bytes) {
      const prefix = await readAt(handle, at, 8, file);
      if (view(prefix).getUint32(0, true) !== CONTINUATION) throw invalid(file, at, "no message begins here");
      const metadata = view(prefix).getInt32(4, true);
      if (metadata === 0) return;
      if (metadata < 16 || metadata > MOST_METADATA || metadata > file.bytes - at - 8) {
        throw invalid(file, at, `a message with ${metadata} bytes of metadata`);
      }
      const head = await readAt(handle, at, 8 + metadata, file);
      if (at === 8 && !isStream && headerType(head.subarray(8)) !== SCHEMA) {
        yield { type: "schema", bytes: await footerSchema(handle, file) };
      }
      const body = bodyLength(head.subarray(8));
      if (body === undefined || body > file.bytes - at - 8 - metadata) {
        throw invalid(file, at, body === undefined ? "a message without a length" : `a message of ${body} bytes`);
      }
      if (body > limits.bytes) {
        throw new FormatError("too-large", `${file.path}: a batch of ${body} bytes, at most ${limits.bytes} are read`, {
          fields: { file: file.path, bytes: body, limit: limits.bytes },
        });
      }
      const type = TYPES[headerType(head.subarray(8)) ?? 0] ?? "other";
      yield { type, bytes: await readAt(handle, at, 8 + metadata + body, file) };
      at += 8 + metadata + body;
    }
    if (at < file.bytes) throw invalid(file, at, `${file.bytes - at} bytes are no message`);
  } finally {
    await handle.close();
  }
}

/** Offset of a field of the root table of a flatbuffer; 0 where it is not there, undefined where offsets lead out. */
function fieldAt(buffer: Uint8Array, field: number, size: number): number | undefined {
  const bytes = view(buffer);
  const table = bytes.getUint32(0, true);
  if (table + 4 > buffer.length) return undefined;
  const vtable = table - bytes.getInt32(table, true);
  if (vtable < 0 || vtable + 4 > buffer.length) return undefined;
  const slot = vtable + 4 + 2 * field;
  if (slot + 2 > vtable + bytes.getUint16(vtable, true)) return 0;
  if (slot + 2 > buffer.length) return undefined;
  const offset = bytes.getUint16(slot, true);
  if (offset === 0) return 0;
  return table + offset + size > buffer.length ? undefined : table + offset;
}

function bodyLength(metadata: Uint8Array): number | undefined {
  const at = fieldAt(metadata, BODY_LENGTH_FIELD, 8);
  if (at === undefined || at === 0) return at;
  const length = Number(view(metadata).getBigInt64(at, true));
  return length >= 0 ? length : undefined;
}

function headerType(metadata: Uint8Array): number | undefined {
  const at = fieldAt(metadata, HEADER_TYPE_FIELD, 1);
  return at ? metadata[at] : undefined;
}

/** The schema of the footer as a message: a table of 32 bytes whose header points into the footer behind it. */
async function footerSchema(handle: FileHandle, file: SourceFile): Promise<Uint8Array> {
  if (file.bytes < 26) throw invalid(file, 0, "there is no footer");
  const tail = await readAt(handle, file.bytes - 10, 10, file);
  const length = view(tail).getInt32(0, true);
  if (Buffer.from(tail.subarray(4)).toString("latin1") !== "ARROW1" || length < 16 || length > file.bytes - 18) {
    throw invalid(file, file.bytes - 10, "there is no footer");
  }
  const footer = await readAt(handle, file.bytes - 10 - length, length, file);
  const field = fieldAt(footer, SCHEMA_FIELD, 4);
  if (!field) throw invalid(file, file.bytes - 10 - length, "its footer has no schema");
  const schema = field + view(footer).getUint32(field, true);
  if (schema + 4 > length) throw invalid(file, file.bytes - 10 - length, "its footer has no schema");
  const size = 32 + Math.ceil(length / 8) * 8;
  const message = new Uint8Array(8 + size);
  message.set(footer, 40);
  const bytes = view(message);
  bytes.setUint32(0, CONTINUATION, true);
  bytes.setInt32(4, size, true);
  const vtable = [12, 12, 4, 6, 8, 0];
  bytes.setUint32(8, 16, true);
  for (const [i, value] of vtable.entries()) bytes.setUint16(12 + 2 * i, value, true);
  bytes.setInt32(24, 12, true);
  bytes.setInt16(28, 4, true);
  bytes.setUint8(30, SCHEMA);
  bytes.setUint32(32, 32 + schema - 24, true);
  return message;
}

async function readAt(handle: FileHandle, at: number, length: number, file: SourceFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) throw invalid(file, at, "the file ends in the middle");
    done += bytesRead;
  }
  return bytes;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(file: SourceFile, offset: number, reason: string): FormatError {
  return new FormatError("arrow-invalid", `${file.path} is no valid Arrow file: at offset ${offset}: ${reason}`, {
    fields: { file: file.path, offset },
    wayOut: "Fetch the file again, or write it with a current version of Arrow.",
  });
}
