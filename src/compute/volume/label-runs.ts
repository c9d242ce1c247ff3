import { LoadError } from "../../base/errors.js";
import { RunCollector, type VolumeShape, type VoxelRuns } from "./voxel-runs.js";

/** The voxels of one value in one channel. */
export interface LabelledVoxels {
  readonly channel: number;
  readonly label: number;
  readonly runs: VoxelRuns;
}

/** Most values over all channels. */
export const MOST_LABELS = 1_000_000;

/** Most stretches of equal values along x, 12 bytes each while a volume is read. */
const MOST_RUNS = 40_000_000;

const PIECE = 2 ** 18;

/** Collects stretches of equal labels along x in the order of their arrival, in pieces, so that growing never copies. */
export class LabelRuns {
  readonly #name: string;
  readonly #starts: Uint32Array[] = [];
  readonly #lengths: Uint32Array[] = [];
  readonly #labels: Uint32Array[] = [];
  /** Position of a label in the two lists, per channel. */
  readonly #known: Map<number, number>[] = [];
  readonly #channelOf: number[] = [];
  readonly #valueOf: number[] = [];
  #count = 0;
  #lastChannel = -1;
  #lastValue = -1;
  #lastLabel = -1;

  /** @param name of the volume, for messages */
  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Adds `length` voxels from the linear index `start`, within one row; returns the label's position in the order of
   * first arrival.
   * @throws {LoadError} `load/many-labels`, `load/many-runs`.
   */
  add(channel: number, value: number, start: number, length: number): number {
    if (channel !== this.#lastChannel || value !== this.#lastValue) {
      this.#lastLabel = this.#labelOf(channel, value);
      this.#lastChannel = channel;
      this.#lastValue = value;
    }
    const piece = Math.floor(this.#count / PIECE);
    const at = this.#count % PIECE;
    if (at === 0) this.#grow();
    (this.#starts[piece] as Uint32Array)[at] = start;
    (this.#lengths[piece] as Uint32Array)[at] = length;
    (this.#labels[piece] as Uint32Array)[at] = this.#lastLabel;
    this.#count++;
    return this.#lastLabel;
  }

  #grow(): void {
    if (this.#count >= MOST_RUNS) {
      throw new LoadError(
        "many-runs",
        `${this.#name}: more than ${MOST_RUNS} stretches of equal labels; this looks like noise, not like instances`,
        { fields: { limit: MOST_RUNS } },
      );
    }
    this.#starts.push(new Uint32Array(PIECE));
    this.#lengths.push(new Uint32Array(PIECE));
    this.#labels.push(new Uint32Array(PIECE));
  }

  #labelOf(channel: number, value: number): number {
    let known = this.#known[channel];
    if (known === undefined) {
      known = new Map();
      this.#known[channel] = known;
    }
    const found = known.get(value);
    if (found !== undefined) return found;
    const label = this.#channelOf.length;
    if (label >= MOST_LABELS) {
      throw new LoadError("many-labels", `${this.#name}: more than ${MOST_LABELS} labels`, {
        fields: { limit: MOST_LABELS },
        wayOut: "This looks like an image, not like a segmentation: check the name of the array.",
      });
    }
    known.set(value, label);
    this.#channelOf.push(channel);
    this.#valueOf.push(value);
    return label;
  }

  /**
   * The labels by channel, then by value; `positions[i]` is what {@link add} returned for the i-th. The list is used up.
   * Cost: linear in the runs, plus a sort of those labels whose runs did not arrive in order.
   */
  finish(shape: VolumeShape): { readonly labels: readonly LabelledVoxels[]; readonly positions: readonly number[] } {
    const count = this.#channelOf.length;
    const firsts = new Uint32Array(count + 1);
    this.#each((label) => {
      firsts[label + 1] = (firsts[label + 1] as number) + 1;
    });
    for (let label = 0; label < count; label++) {
      firsts[label + 1] = (firsts[label + 1] as number) + (firsts[label] as number);
    }
    const starts = new Uint32Array(this.#count);
    const lengths = new Uint32Array(this.#count);
    const next = firsts.slice(0, count);
    this.#each((label, start, length) => {
      const at = next[label] as number;
      starts[at] = start;
      lengths[at] = length;
      next[label] = at + 1;
    });
    for (const pieces of [this.#starts, this.#lengths, this.#labels]) pieces.length = 0;
    const positions = Array.from({ length: count }, (_, label) => label).sort(
      (a, b) =>
        (this.#channelOf[a] as number) - (this.#channelOf[b] as number) ||
        (this.#valueOf[a] as number) - (this.#valueOf[b] as number),
    );
    const labels = positions.map((label) => {
      const collector = new RunCollector(shape);
      for (let at = firsts[label] as number; at < (firsts[label + 1] as number); at++) {
        collector.add(starts[at] as number, lengths[at] as number);
      }
      return {
        channel: this.#channelOf[label] as number,
        label: this.#valueOf[label] as number,
        runs: collector.finish(),
      };
    });
    return { labels, positions };
  }

  #each(visit: (label: number, start: number, length: number) => void): void {
    for (let i = 0; i < this.#count; i++) {
      const piece = Math.floor(i / PIECE);
      const at = i % PIECE;
      visit(
        (this.#labels[piece] as Uint32Array)[at] as number,
        (this.#starts[piece] as Uint32Array)[at] as number,
        (this.#lengths[piece] as Uint32Array)[at] as number,
      );
    }
  }
}
