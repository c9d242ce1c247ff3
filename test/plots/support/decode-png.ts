import { crc32, inflateSync } from "node:zlib";

/** A PNG as its chunks say it, with the bytes of its rows (filter byte first); checks signature and checksums. */
export function decodePng(png: Buffer): {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  readonly chunks: ReadonlyMap<string, Buffer>;
  readonly rows: Buffer;
} {
  if (png.subarray(0, 8).toString("hex") !== "89504e470d0a1a0a") throw new Error("this is no PNG");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    if (crc32(body) !== png.readUInt32BE(at + 8 + length)) throw new Error("a chunk is damaged");
    chunks.set(body.subarray(0, 4).toString("latin1"), body.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get("IHDR") as Buffer;
  return {
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    colourType: header[9] as number,
    chunks,
    rows: inflateSync(chunks.get("IDAT") as Buffer),
  };
}
