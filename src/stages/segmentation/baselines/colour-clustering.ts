import { LoadError } from "../../../base/errors.js";
import { luvFromSrgb } from "../../../compute/colour/luv.js";
import { membership } from "../../../compute/statistics/gaussian-mixture.js";
import type { Points } from "../../../compute/statistics/k-means.js";
import { lowRankProjection } from "../../../compute/statistics/low-rank-projection.js";
import { randomNumbers } from "../../../compute/statistics/random-numbers.js";
import { closePairs } from "../../../compute/volume/proximity.js";
import { runsOfLabels } from "../../../compute/volume/voxel-index.js";
import type { VolumeSource } from "../../../formats/volume/volume.js";
import { cleanClusters } from "./clean-clusters.js";
import type { ColourClusteringParameters } from "./colour-clustering-parameters.js";
import { type Foreground, findForeground } from "./foreground.js";
import { hueOf } from "./hue.js";
import type { BaselineEvidence, BaselineOptions, LabelResult } from "./label-result.js";
import { selectMixture } from "./mixture-selection.js";
import { refineForeground } from "./refine-foreground.js";
import { splitSupervoxels } from "./split-supervoxels.js";
import { AffinityGraph } from "./supervoxel-graph.js";
import { type Supervoxels, supervoxels } from "./supervoxels.js";

export interface ColourClusteringInput extends BaselineOptions {
  /** (3, Z, Y, X), in blocks of any shape; by z in one pass. */
  readonly raw: VolumeSource;
  readonly parameters: ColourClusteringParameters;
  readonly seed: number;
}

/**
 * Segments neurons by colour, after B. Duan, L. A. Walker, D. H. Roossien et al., "Unsupervised neural tracing in
 * densely labeled multispectral Brainbow images" (ISBI 2021), as re-implemented for the FISBe benchmark: foreground,
 * supervoxels, clusters of supervoxels by a Gaussian mixture, division of clusters that lie apart. Skeleton bridging and
 * demixing of the original are not part of either.
 *
 * Raw values stream by plane; what follows works on foreground voxels alone, some 60 bytes each. The result depends on
 * input, parameters and seed, not on the order of blocks.
 * @throws {LoadError} `load/channels` for other than three channels, `load/foreground-too-large`.
 * {FormatError} for blocks that are not as stated.
 */
export async function colourClustering(input: ColourClusteringInput): Promise<LabelResult> {
  const { raw, parameters, seed, signal, onProgress } = input;
  if (raw.shape.length === 4 && raw.shape[0] !== 3) {
    throw new LoadError("channels", `${raw.name}: colours are of three channels, not of ${raw.shape[0]}`, {
      fields: { file: raw.name, channels: raw.shape[0] as number },
      wayOut: "Name the array of three colour channels, with axes C, Z, Y, X.",
    });
  }
  const bright = await findForeground(raw, parameters, { signal, onProgress });
  signal?.throwIfAborted();
  const foreground = refineForeground(bright, parameters);
  signal?.throwIfAborted();
  const whole = supervoxels(foreground, parameters);
  signal?.throwIfAborted();
  const pieces = splitSupervoxels(foreground, whole, parameters);
  onProgress?.(1, 1, "supervoxels");
  signal?.throwIfAborted();
  const { shape } = foreground.index;
  const facts = {
    bright_voxels: bright.index.positions.length,
    foreground_voxels: foreground.index.positions.length,
    supervoxels_before_split: whole.count,
    supervoxels: pieces.count,
  };
  const clustered = clusterSupervoxels(foreground, pieces, parameters, seed);
  signal?.throwIfAborted();
  const labels = Int32Array.from(pieces.labels, (label) => (label === 0 ? 0 : (clustered.of[label - 1] as number) + 1));
  const clusters = runsOfLabels(foreground.index, labels, clustered.count).filter((runs) => runs.voxels > 0);
  const instances = cleanClusters(clusters, parameters.cleanUpDistance);
  onProgress?.(1, 1, "clusters");
  const evidence = {
    ...facts,
    ...clustered.evidence,
    clusters: clusters.length,
    instances: instances.length,
    unlabelled_voxels: labels.reduce((sum, label) => sum + (label === 0 ? 1 : 0), 0),
  };
  return { shape, clusters, instances, evidence };
}

interface ClusteredSupervoxels {
  /** Cluster of each supervoxel, from 0. */
  readonly of: Int32Array;
  readonly count: number;
  readonly evidence: BaselineEvidence;
}

function clusterSupervoxels(
  foreground: Foreground,
  pieces: Supervoxels,
  parameters: ColourClusteringParameters,
  seed: number,
): ClusteredSupervoxels {
  const fitted = largest(pieces, parameters.mostFitted);
  const { points, evidence } =
    parameters.features === "hue"
      ? { points: huePoints(foreground, pieces), evidence: {} }
      : affinityPoints(foreground, pieces, parameters, seed);
  const selected = selectMixture(subset(points, fitted), parameters, seed);
  if (selected === undefined) return { of: new Int32Array(0), count: 0, evidence };
  const { mixture, criteria } = selected;
  const chances = membership(points, mixture);
  const of = new Int32Array(points.count);
  for (let i = 0; i < points.count; i++) {
    let best = 0;
    for (let k = 1; k < mixture.components; k++) {
      const chance = chances[i * mixture.components + k] as number;
      if (chance > (chances[i * mixture.components + best] as number)) best = k;
    }
    of[i] = best;
  }
  return {
    of,
    count: mixture.components,
    evidence: {
      ...evidence,
      fitted_supervoxels: fitted.length,
      components: mixture.components,
      mixture_iterations: mixture.iterations,
      mixture_converged: mixture.converged,
      ...Object.fromEntries(criteria.map(([components, criterion]) => [`criterion_${components}`, finite(criterion)])),
    },
  };
}

/** Infinite criteria are no values of JSON. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** At most `most` supervoxels, the largest, in order. */
function largest({ count, sizes }: Supervoxels, most: number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  if (count <= most) return all;
  return all
    .sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b)
    .slice(0, most)
    .sort();
}

function subset({ dimensions, values }: Points, members: Int32Array): Points {
  const kept = new Float64Array(members.length * dimensions);
  for (const [i, member] of members.entries()) {
    kept.set(values.subarray(member * dimensions, (member + 1) * dimensions), i * dimensions);
  }
  return { count: members.length, dimensions, values: kept };
}

function huePoints({ channels, background }: Foreground, { colours, count }: Supervoxels): Points {
  return { count, dimensions: channels, values: Float64Array.from(hueOf(colours, channels, background)) };
}

/** Rows of the affinity matrix in the space of its strongest eigenvectors, which are those of the largest supervoxels. */
function affinityPoints(
  { index }: Foreground,
  pieces: Supervoxels,
  parameters: ColourClusteringParameters,
  seed: number,
): { readonly points: Points; readonly evidence: BaselineEvidence } {
  const { labels, colours, count } = pieces;
  const luv = new Float64Array(count * 3);
  for (let i = 0; i < count; i++) {
    luv.set(luvFromSrgb(colours[3 * i] as number, colours[3 * i + 1] as number, colours[3 * i + 2] as number), 3 * i);
  }
  const near = closePairs(index, labels, parameters.spatialDistance);
  const landmarks = largest(pieces, parameters.landmarks);
  const graph = new AffinityGraph(luv, near, landmarks, parameters);
  const matrix = graph.landmarkMatrix();
  const projection = lowRankProjection(matrix, parameters.rank, randomNumbers(seed));
  const dimensions = projection.eigenvalues.length;
  return {
    points: { count, dimensions, values: graph.projectedRows(projection.vectors, dimensions) },
    evidence: {
      near_pairs: near.first.length,
      landmarks: landmarks.length,
      affinities: matrix.columns.length,
      projection_iterations: projection.iterations,
      projection_converged: projection.converged,
    },
  };
}
