import type { SeededRandom } from "../seeded-random.js";
import { between, type Domain, normal } from "./domain.js";
import { exponential } from "./exact-math.js";
import { type NeuronTree, PART } from "./neuron-tree.js";

/**
 * A neuron as tubes: node i is a ball, and the segment from its parent to it a cone of the same material. The brightness
 * is that of the tube before optics, about 1 on average.
 */
export interface NeuriteGeometry {
  readonly z: Float64Array;
  readonly y: Float64Array;
  readonly x: Float64Array;
  /** −1 for a root. Parents come before children. */
  readonly parent: Int32Array;
  readonly radius: Float64Array;
  readonly brightness: Float64Array;
  /** 1 where the segment to the parent belongs to the ground truth, 0 where the signal is too weak to be seen. */
  readonly visible: Uint8Array;
}

/** Length over which the brightness is correlated, in voxels. */
const CORRELATION = 8;
const SPREAD = 0.45;
/** Chance per voxel that a gap begins; gaps take 4 to 12 voxels. */
const GAP_CHANCE = 0.024;
/** Below this share of the brightest place nearby a neurite is not in the ground truth. */
const SEEN = 0.15;
/** Loss per voxel along the neurite in the search for the brightest place nearby. */
const RIDGE_DECAY = 0.97;

/** Radii with varicosities, and the brightness with its gaps, along the centre lines of a tree. */
export function neuriteGeometry(tree: NeuronTree, domain: Domain, random: SeededRandom): NeuriteGeometry {
  const count = tree.points.length;
  const parent = Int32Array.from(tree.parents);
  const radius = radii(tree, domain, random.fork("radius"));
  const brightness = brightnesses(tree, random.fork("brightness"));
  return {
    z: Float64Array.from(tree.points, (point) => point[0]),
    y: Float64Array.from(tree.points, (point) => point[1]),
    x: Float64Array.from(tree.points, (point) => point[2]),
    parent,
    radius,
    brightness,
    visible: visibleSegments(parent, brightness, radius, count),
  };
}

function radii(tree: NeuronTree, domain: Domain, random: SeededRandom): Float64Array {
  const count = tree.points.length;
  const radius = new Float64Array(count);
  const untilBulge = new Float64Array(count);
  const leaf = new Uint8Array(count).fill(1);
  for (let i = 0; i < count; i++) if ((tree.parents[i] as number) >= 0) leaf[tree.parents[i] as number] = 0;
  const trunk = tree.parts.filter((part) => part === PART.trunk).length;
  const thick = between(random, 1.8, 2.5);
  const thin = between(random, 1.2, 1.45);
  // Somata shrink less than lengths do, so that they stay rounder than the trunk.
  const soma = between(random, 5, 11) * Math.min(1, Math.sqrt(Math.sqrt(domain.scale)) * 0.85 + 0.15);
  let alongTrunk = 0;
  for (let i = 0; i < count; i++) {
    const part = tree.parts[i];
    const from = tree.parents[i] as number;
    const before = from < 0 ? 0 : (untilBulge[from] as number);
    untilBulge[i] = before <= -2 ? between(random, 12, 25) : before - 1;
    if (part === PART.soma) {
      radius[i] = soma;
      untilBulge[i] = between(random, 12, 25);
      continue;
    }
    const share = part === PART.trunk ? alongTrunk++ / trunk : 0;
    // The fibre from the cell body is thin, the middle of the trunk thick.
    const base = part === PART.trunk ? thin + (thick - thin) * bump(share) : part === PART.branch ? thin : thin * 0.94;
    const bulges = (untilBulge[i] as number) <= 1 || leaf[i] === 1;
    radius[i] = bulges && part !== PART.trunk ? base * 1.5 : base;
  }
  return radius;
}

/** 0 at both ends, 1 from a quarter to three quarters. */
function bump(share: number): number {
  return Math.min(1, 4 * share, 4 * (1 - share));
}

/** exp of a first-order autoregression along every path from the soma, with gaps. */
function brightnesses(tree: NeuronTree, random: SeededRandom): Float64Array {
  const count = tree.points.length;
  const state = new Float64Array(count);
  const gap = new Float64Array(count);
  const depth = new Float64Array(count);
  const brightness = new Float64Array(count);
  const keeps = exponential(-1 / CORRELATION);
  const adds = Math.sqrt(1 - keeps * keeps);
  for (let i = 0; i < count; i++) {
    const from = tree.parents[i] as number;
    const draw = normal(random);
    state[i] = from < 0 ? draw : keeps * (state[from] as number) + adds * draw;
    const left = from < 0 ? 0 : (gap[from] as number) - 1;
    const starts = tree.parts[i] !== PART.soma && left < -8 && random.chance(GAP_CHANCE);
    gap[i] = starts ? between(random, 4, 12) : left;
    depth[i] = starts ? between(random, 0.02, 0.14) : from < 0 ? 1 : (depth[from] as number);
    const normalised = exponential(SPREAD * (state[i] as number) - (SPREAD * SPREAD) / 2);
    const soma = tree.parts[i] === PART.soma ? 0.8 : normalised;
    brightness[i] = soma * ((gap[i] as number) > 0 ? (depth[i] as number) : 1);
  }
  return brightness;
}

/** Compares the signal after optics, taken along the centre line, with the brightest place nearby. */
function visibleSegments(
  parent: Int32Array,
  brightness: Float64Array,
  radius: Float64Array,
  count: number,
): Uint8Array {
  let signal = Float64Array.from(brightness, (value, i) => value * shareAfterOptics(radius[i] as number));
  for (let round = 0; round < 3; round++) signal = smoothed(parent, signal);
  const ridge = Float64Array.from(signal);
  for (let i = count - 1; i > 0; i--) {
    const from = parent[i] as number;
    if (from >= 0) ridge[from] = Math.max(ridge[from] as number, RIDGE_DECAY * (ridge[i] as number));
  }
  for (let i = 0; i < count; i++) {
    const from = parent[i] as number;
    if (from >= 0) ridge[i] = Math.max(ridge[i] as number, RIDGE_DECAY * (ridge[from] as number));
  }
  return Uint8Array.from(signal, (value, i) => (value > SEEN * (ridge[i] as number) ? 1 : 0));
}

/** What a tube keeps of its brightness at its centre: about 1 − exp(−r² / 2σ²) for σ = 1.15 voxels. */
function shareAfterOptics(radius: number): number {
  return 1 - exponential((-radius * radius) / 2.65);
}

/** One step of diffusion along the tree, with variance one half in the middle of a path. */
function smoothed(parent: Int32Array, values: Float64Array): Float64Array<ArrayBuffer> {
  const sum = Float64Array.from(values, (value) => 2 * value);
  const weight = new Float64Array(values.length).fill(2);
  for (let i = 0; i < values.length; i++) {
    const from = parent[i] as number;
    if (from < 0) continue;
    sum[i] = (sum[i] as number) + (values[from] as number);
    sum[from] = (sum[from] as number) + (values[i] as number);
    weight[i] = (weight[i] as number) + 1;
    weight[from] = (weight[from] as number) + 1;
  }
  return sum.map((value, i) => value / (weight[i] as number));
}
