import type { Vector } from "./domain.js";

/** What a node of a tree belongs to. */
export const PART = { soma: 0, trunk: 1, branch: 2, arbor: 3 } as const;
export type Part = (typeof PART)[keyof typeof PART];

/** Centre lines of a neuron: nodes about one voxel apart, the soma first, every parent before its children. */
export class NeuronTree {
  readonly points: Vector[] = [];
  readonly parents: number[] = [];
  readonly parts: Part[] = [];

  /** Appends a node and returns its index; −1 is the parent of a root. */
  add(point: Vector, parent: number, part: Part): number {
    this.points.push(point);
    this.parents.push(parent);
    this.parts.push(part);
    return this.points.length - 1;
  }

  /** Appends a path and returns the index of its last node, `parent` for an empty one. */
  addPath(path: readonly Vector[], parent: number, part: Part): number {
    return path.reduce((last, point) => this.add(point, last, part), parent);
  }

  /** Positions of the nodes of one part, in order. */
  nodesOf(part: Part): number[] {
    return this.parts.flatMap((value, node) => (value === part ? [node] : []));
  }

  /** Whole paths that another neuron may follow: the trunk, and every primary branch on its own. */
  paths(): Vector[][] {
    const paths: Vector[][] = [];
    let last = -1;
    for (let node = 0; node < this.points.length; node++) {
      const part = this.parts[node] as Part;
      if (part !== PART.trunk && part !== PART.branch) continue;
      const goesOn = last === node - 1 && this.parents[node] === last && this.parts[last] === part;
      if (!goesOn) paths.push([]);
      (paths.at(-1) as Vector[]).push(this.points[node] as Vector);
      last = node;
    }
    return paths;
  }
}
