import { exponential } from "../special-functions/exponential.js";
import { type RandomNumbers, randomNumbers } from "../statistics/random-numbers.js";
import { connectedGroups } from "./connected-groups.js";
import { modularity } from "./modularity.js";
import { byFirstAppearance, groupCount, type Partition } from "./partition.js";
import { shuffle } from "./shuffle.js";
import type { WeightedGraph } from "./weighted-graph.js";

export interface LeidenOptions {
  readonly seed: number;
  /** γ: larger values give smaller communities. */
  readonly resolution?: number;
  /** Runs with independent random numbers, of which the best counts. */
  readonly starts?: number;
}

export interface Leiden {
  /** Communities numbered in the order of their first nodes; each is connected. */
  readonly partition: Partition;
  readonly modularity: number;
}

/** How freely the refinement chooses among the merges that do not lower modularity (θ of the paper). */
const RANDOMNESS = 0.01;
/** Gains below this share of the mean strength are rounding. */
const SMALLEST_GAIN = 1e-12;

/** A level of the algorithm: nodes that may stand for several, with the weight inside each. */
interface Level {
  readonly nodes: number;
  readonly offsets: Int32Array;
  readonly neighbours: Int32Array;
  readonly weights: Float64Array;
  /** Strength of each node, inner weight counted twice: the sum over the nodes it stands for. */
  readonly strengths: Float64Array;
}

/**
 * Communities of high modularity with the resolution γ by the algorithm of Traag, Waltman and van Eck (2019): fast local
 * moves of nodes, refinement of each community into well-connected parts, merged at random with weights exp(gain / θ),
 * then the same on the graph of these parts; repeated from its own result until that does not change. Every community
 * is connected; a node without edges is one of its own. About O(edges) per pass. The same for a seed; of equal
 * modularities the earlier run wins.
 */
export function leiden(graph: WeightedGraph, { seed, resolution = 1, starts = 1 }: LeidenOptions): Leiden {
  let best: Leiden | undefined;
  for (let start = 0; start < starts; start++) {
    const found = run(graph, resolution, randomNumbers(seed, start));
    if (best === undefined || found.modularity > best.modularity + 1e-12) best = found;
  }
  if (best === undefined) throw new RangeError(`leiden needs at least one start, not ${starts}`);
  return best;
}

function run(graph: WeightedGraph, resolution: number, random: RandomNumbers): Leiden {
  const first = levelOf(graph);
  const total = first.strengths.reduce((sum, s) => sum + s, 0);
  let partition: Partition = Int32Array.from({ length: graph.nodes }, (_, i) => i);
  let best = modularity(graph, partition, resolution);
  if (total === 0) return { partition, modularity: best };
  for (;;) {
    const next = connectedGroups(graph, pass(first, partition, resolution / total, random));
    const quality = modularity(graph, next, resolution);
    if (!(quality > best + 1e-12)) return { partition: byFirstAppearance(partition), modularity: best };
    partition = next;
    best = quality;
  }
}

function levelOf({ nodes, offsets, neighbours, weights }: WeightedGraph): Level {
  const strengths = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
      strengths[i] = (strengths[i] as number) + (weights[k] as number);
    }
  }
  return { nodes, offsets, neighbours, weights, strengths };
}

/** One pass up the levels. `rate` is γ over the sum of all strengths. */
function pass(first: Level, start: Partition, rate: number, random: RandomNumbers): Partition {
  let level = first;
  let communities: Partition = byFirstAppearance(start);
  /** The node of the level that stands for each node of the graph. */
  let standIn: Partition = Int32Array.from({ length: first.nodes }, (_, i) => i);
  for (;;) {
    communities = moveNodes(level, communities, rate, random);
    const count = groupCount(communities);
    if (count === level.nodes) break;
    let parts = refine(level, communities, rate, random);
    // A refinement that joins nothing would repeat this level for ever: go on with the communities themselves.
    if (groupCount(parts) === level.nodes) parts = communities;
    const above = aggregate(level, parts);
    const communityOfPart = new Int32Array(above.nodes);
    for (let i = 0; i < level.nodes; i++) communityOfPart[parts[i] as number] = communities[i] as number;
    standIn = standIn.map((node) => parts[node] as number);
    communities = communityOfPart;
    level = above;
  }
  return byFirstAppearance(standIn.map((node) => communities[node] as number));
}

/** Moves nodes to where modularity grows most, revisiting neighbours of what moved, until the queue is empty. */
function moveNodes(level: Level, start: Partition, rate: number, random: RandomNumbers): Partition {
  const { nodes, offsets, neighbours, weights, strengths } = level;
  const community = start.slice();
  const [total, size] = [new Float64Array(nodes), new Int32Array(nodes)];
  for (let i = 0; i < nodes; i++) {
    const c = community[i] as number;
    total[c] = (total[c] as number) + (strengths[i] as number);
    size[c] = (size[c] as number) + 1;
  }
  const empty: number[] = [];
  for (let c = nodes - 1; c >= 0; c--) if (size[c] === 0) empty.push(c);
  const order = Int32Array.from({ length: nodes }, (_, i) => i);
  shuffle(order, random);
  const queue: number[] = Array.from(order);
  const queued = new Uint8Array(nodes).fill(1);
  const joined = new Float64Array(nodes);
  const tolerance = SMALLEST_GAIN * meanStrength(level);
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    queued[node] = 0;
    const from = community[node] as number;
    const strength = strengths[node] as number;
    const seen: number[] = [];
    joined[from] = 0;
    for (let k = offsets[node] as number; k < (offsets[node + 1] as number); k++) {
      const c = community[neighbours[k] as number] as number;
      if (joined[c] === 0) seen.push(c);
      joined[c] = (joined[c] as number) + (weights[k] as number);
    }
    total[from] = (total[from] as number) - strength;
    const staying = (joined[from] as number) - rate * strength * (total[from] as number);
    let [to, gain] = [from, staying + tolerance];
    for (const c of seen.sort((a, b) => a - b)) {
      const value = (joined[c] as number) - rate * strength * (total[c] as number);
      if (value > gain) [to, gain] = [c, value];
    }
    // A community of its own has the value 0.
    if ((size[from] as number) > 1 && gain < 0) to = empty.at(-1) as number;
    for (const c of seen) joined[c] = 0;
    joined[from] = 0;
    total[to] = (total[to] as number) + strength;
    if (to === from) continue;
    size[from] = (size[from] as number) - 1;
    if (size[from] === 0) {
      empty.push(from);
      total[from] = 0;
    }
    if (size[to] === 0) empty.pop();
    size[to] = (size[to] as number) + 1;
    community[node] = to;
    for (let k = offsets[node] as number; k < (offsets[node + 1] as number); k++) {
      const j = neighbours[k] as number;
      if (community[j] === to || queued[j] === 1) continue;
      queued[j] = 1;
      queue.push(j);
    }
  }
  return byFirstAppearance(community);
}

/**
 * Splits every community into well-connected parts: each node starts alone and, while it is alone and well connected to
 * the rest of its community, joins a well-connected part at random among those that do not lower modularity.
 */
function refine(level: Level, communities: Partition, rate: number, random: RandomNumbers): Partition {
  const { nodes, offsets, neighbours, weights, strengths } = level;
  const ofCommunity = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    const c = communities[i] as number;
    ofCommunity[c] = (ofCommunity[c] as number) + (strengths[i] as number);
  }
  const part = Int32Array.from({ length: nodes }, (_, i) => i);
  const size = new Int32Array(nodes).fill(1);
  const total = strengths.slice();
  /** Weight from each part to the rest of its community. */
  const outward = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
      if (communities[neighbours[k] as number] !== communities[i]) continue;
      outward[i] = (outward[i] as number) + (weights[k] as number);
    }
  }
  const mean = meanStrength(level);
  const tolerance = SMALLEST_GAIN * mean;
  const isWellConnected = (p: number, community: number) => {
    const rest = (ofCommunity[community] as number) - (total[p] as number);
    return (outward[p] as number) >= rate * (total[p] as number) * rest - tolerance;
  };
  const joined = new Float64Array(nodes);
  const order = Int32Array.from({ length: nodes }, (_, i) => i);
  shuffle(order, random);
  for (const node of order) {
    const community = communities[node] as number;
    if (size[part[node] as number] !== 1 || !isWellConnected(node, community)) continue;
    const seen: number[] = [];
    for (let k = offsets[node] as number; k < (offsets[node + 1] as number); k++) {
      const j = neighbours[k] as number;
      if (communities[j] !== community) continue;
      const p = part[j] as number;
      if (joined[p] === 0) seen.push(p);
      joined[p] = (joined[p] as number) + (weights[k] as number);
    }
    seen.sort((a, b) => a - b);
    const strength = strengths[node] as number;
    const choices: number[] = [];
    const gains: number[] = [];
    for (const p of seen) {
      const gain = (joined[p] as number) - rate * strength * (total[p] as number);
      if (gain < 0 || !isWellConnected(p, community)) continue;
      choices.push(p);
      gains.push(gain / mean);
    }
    const to = chooseByGain(choices, gains, random);
    if (to !== undefined) {
      size[to] = (size[to] as number) + 1;
      size[node] = 0;
      outward[to] = (outward[to] as number) + (outward[node] as number) - 2 * (joined[to] as number);
      total[to] = (total[to] as number) + strength;
      part[node] = to;
    }
    for (const p of seen) joined[p] = 0;
  }
  return byFirstAppearance(part);
}

/** One of the choices with probability proportional to exp(gain / θ); staying alone, with gain 0, is one more. */
function chooseByGain(choices: readonly number[], gains: readonly number[], random: RandomNumbers): number | undefined {
  if (choices.length === 0) return undefined;
  const largest = Math.max(0, ...gains);
  const alone = exponential(-largest / RANDOMNESS);
  const shares = gains.map((gain) => exponential((gain - largest) / RANDOMNESS));
  let rest = random() * shares.reduce((sum, share) => sum + share, alone) - alone;
  if (rest < 0) return undefined;
  for (const [k, share] of shares.entries()) {
    rest -= share;
    if (rest < 0) return choices[k];
  }
  return choices.at(-1);
}

function meanStrength({ nodes, strengths }: Level): number {
  return strengths.reduce((sum, s) => sum + s, 0) / nodes;
}

/** The level whose nodes are the parts. */
function aggregate(level: Level, parts: Partition): Level {
  const { offsets, neighbours, weights, strengths } = level;
  const nodes = groupCount(parts);
  const members: number[][] = Array.from({ length: nodes }, () => []);
  for (let i = 0; i < level.nodes; i++) (members[parts[i] as number] as number[]).push(i);
  const above = { strengths: new Float64Array(nodes), offsets: new Int32Array(nodes + 1) };
  const [ends, sums] = [[] as number[], [] as number[]];
  const joined = new Float64Array(nodes);
  for (const [p, nodesOfPart] of members.entries()) {
    const seen: number[] = [];
    for (const i of nodesOfPart) {
      above.strengths[p] = (above.strengths[p] as number) + (strengths[i] as number);
      for (let k = offsets[i] as number; k < (offsets[i + 1] as number); k++) {
        const q = parts[neighbours[k] as number] as number;
        if (q === p) continue;
        if (joined[q] === 0) seen.push(q);
        joined[q] = (joined[q] as number) + (weights[k] as number);
      }
    }
    for (const q of seen.sort((a, b) => a - b)) {
      ends.push(q);
      sums.push(joined[q] as number);
      joined[q] = 0;
    }
    above.offsets[p + 1] = ends.length;
  }
  return { nodes, ...above, neighbours: Int32Array.from(ends), weights: Float64Array.from(sums) };
}
