import type { SeededRandom } from "../seeded-random.js";
import type { Arbor } from "./arbor-growth.js";
import { between, type Domain, distance, pointOfTissue, type Vector } from "./domain.js";
import { exponential, logarithm } from "./exact-math.js";
import { grownTree } from "./grown-tree.js";
import { type NeuriteGeometry, neuriteGeometry } from "./neurite-geometry.js";
import { NeuronTree, PART } from "./neuron-tree.js";
import { overlapShare } from "./overlap-share.js";

/** Centre lines given from outside, for example of an electron-microscopy skeleton, in voxels of the volume. */
export type Morphology = readonly (readonly Vector[])[];

/** Neurons of a volume as tubes. */
export interface Population {
  readonly neurons: readonly NeuriteGeometry[];
  /** Share of the tubes' voxels that belong to two neurons or more. */
  readonly overlap: number;
  /** Whether neurons were led through shared tracts. */
  readonly shared: boolean;
}

/** Lengths of neurites in a full volume, in voxels. */
const SHORTEST = 1500;
const LONGEST = 8000;
const OVERLAP_CHANCE = 0.5;

/** Number of neurons: a Poisson number of mean 4.6 (6.4 where partly labelled), at least 1 and at most 12 (14). */
export function neuronCount(partly: boolean, random: SeededRandom): number {
  const mean = partly ? 6.4 : 4.6;
  let left = random.next();
  let chance = exponential(-mean);
  let count = 0;
  while (left > chance && count < 40) {
    left -= chance;
    count++;
    chance *= mean / count;
  }
  return Math.max(1, Math.min(partly ? 14 : 12, count));
}

/**
 * Grows the neurons of a volume. In half of the volumes pairs of neurons share tracts; there the number and length of
 * the tracts is changed until 5 to 11 % of the tubes' voxels overlap, or the best of ten attempts is taken.
 */
export function grownPopulation(domain: Domain, count: number, random: SeededRandom): Population {
  const shared = count >= 2 && random.chance(OVERLAP_CHANCE);
  if (!shared) return attempt(domain, count, random.fork("apart"), { tracts: 0, stretch: 1 });
  const wanted = between(random, 0.06, 0.1);
  let best: Population | undefined;
  let sharing: Sharing = { tracts: 1, stretch: 1 };
  for (let trial = 0; trial < 10; trial++) {
    const next = attempt(domain, count, random.fork(`attempt ${trial}`), sharing);
    if (!best || Math.abs(next.overlap - wanted) < Math.abs(best.overlap - wanted)) best = next;
    if (Math.abs(best.overlap - wanted) < 0.015) break;
    const { tracts, stretch } = sharing;
    if (next.overlap < wanted)
      sharing = stretch < 1 ? { tracts, stretch: stretch * 1.2 } : { tracts: tracts + 1, stretch };
    else sharing = tracts > 1 ? { tracts: tracts - 1, stretch } : { tracts, stretch: stretch * 0.6 };
  }
  return best as Population;
}

/** How much of its way a neuron goes with its partner. */
interface Sharing {
  readonly tracts: number;
  /** Factor of their length; below ½ the pair has no arbor in common either. */
  readonly stretch: number;
}

function attempt(domain: Domain, count: number, random: SeededRandom, sharing: Sharing): Population {
  const trees: NeuronTree[] = [];
  const arbors: Arbor[][] = [];
  for (let neuron = 0; neuron < count; neuron++) {
    const own = random.fork(`neuron ${neuron}`);
    const length = exponential(between(own, logarithm(SHORTEST), logarithm(LONGEST))) * domain.scale;
    // Odd neurons follow the one before: pairs, so that three at one place stay rare.
    const partner = sharing.tracts > 0 && neuron % 2 === 1 ? neuron - 1 : -1;
    const common = partner < 0 || sharing.stretch < 0.5 ? [] : (arbors[partner] as Arbor[]);
    const planned = arborsOf(domain, own, length, arbors.flat(), common);
    const stretches = partner < 0 ? [] : tractsOf(trees[partner] as NeuronTree, domain, own, sharing);
    trees.push(grownTree(domain, { length, arbors: planned, tracts: stretches }, own));
    arbors.push(planned);
  }
  const neurons = trees.map((tree, neuron) => neuriteGeometry(tree, domain, random.fork(`tube ${neuron}`)));
  return { neurons, overlap: overlapShare(domain.shape, neurons), shared: sharing.tracts > 0 };
}

/** One to three arbors, away from those of the neurons before; a follower shares one with its partner. */
function arborsOf(
  domain: Domain,
  random: SeededRandom,
  length: number,
  others: readonly Arbor[],
  partner: readonly Arbor[],
): Arbor[] {
  const count = 1 + random.integer(3);
  const weights = Array.from({ length: count }, () => between(random, 0.5, 1.5));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spacing = between(random, 7, 13);
  const arbors: Arbor[] = [];
  for (let i = 0; i < count; i++) {
    const share = (weights[i] as number) / total;
    const volume = length * share * spacing * spacing;
    const radius = cubeRoot(volume / 4.19);
    const most = domain.shape.map((size) => size * 0.33);
    const axis = (index: 0 | 1 | 2) => Math.min(most[index] as number, radius * between(random, 0.55, 1.6));
    const semiAxes: Vector = [axis(0), axis(1), axis(2)];
    const old = i === 0 && partner.length > 0 ? partner[random.integer(partner.length)] : undefined;
    const centre = old ? beside(old, random) : lonelyPoint(domain, random, length, [...others, ...arbors], arbors);
    arbors.push({ centre, semiAxes, spacing, share });
  }
  return arbors;
}

function beside(arbor: Arbor, random: SeededRandom): Vector {
  const at = (axis: 0 | 1 | 2) => arbor.centre[axis] + (random.next() - 0.5) * arbor.semiAxes[axis];
  return [at(0), at(1), at(2)];
}

/** Of twelve places that the neuron can reach, the one farthest from other arbors. */
function lonelyPoint(
  domain: Domain,
  random: SeededRandom,
  length: number,
  others: readonly Arbor[],
  own: readonly Arbor[],
): Vector {
  let best = pointOfTissue(domain, random, between(random, 0.2, 0.75));
  let most = -1;
  for (let trial = 0; trial < 12; trial++) {
    const point = pointOfTissue(domain, random, between(random, 0.2, 0.75));
    if (own.some((arbor) => distance(arbor.centre, point) > 0.3 * length)) continue;
    const nearest = others.reduce((least, arbor) => Math.min(least, distance(arbor.centre, point)), 1e9);
    if (nearest > most) [best, most] = [point, nearest];
  }
  return best;
}

/** Stretches of a neuron's trunk and branches for another one to follow: 30 to 150 voxels in a full volume. */
function tractsOf(tree: NeuronTree, domain: Domain, random: SeededRandom, sharing: Sharing): Vector[][] {
  const paths = tree.paths().sort((a, b) => b.length - a.length);
  const tracts: Vector[][] = [];
  const used = new Set<Vector>();
  for (let trial = 0; trial < 4 * sharing.tracts && tracts.length < sharing.tracts; trial++) {
    const path = paths[trial % Math.min(paths.length, 3)];
    if (!path) break;
    const wanted = Math.round(between(random, 30, 150) * sharing.stretch * Math.max(0.5, domain.scale));
    const length = Math.min(wanted, path.length);
    const first = random.integer(path.length - length + 1);
    const stretch = path.slice(first, first + length);
    if (length < 5 || stretch.some((point) => used.has(point))) continue;
    for (const point of stretch) used.add(point);
    tracts.push(stretch);
  }
  return tracts;
}

function cubeRoot(value: number): number {
  return exponential(logarithm(Math.max(value, 1e-6)) / 3);
}

/** A neuron along given centre lines: every polyline a root of its own, resampled to steps of one voxel. */
export function populationOf(domain: Domain, morphologies: readonly Morphology[], random: SeededRandom): Population {
  const neurons = morphologies.map((lines, neuron) => {
    const tree = new NeuronTree();
    for (const line of lines) addLine(tree, line);
    return neuriteGeometry(tree, domain, random.fork(`tube ${neuron}`));
  });
  return { neurons, overlap: overlapShare(domain.shape, neurons), shared: false };
}

function addLine(tree: NeuronTree, line: readonly Vector[]): void {
  let last = -1;
  let before: Vector | undefined;
  for (const point of line) {
    const steps = before ? Math.max(1, Math.ceil(distance(before, point))) : 1;
    const from = before ?? point;
    for (let step = 1; step <= steps; step++) {
      const share = step / steps;
      const at = (axis: 0 | 1 | 2) => from[axis] + share * (point[axis] - from[axis]);
      last = tree.add([at(0), at(1), at(2)], last, PART.branch);
    }
    before = point;
  }
}
