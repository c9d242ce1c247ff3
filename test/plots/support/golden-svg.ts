import { createHash } from "node:crypto";
import { decodePng } from "./decode-png.js";

/** A picture as it is kept: embedded images by the hash of their pixels, as zlib may compress otherwise elsewhere. */
export function goldenSvg(svg: string): string {
  return svg.replace(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g, (_match, base64: string) => {
    const { width, height, rows } = decodePng(Buffer.from(base64, "base64"));
    return `${width}x${height}:${createHash("sha256").update(rows).digest("hex")}`;
  });
}
