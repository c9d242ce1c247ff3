import { compareCodeUnits } from "../base/canonical-json.js";
import { classOf, NEURON_LABELS } from "../tables/neuron-registry.js";
import { type SeededRandom, seededRandom } from "./seeded-random.js";

/** A weighted connection; gap junctions have `pre` ≤ `post` in code-unit order. */
export interface SyntheticEdge {
  readonly pre: string;
  readonly post: string;
  readonly weight: number;
}

export interface SyntheticLayers {
  readonly chemical: readonly SyntheticEdge[];
  readonly gap: readonly SyntheticEdge[];
}

export interface SyntheticFunctional {
  readonly stimulated: string;
  readonly responding: string;
  /** Signed, in hundredths. */
  readonly strength: number;
  /** False discovery rate of equivalence to no connection. */
  readonly qEquivalence: number;
}

/** One invented animal seen by every published annotation: the cross-checks hold, no number is anybody's data. */
export interface SyntheticConnectome {
  /** Synapses with one postsynaptic partner (NeuronConnect `S`). */
  readonly monadic: readonly SyntheticEdge[];
  /** Synapses with several postsynaptic partners (`Sp`). */
  readonly polyadic: readonly SyntheticEdge[];
  /** `S` + `Sp` per ordered pair, and `EJ` per unordered pair. */
  readonly chklovskii: SyntheticLayers;
  /** Neuron → number of neuromuscular junctions. */
  readonly neuromuscular: readonly { readonly neuron: string; readonly weight: number }[];
  readonly whole: SyntheticLayers;
  readonly openworm: SyntheticLayers;
  /** Pairs that the OpenWorm table lists both ways with different numbers. */
  readonly openwormConflicts: readonly { readonly pre: string; readonly post: string; readonly back: number }[];
  readonly n2u: SyntheticLayers;
  readonly jsh: SyntheticLayers;
  readonly jse: SyntheticLayers;
  /** In electron-microscopy sections. */
  readonly cook: SyntheticLayers;
  /** Connections of neurons to muscles and end organs in the Cook matrices. */
  readonly cookToMuscle: readonly SyntheticEdge[];
  /** Witvliet series 1 to 8; index 0 is series 1. */
  readonly witvliet: readonly SyntheticLayers[];
  readonly witvlietToMuscle: readonly SyntheticEdge[];
  readonly functional: readonly SyntheticFunctional[];
}

const HUBS = "AVAL AVAR AVBL AVBR AVDL AVDR AVEL AVER PVCL PVCR RIAL RIAR RIML RIMR AIBL AIBR".split(" ");
/** Cells that a trap of one of the formats needs. */
const NEEDED = "AVFL AVFR AS1 AS2 VB1 VB2 VB3 DA1 DB2 DD1 VA12 VC6 DA8 LUAR DVB I1L I2L I3 M1 MCL NSML NSMR".split(" ");
const TAIL_CLASSES = new Set("DVA DVB DVC LUA PDA PDB PHA PHB PHC PLM PLN PQR PVC PVN PVQ PVR PVT PVW".split(" "));
const CORD_CLASSES = new Set("AS DA DB DD VA VB VC VD".split(" "));
const PHARYNX = /^(I[1-6]|M[1-5]|MC|MI|NSM)/;

/** Head: neither ventral cord nor tail. */
export function isHeadNeuron(label: string): boolean {
  const name = classOf(label) ?? "";
  return !TAIL_CLASSES.has(name) && !CORD_CLASSES.has(name);
}

function isTailNeuron(label: string): boolean {
  return TAIL_CLASSES.has(classOf(label) ?? "") || ["VA12", "DA8", "DA9", "DD6", "VD12", "VD13"].includes(label);
}

/** The connections among pharyngeal neurons. */
export function pharynxOf(layers: SyntheticLayers): SyntheticLayers {
  return within(layers, (label) => PHARYNX.test(label));
}

function byPair(a: SyntheticEdge, b: SyntheticEdge): number {
  return compareCodeUnits(a.pre, b.pre) || compareCodeUnits(a.post, b.post);
}

function drawPairs(options: {
  readonly random: SeededRandom;
  readonly cells: readonly string[];
  readonly count: number;
  readonly ordered: boolean;
}): [string, string][] {
  const { random, cells, count, ordered } = options;
  const targets = cells.flatMap((cell) => (HUBS.includes(cell) ? Array<string>(8).fill(cell) : [cell]));
  const pairs = new Map<string, [string, string]>();
  for (let tries = 0; pairs.size < count && tries < count * 20; tries++) {
    const a = random.pick(cells);
    const b = random.pick(targets);
    if (a === b && !random.chance(0.3)) continue;
    const pair: [string, string] = ordered || a <= b ? [a, b] : [b, a];
    pairs.set(pair.join(" "), pair);
  }
  return [...pairs.values()];
}

/** Fewer small numbers than one: 1 is commonest, the tail is long. */
function drawCount(random: SeededRandom): number {
  return 1 + Math.floor(-Math.log(1 - random.next()) * 1.6);
}

/** Keeps a part of the edges, and changes the weight of a part of those. */
function seenAgain(
  edges: readonly SyntheticEdge[],
  random: SeededRandom,
  rates: { readonly keep: number; readonly change: number },
): SyntheticEdge[] {
  return edges
    .filter(() => random.chance(rates.keep))
    .map((edge) => (random.chance(rates.change) ? { ...edge, weight: drawCount(random) } : edge));
}

function within(layers: SyntheticLayers, has: (label: string) => boolean): SyntheticLayers {
  const inside = (edge: SyntheticEdge) => has(edge.pre) && has(edge.post);
  return { chemical: layers.chemical.filter(inside), gap: layers.gap.filter(inside) };
}

function resampled(layers: SyntheticLayers, random: SeededRandom, keep: number, change: number): SyntheticLayers {
  return {
    chemical: seenAgain(layers.chemical, random, { keep, change }),
    gap: seenAgain(layers.gap, random, { keep, change }),
  };
}

function addedPairs(random: SeededRandom, cells: readonly string[], count: number, known: readonly SyntheticEdge[]) {
  const taken = new Set(known.map((edge) => `${edge.pre} ${edge.post}`));
  return drawPairs({ random, cells, count, ordered: true })
    .filter((pair) => !taken.has(pair.join(" ")))
    .map(([pre, post]) => ({ pre, post, weight: drawCount(random) }));
}

function toMuscles(random: SeededRandom, cells: readonly string[], muscles: readonly string[], count: number) {
  const edges = new Map<string, SyntheticEdge>();
  for (let index = 0; index < count; index++) {
    const edge = { pre: random.pick(cells), post: random.pick(muscles), weight: drawCount(random) };
    edges.set(`${edge.pre} ${edge.post}`, edge);
  }
  return [...edges.values()].sort(byPair);
}

function drawFunctional(random: SeededRandom, cells: readonly string[]): SyntheticFunctional[] {
  return drawPairs({ random, cells, count: 180, ordered: true })
    .filter(([a, b]) => a !== b)
    .map(([stimulated, responding]) => ({
      stimulated,
      responding,
      strength: (random.chance(0.12) ? -1 : 1) * (1 + random.integer(60)),
      qEquivalence: (1 + random.integer(99)) / 100,
    }));
}

/**
 * Invents a connectome and how each published annotation would see it. The same seed gives the same numbers
 * everywhere. About 230 neurons, 900 chemical pairs, 220 gap-junction pairs.
 */
export function syntheticConnectome(seed: number): SyntheticConnectome {
  const root = seededRandom(seed);
  const cellRandom = root.fork("cells");
  const cells = NEURON_LABELS.filter(
    (label) => HUBS.includes(label) || NEEDED.includes(label) || cellRandom.chance(0.72),
  );

  const chemicalRandom = root.fork("chemical");
  const monadic: SyntheticEdge[] = [];
  const polyadic: SyntheticEdge[] = [];
  const chemical: SyntheticEdge[] = [];
  const somatic = cells.filter((cell) => !PHARYNX.test(cell));
  const drawn = drawPairs({ random: chemicalRandom, cells: somatic, count: 900, ordered: true });
  const forced: [string, string][] = [
    ["AVFL", "AVBL"],
    ["AVFR", "AVBR"],
    ["VB1", "VB2"],
    ["AVAL", "VA12"],
    ["DVB", "DA8"],
    ["PVCR", "LUAR"],
    ["AVBL", "VC6"],
  ];
  for (const [pre, post] of new Map([...drawn, ...forced].map((pair) => [pair.join(" "), pair])).values()) {
    const single = chemicalRandom.chance(0.45) ? drawCount(chemicalRandom) : 0;
    const several = single === 0 || chemicalRandom.chance(0.4) ? drawCount(chemicalRandom) : 0;
    if (single > 0) monadic.push({ pre, post, weight: single });
    if (several > 0) polyadic.push({ pre, post, weight: several });
    chemical.push({ pre, post, weight: single + several });
  }

  const gapRandom = root.fork("gap");
  const gap = [
    ...drawPairs({ random: gapRandom, cells: somatic, count: 216, ordered: false }),
    ["VB1", "VB2"] as [string, string],
    ["AVAL", "AVAL"] as [string, string],
  ];
  const electrical = [...new Map(gap.map((pair) => [pair.join(" "), pair])).values()].map(([pre, post]) => ({
    pre,
    post,
    weight: drawCount(gapRandom),
  }));
  const chklovskii: SyntheticLayers = { chemical: chemical.sort(byPair), gap: electrical.sort(byPair) };

  const pharynx = cells.filter((cell) => PHARYNX.test(cell));
  const wholeRandom = root.fork("whole");
  const whole: SyntheticLayers = {
    chemical: [...chklovskii.chemical, ...addedPairs(wholeRandom, pharynx, 24, [])].sort(byPair),
    gap: chklovskii.gap,
  };

  const openRandom = root.fork("openworm");
  const openworm = resampled(whole, openRandom, 0.99, 0.08);
  const openwormConflicts = openworm.gap
    .filter((edge) => edge.pre !== edge.post)
    .slice(3, 8)
    .map((edge) => ({ pre: edge.pre, post: edge.post, back: edge.weight + 1 }));

  const cookRandom = root.fork("cook");
  const inSections = (edge: SyntheticEdge) => ({ ...edge, weight: edge.weight * 2 + cookRandom.integer(4) });
  const cookSeen = resampled(whole, cookRandom, 0.97, 0.1);
  const cook: SyntheticLayers = {
    chemical: [...cookSeen.chemical, ...addedPairs(cookRandom, cells, 160, whole.chemical)]
      .map(inSections)
      .sort(byPair),
    gap: cookSeen.gap.map(inSections).sort(byPair),
  };

  const head = within(whole, isHeadNeuron);
  const witvlietRandom = root.fork("witvliet");
  const motor = cells.filter((cell) => CORD_CLASSES.has(classOf(cell) ?? ""));
  const headMotor = cells.filter((cell) => /^(RMD|SMB|SMD|RME|URA)/.test(cell));
  return {
    monadic: monadic.sort(byPair),
    polyadic: polyadic.sort(byPair),
    chklovskii,
    neuromuscular: motor.slice(0, 40).map((neuron) => ({ neuron, weight: drawCount(wholeRandom) })),
    whole,
    openworm,
    openwormConflicts,
    n2u: resampled(head, root.fork("n2u"), 0.98, 0.03),
    jsh: resampled(head, root.fork("jsh"), 0.8, 0.3),
    jse: { chemical: within(whole, isTailNeuron).chemical, gap: [] },
    cook,
    cookToMuscle: toMuscles(root.fork("cook muscle"), motor, ["dBWML1", "dBWMR2", "vBWML3", "vm2PL", "pm1", "hyp"], 60),
    witvliet: [0.35, 0.4, 0.5, 0.6, 0.7, 0.75, 0.9, 0.9].map((keep, index) =>
      resampled(head, witvlietRandom.fork(`series ${index + 1}`), keep, 0.4),
    ),
    witvlietToMuscle: toMuscles(root.fork("head muscle"), headMotor, ["BWM-DL01", "BWM-VR06", "GLRVR", "CEPshDL"], 40),
    functional: drawFunctional(root.fork("functional"), cells),
  };
}
