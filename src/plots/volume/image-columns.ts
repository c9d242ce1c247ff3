import { MOST_PNG_BYTES } from "./stored-projection.js";

/** Of an image column `{bytes, path}` its bytes, unless they are too many, and how many they are: `NAME`, `NAME_bytes`. */
export function imageColumns(column: string, name: string): string {
  const bytes = `struct_extract(${column}, 'bytes')`;
  return `CASE WHEN octet_length(${bytes}) <= ${MOST_PNG_BYTES} THEN ${bytes} END AS ${name},
    octet_length(${bytes})::DOUBLE AS ${name}_bytes`;
}
