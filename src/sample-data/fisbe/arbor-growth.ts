import type { SeededRandom } from "../seeded-random.js";
import { clampInside, type Domain, ellipsoidLevel, normal, randomDirection, unit, type Vector } from "./domain.js";
import { type NeuronTree, PART } from "./neuron-tree.js";

/** An ellipsoid that twigs fill. */
export interface Arbor {
  readonly centre: Vector;
  readonly semiAxes: Vector;
  /** Mean distance of the twigs in voxels. */
  readonly spacing: number;
  /** Share of the neuron's twigs. */
  readonly share: number;
}

/** A random point of an arbor's ellipsoid, denser at its centre. */
export function pointOfArbor(arbor: Arbor, random: SeededRandom): Vector {
  const [z, y, x] = randomDirection(random);
  const share = Math.sqrt(random.next());
  const { centre, semiAxes } = arbor;
  return [
    centre[0] + share * semiAxes[0] * z,
    centre[1] + share * semiAxes[1] * y,
    centre[2] + share * semiAxes[2] * x,
  ];
}

/** Children of one node before attractors that ask for more are dropped. */
const MOST_CHILDREN = 3;

/** Points that pull twigs to them, each with the node nearest to it. */
class Attractors {
  readonly points: Vector[] = [];
  readonly reached: number[] = [];
  readonly nearest: number[] = [];
  readonly distances: number[] = [];

  add(point: Vector, reached: number, tree: NeuronTree, nodes: readonly number[]): void {
    this.points.push(point);
    this.reached.push(reached * reached);
    this.nearest.push(-1);
    this.distances.push(Number.POSITIVE_INFINITY);
    for (const node of nodes) this.#see(this.points.length - 1, node, tree.points[node] as Vector);
  }

  /** Takes a new node into account and drops the attractors that it reaches. */
  see(node: number, point: Vector): void {
    for (let i = this.points.length - 1; i >= 0; i--) {
      this.#see(i, node, point);
      if ((this.distances[i] as number) < (this.reached[i] as number)) this.drop(i);
    }
  }

  #see(i: number, node: number, [z, y, x]: Vector): void {
    const at = this.points[i] as Vector;
    const [dz, dy, dx] = [at[0] - z, at[1] - y, at[2] - x];
    const square = dz * dz + dy * dy + dx * dx;
    if (square >= (this.distances[i] as number)) return;
    this.distances[i] = square;
    this.nearest[i] = node;
  }

  drop(i: number): void {
    for (const list of [this.points, this.reached, this.nearest, this.distances] as unknown[][]) {
      list[i] = list.at(-1);
      list.pop();
    }
  }
}

/** Adds twigs to a tree until it has as many nodes as its planned length. */
export function colonise(
  tree: NeuronTree,
  domain: Domain,
  plan: { readonly length: number; readonly arbors: readonly Arbor[] },
  random: SeededRandom,
): void {
  const target = Math.round(plan.length);
  const trunk = tree.nodesOf(PART.trunk);
  // Twigs leave the branches and the last fifth of the trunk, so that most of the trunk stays bare.
  const nodes = [...trunk.slice(Math.floor(trunk.length * 0.8)), ...tree.nodesOf(PART.branch)];
  if (nodes.length === 0) nodes.push(0);
  const children = new Map<number, number>();
  const attractors = new Attractors();
  for (let round = 0; round < 12 && tree.points.length < target; round++) {
    const missing = target - tree.points.length;
    const growth = 1 + 0.12 * round;
    for (const arbor of plan.arbors) {
      const wider = { ...arbor, semiAxes: arbor.semiAxes.map((axis) => axis * growth) as unknown as Vector };
      const count = Math.ceil((missing * arbor.share) / arbor.spacing) + 2;
      for (let i = 0; i < count; i++) {
        const point = clampInside(domain, pointOfArbor(wider, random));
        if (ellipsoidLevel(domain, point) < 1) attractors.add(point, 0.35 * arbor.spacing, tree, nodes);
      }
    }
    while (attractors.points.length > 0 && tree.points.length < target) {
      if (!growStep(tree, domain, attractors, { nodes, children, target }, random)) break;
    }
  }
}

/** One step of every node that some attractor is nearest to. False when nothing could grow. */
function growStep(
  tree: NeuronTree,
  domain: Domain,
  attractors: Attractors,
  state: { readonly nodes: number[]; readonly children: Map<number, number>; readonly target: number },
  random: SeededRandom,
): boolean {
  const pulls = new Map<number, [number, number, number]>();
  for (let i = 0; i < attractors.points.length; i++) {
    const node = attractors.nearest[i] as number;
    const from = tree.points[node] as Vector;
    const to = attractors.points[i] as Vector;
    const [z, y, x] = unit([to[0] - from[0], to[1] - from[1], to[2] - from[2]]);
    const pull = pulls.get(node);
    if (pull) [pull[0], pull[1], pull[2]] = [pull[0] + z, pull[1] + y, pull[2] + x];
    else pulls.set(node, [z, y, x]);
  }
  let grew = false;
  for (const [node, pull] of pulls) {
    const had = state.children.get(node) ?? 0;
    if (had >= MOST_CHILDREN) {
      for (let i = attractors.points.length - 1; i >= 0; i--) if (attractors.nearest[i] === node) attractors.drop(i);
      continue;
    }
    if (tree.points.length >= state.target) break;
    state.children.set(node, had + 1);
    const [z, y, x] = unit(pull);
    const jitter = (): number => 0.25 * normal(random);
    const step = unit([z + jitter(), y + jitter(), x + jitter()]);
    const from = tree.points[node] as Vector;
    const point = clampInside(domain, [from[0] + step[0], from[1] + step[1], from[2] + step[2]]);
    const added = tree.add(point, node, PART.arbor);
    state.nodes.push(added);
    attractors.see(added, point);
    grew = true;
  }
  return grew;
}
