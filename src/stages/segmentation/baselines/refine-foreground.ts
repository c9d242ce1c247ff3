import { componentLabels, labelSizes } from "../../../compute/volume/label-propagation.js";
import { localMaximum } from "../../../compute/volume/local-maximum.js";
import { selectVoxels } from "../../../compute/volume/voxel-index.js";
import type { Foreground } from "./foreground.js";

export interface RefineParameters {
  /** A voxel stays if it is brighter than this share of the brightest one near it; 0: all stay. Takes away halos. */
  readonly relativeThreshold: number;
  /** How far, in voxels on each axis, the brightest one is looked for. */
  readonly relativeRadius: number;
  /** 26-connected components of at most this many voxels are taken away; 0: none is. */
  readonly removeSmall: number;
}

/** The foreground without halos of bright neurites and without specks. */
export function refineForeground(foreground: Foreground, parameters: RefineParameters): Foreground {
  const { relativeThreshold, relativeRadius, removeSmall } = parameters;
  let refined = foreground;
  if (relativeThreshold > 0) {
    const { index, brightness } = refined;
    const largest = localMaximum(index, brightness, relativeRadius);
    const keep = new Uint8Array(brightness.length);
    for (let i = 0; i < keep.length; i++) {
      if ((brightness[i] as number) > relativeThreshold * (largest[i] as number)) keep[i] = 1;
    }
    refined = selected(refined, keep);
  }
  if (removeSmall > 0) {
    const { labels, count } = componentLabels(refined.index);
    const sizes = labelSizes(labels, count);
    refined = selected(
      refined,
      Uint8Array.from(labels, (label) => ((sizes[label] as number) > removeSmall ? 1 : 0)),
    );
  }
  return refined;
}

function selected(foreground: Foreground, keep: Uint8Array): Foreground {
  const { channels, colours, brightness, background } = foreground;
  const index = selectVoxels(foreground.index, keep);
  const kept = {
    colours: new Float32Array(index.positions.length * channels),
    brightness: new Float32Array(index.positions.length),
  };
  let size = 0;
  for (let i = 0; i < keep.length; i++) {
    if (keep[i] === 0) continue;
    kept.brightness[size] = brightness[i] as number;
    for (let c = 0; c < channels; c++) kept.colours[size * channels + c] = colours[i * channels + c] as number;
    size++;
  }
  return { index, channels, background, ...kept };
}
