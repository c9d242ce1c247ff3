/** A volume and its segmentations as their picture needs them: plain values, sizes in voxels. */
export interface VolumeData {
  readonly sample: SampleFacts;
  readonly raw: Projection;
  readonly truth: Projection;
  /** Neurons of the ground truth, in any order. */
  readonly neurons: readonly NeuronSize[];
  /** Segmentations, in any order. */
  readonly predictions: readonly PredictionFacts[];
  /** What could not be read or is left out, for the notes. */
  readonly notes: readonly string[];
}

export interface SampleFacts {
  readonly id: string;
  readonly labelSet: string | null;
  readonly split: string | null;
  readonly channels: number | null;
  /** x, y, z; null where the volume was not read. */
  readonly size: readonly [number, number, number] | null;
  readonly voxelUm: number;
  /** Neurons in the ground truth. */
  readonly instances: number | null;
  /** Dim ones among them; null where the volume says nothing of it. */
  readonly dim: number | null;
  readonly source: string | null;
}

/** A projection along z as a stored PNG, or why there is none to show. */
export type Projection = StoredProjection | { readonly missing: string };

export interface StoredProjection {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface NeuronSize {
  readonly id: number;
  readonly voxels: number;
  /** null: the volume does not say. */
  readonly dim: boolean | null;
  readonly overlap: boolean;
}

export interface PredictionFacts {
  readonly method: string;
  readonly projection: Projection;
  /** Labels that the size filter keeps, and those that it deletes. */
  readonly labels: number;
  readonly smallLabels: number;
  /** Undefined where nobody scored it. */
  readonly score: PredictionScore | undefined;
}

/** Numbers of one image; null where they are not defined. */
export interface PredictionScore {
  readonly s: number | null;
  readonly f1: number | null;
  readonly coverage: number | null;
  /** Neurons matched one to one with clDice above 0.5, of how many. */
  readonly found: number | null;
  readonly neurons: number | null;
}
