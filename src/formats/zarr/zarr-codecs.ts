import { gunzip, type InputType, inflate, type ZlibOptions } from "node:zlib";
import { registry } from "zarrita";
import { elementBytes, elementCount, type VolumeType } from "../volume/volume.js";
import { crc32c } from "./crc32c.js";
import { checkBlosc, checkLz4, checkZstd } from "./frame-sizes.js";

/** What is wrong with the bytes of a chunk. Becomes a format error that names file, array and chunk. */
export class ChunkFault extends Error {
  readonly problem: string;

  constructor(problem: string, message: string) {
    super(message);
    this.problem = problem;
  }
}

interface ChunkForm {
  readonly dataType: string;
  readonly shape: readonly number[];
}

/** Codecs between the compressor and the values add little: checksums, frames of what does not compress. */
const SLACK_BYTES = 65_536;
/** No deflate stream gives more bytes per byte (zlib technical notes: 1,032). */
const DEFLATE_RATIO = 1_032;

interface WasmCodec {
  decode(bytes: Uint8Array): Promise<Uint8Array>;
  encode(bytes: Uint8Array): Promise<Uint8Array>;
}

type LoadCodec = () => Promise<{ fromConfig(config: object): WasmCodec }>;

/** Codecs of numcodecs as zarrita brings them, before they are replaced. */
const NUMCODECS = {
  blosc: registry.get("blosc") as unknown as LoadCodec,
  zstd: registry.get("zstd") as unknown as LoadCodec,
  lz4: registry.get("lz4") as unknown as LoadCodec,
} as const;

const FRAME_CHECKS = { blosc: checkBlosc, zstd: checkZstd, lz4: checkLz4 } as const;

let installed = false;

/**
 * Puts bounded codecs in the place of zarrita's, once per process: none gives more bytes than a chunk has, lengths are
 * exact, checksums are verified, and gzip and zlib inflate in the thread pool of Node.
 */
export function installCodecs(): void {
  if (installed) return;
  installed = true;
  const put = (name: string, make: (form: ChunkForm) => object) => {
    const entry = { fromConfig: (_: unknown, form: ChunkForm) => make(form) };
    for (const key of [name, `numcodecs.${name}`]) registry.set(key, (async () => entry) as never);
  };
  put("gzip", (form) => deflateCodec(gunzip as Inflate, "gzip", mostBytes(form)));
  put("zlib", (form) => deflateCodec(inflate as Inflate, "zlib", mostBytes(form)));
  put("crc32c", () => CRC32C);
  for (const name of ["blosc", "zstd", "lz4"] as const) {
    const [load, check] = [NUMCODECS[name], FRAME_CHECKS[name]];
    put(name, (form) => wasmCodec({ name, load, check: (bytes) => check(bytes, mostBytes(form)) }));
  }
  const entry = {
    fromConfig: (config: { endian?: string }, form: ChunkForm) => bytesCodec(form, config?.endian === "big"),
  };
  registry.set("bytes", (async () => entry) as never);
}

/** Compression with the settings of the FISBe reference files (Blosc: zstd level 3, bit shuffle), for sample data. */
export async function numcodecsEncoder(
  name: keyof typeof NUMCODECS,
): Promise<(bytes: Uint8Array) => Promise<Uint8Array>> {
  const config = name === "blosc" ? { cname: "zstd", clevel: 3, shuffle: 2, blocksize: 0 } : {};
  const codec = (await NUMCODECS[name]()).fromConfig(config);
  return (bytes) => codec.encode(bytes);
}

function exactBytes({ dataType, shape }: ChunkForm): number {
  return elementCount(shape) * elementBytes(dataType as VolumeType);
}

function mostBytes(form: ChunkForm): number {
  return exactBytes(form) + SLACK_BYTES;
}

type Inflate = (
  bytes: InputType,
  options: ZlibOptions,
  callback: (error: NodeJS.ErrnoException | null, out: Buffer) => void,
) => void;

function deflateCodec(run: Inflate, name: string, most: number) {
  const decode = (bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      // One buffer for all, but no more than these bytes can fill.
      const chunkSize = Math.max(64, Math.min(most + 1, bytes.length * DEFLATE_RATIO + 64));
      run(bytes, { maxOutputLength: most, chunkSize }, (error, out) => {
        if (error === null) resolve(out);
        else reject(deflateFault(error, name, most, bytes.length));
      });
    });
  return { kind: "bytes_to_bytes", decode };
}

function deflateFault(error: NodeJS.ErrnoException, name: string, most: number, length: number): ChunkFault {
  if (error.code === "ERR_BUFFER_TOO_LARGE")
    return new ChunkFault("chunk-size", `it inflates to more than ${most} bytes`);
  if (error.code === "Z_BUF_ERROR") {
    return new ChunkFault("truncated", `the ${name} data end in the middle, after ${length} bytes`);
  }
  return new ChunkFault("chunk-damaged", `the ${name} data are damaged (${error.message})`);
}

/** The decoders of numcodecs trust the size that a frame states: it is checked before. */
function wasmCodec(codec: { name: string; load: LoadCodec; check: (bytes: Uint8Array) => string | undefined }) {
  const decode = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const fault = codec.check(bytes);
    if (fault !== undefined) throw new ChunkFault("chunk-damaged", `the ${codec.name} data ${fault}`);
    const decoder = (await codec.load()).fromConfig({});
    try {
      return await decoder.decode(bytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ChunkFault("chunk-damaged", `the ${codec.name} data are damaged (${reason.slice(0, 120)})`);
    }
  };
  return { kind: "bytes_to_bytes", decode };
}

const CRC32C = {
  kind: "bytes_to_bytes",
  decode: (bytes: Uint8Array): Uint8Array => {
    const length = bytes.length - 4;
    if (length < 0) throw new ChunkFault("truncated", "there is no place for a checksum");
    const data = bytes.subarray(0, length);
    const stated = new DataView(bytes.buffer, bytes.byteOffset + length, 4).getUint32(0, true);
    if (crc32c(data) !== stated) throw new ChunkFault("checksum", "its bytes do not match their checksum (crc32c)");
    return data;
  },
  computeEncodedSize: (size: number): number => size + 4,
};

type Elements = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): object;
};

const CONSTRUCTORS: Readonly<Record<string, Elements>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

function bytesCodec(form: ChunkForm, bigEndian: boolean) {
  const elements = CONSTRUCTORS[form.dataType] as Elements;
  const size = elements.BYTES_PER_ELEMENT;
  const expected = exactBytes(form);
  const stride = form.shape.map((_, axis) =>
    form.shape.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const decode = (bytes: Uint8Array): object => {
    if (bytes.length !== expected) {
      throw new ChunkFault("chunk-size", `it has ${bytes.length} bytes decoded, a chunk has ${expected}`);
    }
    const copied = bigEndian || bytes.byteOffset % size !== 0 ? Uint8Array.from(bytes) : bytes;
    if (bigEndian) swap(Buffer.from(copied.buffer, copied.byteOffset, copied.length), size);
    return { data: new elements(copied.buffer, copied.byteOffset, expected / size), shape: form.shape, stride };
  };
  return { kind: "array_to_bytes", decode, computeEncodedSize: (bytes: number): number => bytes };
}

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else if (size === 8) bytes.swap64();
}
