import type { Swc } from "./parse-swc.js";

/** Length of all segments from a node to its parent, in the units of the file. O(nodes). */
export function cableLength({ count, x, y, z, parentIndex }: Swc): number {
  let length = 0;
  for (let i = 0; i < count; i++) {
    const parent = parentIndex[i] as number;
    if (parent < 0) continue;
    const dx = (x[i] as number) - (x[parent] as number);
    const dy = (y[i] as number) - (y[parent] as number);
    const dz = (z[i] as number) - (z[parent] as number);
    length += Math.sqrt(dx * dx + dy * dy + dz * dz);
  }
  return length;
}

/** Indexes of the nodes without a parent, ascending. */
export function roots({ count, parentIndex }: Swc): number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) if (parentIndex[i] === -1) found.push(i);
  return found;
}

/** Number of children of every node. */
export function childCounts({ count, parentIndex }: Swc): Int32Array {
  const children = new Int32Array(count);
  for (const parent of parentIndex) if (parent >= 0) children[parent] = (children[parent] as number) + 1;
  return children;
}

/** Indexes of the nodes with at least two children, ascending. */
export function branchPoints(swc: Swc): number[] {
  const found: number[] = [];
  for (const [i, children] of childCounts(swc).entries()) if (children > 1) found.push(i);
  return found;
}

/** Indexes of the nodes without children, ascending. */
export function endPoints(swc: Swc): number[] {
  const found: number[] = [];
  for (const [i, children] of childCounts(swc).entries()) if (children === 0) found.push(i);
  return found;
}
