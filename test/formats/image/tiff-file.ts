/** A field: tag, type (1 bytes, 2 text, 3 16 bits, 4 32 bits, 5 fractions, 16 64 bits) and values. */
export type TiffFieldValues = readonly [tag: number, type: 1 | 2 | 3 | 4 | 5 | 16, values: readonly number[]];

export interface TiffPageParts {
  readonly fields: readonly TiffFieldValues[];
  /** Strips or tiles; their offsets and lengths are added as fields, unless `fields` has them. */
  readonly blocks: readonly Uint8Array[];
  readonly tiled?: boolean;
}

const WIDTH: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 16: 8 };

/** A TIFF or BigTIFF file: every page its blocks, then its long values, then its directory. */
export function tiffFile(
  pages: readonly TiffPageParts[],
  { bigEndian = false, big = false, loop = false }: { bigEndian?: boolean; big?: boolean; loop?: boolean } = {},
): Buffer {
  const pointer = big ? 8 : 4;
  const pack = (value: number, width: number): Buffer => {
    const bytes = Buffer.alloc(width);
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeUIntLE(value, 0, width);
    return bigEndian ? bytes.reverse() : bytes;
  };
  const parts: Buffer[] = [Buffer.from(bigEndian ? "MM" : "II"), pack(big ? 43 : 42, 2)];
  if (big) parts.push(pack(8, 2), pack(0, 2));
  let at = parts.reduce((sum, part) => sum + part.length, 0);
  const append = (bytes: Uint8Array): number => {
    const place = at;
    parts.push(Buffer.from(bytes));
    at += bytes.length;
    return place;
  };
  const links = [append(Buffer.alloc(pointer))];
  const linkParts = [parts.at(-1) as Buffer];
  const starts: number[] = [];
  for (const { fields, blocks, tiled = false } of pages) {
    const offsets = blocks.map(append);
    const given = new Set(fields.map(([tag]) => tag));
    const placed: TiffFieldValues[] = [
      [tiled ? 324 : 273, big ? 16 : 4, offsets],
      [tiled ? 325 : 279, 4, blocks.map(({ length }) => length)],
    ];
    const all = [...fields, ...placed.filter(([tag]) => !given.has(tag))].sort((a, b) => a[0] - b[0]);
    const entries = all.map(([tag, type, values]) => {
      const width = WIDTH[type] as number;
      const bytes = Buffer.concat(values.map((value) => pack(value, width)));
      const inline = bytes.length <= pointer ? Buffer.concat([bytes, Buffer.alloc(pointer - bytes.length)]) : undefined;
      return Buffer.concat([
        pack(tag, 2),
        pack(type, 2),
        pack(type === 5 ? values.length / 2 : values.length, pointer),
        inline ?? pack(append(bytes), pointer),
      ]);
    });
    starts.push(append(pack(entries.length, big ? 8 : 2)));
    for (const entry of entries) append(entry);
    links.push(append(Buffer.alloc(pointer)));
    linkParts.push(parts.at(-1) as Buffer);
  }
  if (loop) starts.push(starts[0] as number);
  for (const [i, start] of starts.entries()) linkParts[i]?.set(pack(start, pointer));
  return Buffer.concat(parts);
}

/** Fields of a grey page in one strip. */
export function greyFields(
  width: number,
  height: number,
  {
    bits = 8,
    format = 1,
    compression = 1,
    description,
  }: { bits?: number; format?: number; compression?: number; description?: string } = {},
): TiffFieldValues[] {
  return [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, [bits]],
    [259, 3, [compression]],
    [262, 3, [1]],
    [277, 3, [1]],
    [278, 4, [height]],
    [339, 3, [format]],
    ...(description === undefined ? [] : [[270, 2, [...Buffer.from(`${description}\0`)]] as const]),
  ];
}
