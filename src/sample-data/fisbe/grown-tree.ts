import type { SeededRandom } from "../seeded-random.js";
import { type Arbor, colonise, pointOfArbor } from "./arbor-growth.js";
import { between, clampInside, type Domain, distance, pointOfTissue, randomDirection, type Vector } from "./domain.js";
import { followed, walkTo } from "./neurite-walk.js";
import { NeuronTree, PART } from "./neuron-tree.js";

/** What a neuron is to be grown to. */
export interface TreePlan {
  /** Length of all neurites together, in voxels. */
  readonly length: number;
  /** Where its arbors are; the trunk ends in the first. */
  readonly arbors: readonly Arbor[];
  /** Stretches of other neurons that its trunk follows within a voxel, in this order. */
  readonly tracts: readonly (readonly Vector[])[];
}

/**
 * A neuron grown in four steps: a soma near the surface, a trunk as a persistent random walk through the tracts to the
 * first arbor, 3 to 8 primary branches to all arbors, and twigs by space colonisation (Runions, Lane and Prusinkiewicz
 * 2007) until the length is used up. Cost: about nodes × attractors, below 0.1 s for 8,000 voxels.
 */
export function grownTree(domain: Domain, plan: TreePlan, random: SeededRandom): NeuronTree {
  const tree = new NeuronTree();
  const aims = [...plan.tracts.map((tract) => tract[0] as Vector), (plan.arbors[0] as Arbor).centre];
  const start = somaPosition(domain, aims[0] as Vector, plan.length, random);
  let last = tree.add(start, -1, PART.soma);
  let heading: Vector = randomDirection(random);
  let position = start;
  const go = (path: readonly Vector[]) => {
    if (path.length === 0) return;
    last = tree.addPath(path, last, PART.trunk);
    const before = path.at(-2) ?? position;
    position = path.at(-1) as Vector;
    heading = [position[0] - before[0], position[1] - before[1], position[2] - before[2]];
  };
  for (const tract of plan.tracts) {
    go(walkTo(domain, random, { from: position, heading, to: tract[0] as Vector, mostSteps: plan.length * 0.5 }));
    go(followed(domain, random, tract));
  }
  const end = aims.at(-1) as Vector;
  const left = Math.max(8, plan.length * 0.6 - tree.points.length);
  go(walkTo(domain, random, { from: position, heading, to: end, mostSteps: left }));
  addBranches(tree, domain, plan, random);
  colonise(tree, domain, plan, random);
  return tree;
}

/** Near the surface, and so far from the first aim that the trunk takes about a third of the length. */
function somaPosition(domain: Domain, aim: Vector, length: number, random: SeededRandom): Vector {
  const wanted = length * between(random, 0.15, 0.35);
  let best: Vector = aim;
  let error = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 12; trial++) {
    const point = pointOfTissue(domain, random, between(random, 0.7, 0.95));
    const miss = Math.abs(distance(point, aim) - wanted);
    if (miss < error) [best, error] = [point, miss];
  }
  return best;
}

function addBranches(tree: NeuronTree, domain: Domain, plan: TreePlan, random: SeededRandom): void {
  const trunk = tree.nodesOf(PART.trunk);
  if (trunk.length === 0) trunk.push(0);
  const count = 3 + random.integer(6);
  const mostSteps = Math.max(4, (0.3 * plan.length) / count);
  for (let i = 0; i < count && tree.points.length < 0.85 * plan.length; i++) {
    const arbor = plan.arbors[i % plan.arbors.length] as Arbor;
    // Branches to the first arbor leave near the end of the trunk; those to the others from its middle.
    const from = i % plan.arbors.length === 0 ? between(random, 0.75, 1) : between(random, 0.3, 0.8);
    const node = trunk[Math.min(trunk.length - 1, Math.floor(from * trunk.length))] as number;
    const to = clampInside(domain, pointOfArbor(arbor, random));
    const position = tree.points[node] as Vector;
    const path = walkTo(domain, random, {
      from: position,
      heading: randomDirection(random),
      to,
      // An arbor of its own must be reached, or its twigs would start far away.
      mostSteps: Math.max(mostSteps, i < plan.arbors.length ? 1.3 * distance(position, arbor.centre) : 0),
    });
    tree.addPath(path, node, PART.branch);
  }
}
