import type { SeededRandom } from "../seeded-random.js";
import { between, normal } from "./domain.js";
import { exponential } from "./exact-math.js";

/** Signal of a neuron in the three channels. */
export type Colour = readonly [number, number, number];

/** Colour of one neuron, before optics. */
export interface NeuronColour {
  readonly colour: Colour;
  readonly dim: boolean;
}

const GAINS: Colour = [1, 0.6, 0.45];
/** Shares of neurons that express one, two or three labels. */
const ONE_LABEL = 0.6;
const TWO_LABELS = 0.9;
const DIM_CHANCE = 36 / 134;
/** Tubes lose about half of their brightness to the optics, averaged over their mask; depth takes some more. */
const BEFORE_OPTICS = 2.3;

/**
 * Colours of the neurons of one volume: labels from a subset of three, log-normal strengths, channel gains,
 * bleed-through; in half of the volumes of three neurons and more, two have nearly the same hue.
 */
export function neuronColours(count: number, random: SeededRandom): NeuronColour[] {
  const bleed = Array.from({ length: 9 }, () => between(random, 0.03, 0.1));
  const strengths: { labels: [number, number, number]; dim: boolean }[] = [];
  for (let neuron = 0; neuron < count; neuron++) {
    const dim = random.chance(DIM_CHANCE);
    strengths.push({ labels: labelsOf(random, dim), dim });
  }
  if (count >= 3 && random.chance(0.5)) {
    const first = random.integer(count);
    const second = (first + 1 + random.integer(count - 1)) % count;
    const factor = between(random, 0.75, 1.3);
    const model = strengths[first] as (typeof strengths)[number];
    const labels = model.labels.map((value) => value * factor * between(random, 0.92, 1.08));
    strengths[second] = { labels: labels as [number, number, number], dim: model.dim };
  }
  return strengths.map(({ labels, dim }) => {
    const channel = (c: number): number => {
      const mixed = labels.reduce(
        (sum, value, label) => sum + value * (label === c ? 1 : (bleed[3 * c + label] as number)),
        0,
      );
      return BEFORE_OPTICS * (GAINS[c] as number) * mixed;
    };
    return { colour: [channel(0), channel(1), channel(2)], dim };
  });
}

function labelsOf(random: SeededRandom, dim: boolean): [number, number, number] {
  const kinds = random.next();
  const count = kinds < ONE_LABEL ? 1 : kinds < TWO_LABELS ? 2 : 3;
  const order = [0, 1, 2];
  for (let i = 2; i > 0; i--) {
    const other = random.integer(i + 1);
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  const labels: [number, number, number] = [0, 0, 0];
  for (const label of order.slice(0, count)) {
    const normalised = Math.max(-1.3, Math.min(1.3, normal(random)));
    // Blue and green lose most to the gains, so the labels of one neuron stay within what a microscope is set to.
    labels[label] = (dim ? 80 : 450) * exponential(0.7 * normalised) * (1 / Math.sqrt(GAINS[label] as number));
  }
  return labels;
}
