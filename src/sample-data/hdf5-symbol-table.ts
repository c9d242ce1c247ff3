import { padded, UNDEFINED_ADDRESS, u16, u32, u64 } from "./hdf5-messages.js";

/** A member of a group: the path of an object of the file, or the text of a soft link. */
export interface SymbolTableMember {
  readonly name: string;
  readonly target: { readonly path: string } | { readonly soft: string };
}

export interface SymbolTablePlacer {
  /** Puts bytes at the end of the file; returns their address. */
  place(data: Buffer): bigint;
  /** Like `place`, for bytes that hold addresses of objects, by offset, which are filled in later. */
  placeWithAddresses(data: Buffer, addresses: readonly { readonly offset: number; readonly path: string }[]): bigint;
}

const MEMBERS_PER_NODE = 8;
const CHILDREN_PER_NODE = 32;

/**
 * The oldest form of a group, which MATLAB writes: names in a local heap, members in symbol nodes below a B-tree, sorted
 * by the bytes of their names. Returns the message that makes an object such a group.
 */
export function symbolTable(
  members: readonly SymbolTableMember[],
  placer: SymbolTablePlacer,
): { type: number; data: Buffer } {
  const sorted = [...members].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const heap = new LocalHeap();
  const entries = sorted.map(({ name, target }) => ({
    name: heap.add(name),
    soft: "soft" in target ? heap.add(target.soft) : null,
    path: "path" in target ? target.path : null,
  }));
  let nodes = groupsOf(entries, MEMBERS_PER_NODE).map((part) => {
    const rows = part.map(({ name, soft, path }) =>
      Buffer.concat([
        u64(name),
        u64(path === null ? UNDEFINED_ADDRESS : 0),
        u32(soft === null ? 0 : 2),
        u32(0),
        u32(soft ?? 0),
        Buffer.alloc(12),
      ]),
    );
    const data = Buffer.concat([Buffer.from("SNOD\x01\0", "latin1"), u16(part.length), ...rows]);
    const room = Buffer.alloc(8 + 40 * MEMBERS_PER_NODE - data.length);
    const addresses = part.flatMap(({ path }, i) => (path === null ? [] : [{ offset: 8 + 40 * i + 8, path }]));
    const address = placer.placeWithAddresses(Buffer.concat([data, room]), addresses);
    return { address, last: part.at(-1)?.name as number };
  });
  let level = 0;
  do {
    nodes = groupsOf(nodes, CHILDREN_PER_NODE, true).map((part) => {
      const head = Buffer.concat([
        Buffer.from("TREE"),
        Buffer.from([0, level]),
        u16(part.length),
        u64(UNDEFINED_ADDRESS),
        u64(UNDEFINED_ADDRESS),
      ]);
      const body = Buffer.concat([u64(0), ...part.flatMap(({ address, last }) => [u64(address), u64(last)])]);
      const room = Buffer.alloc(16 * CHILDREN_PER_NODE + 8 - body.length);
      return { address: placer.place(Buffer.concat([head, body, room])), last: part.at(-1)?.last ?? 0 };
    });
    level += 1;
  } while (nodes.length > 1);
  return { type: 17, data: Buffer.concat([u64(nodes[0]?.address as bigint), u64(heap.place(placer))]) };
}

class LocalHeap {
  private readonly parts: Buffer[] = [Buffer.alloc(8)];
  private bytes = 8;

  add(text: string): number {
    const offset = this.bytes;
    const part = padded(Buffer.from(`${text}\0`));
    this.parts.push(part);
    this.bytes += part.length;
    return offset;
  }

  place(placer: SymbolTablePlacer): bigint {
    const data = placer.place(Buffer.concat(this.parts));
    // Offset 1 of the free list says that there is none.
    return placer.place(Buffer.concat([Buffer.from("HEAP\0\0\0\0", "latin1"), u64(this.bytes), u64(1), u64(data)]));
  }
}

function groupsOf<T>(items: readonly T[], size: number, atLeastOne = false): T[][] {
  const groups = Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
  return groups.length === 0 && atLeastOne ? [[]] : groups;
}
