import type { SeededRandom } from "../seeded-random.js";
import { between, type Domain, ellipsoidLevel, type Vector } from "./domain.js";
import { cosineOfTurns, exponential } from "./exact-math.js";
import type { Colour } from "./neuron-colours.js";
import { LatticeField, NORMAL_TABLE, positionHash } from "./position-noise.js";

/** A bright point beside the neurons. */
export interface Speck {
  readonly position: Vector;
  readonly colour: Colour;
}

/** Medians of the background per channel, in counts, and the spread of their logarithm. */
const BACKGROUND: Colour = [7, 5.2, 4.9];
const COARSE_SPREAD: Colour = [0.45, 0.5, 0.6];
const FINE_SPREAD: Colour = [0.85, 1, 1.15];
const COARSE = 16;
const FINE = 4;
/** Voxels of tissue per speck. */
const VOXELS_PER_SPECK = 1300;
/** Median brightness of a speck before optics, which leave a twentieth of it. */
const BRIGHTNESS = 2300;
/** Depth in voxels over which the light falls to 1 / e. */
const ATTENUATION = 600;
const SEAMS = 2;

/** Background, illumination and specks of a volume. */
export class Tissue {
  readonly specks: readonly Speck[];
  readonly #domain: Domain;
  readonly #coarse: readonly LatticeField[];
  readonly #fine: readonly LatticeField[];
  readonly #waves: readonly Wave[];
  readonly #depth: Float64Array;
  readonly #seams: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;

  constructor(domain: Domain, random: SeededRandom) {
    const [depth, height, width] = domain.shape;
    this.#domain = domain;
    const key = random.integer(2 ** 31);
    const shared = 0.45;
    const field = (channel: number, spacing: number, spread: number, salt: number) =>
      new LatticeField(height, width, spacing, (z, y, x) => {
        const position = (z * 4096 + y) * 4096 + x;
        const own = knotNormal(key + salt + channel, position);
        const common = knotNormal(key + salt + 7, position);
        return spread * (Math.sqrt(1 - shared) * own + Math.sqrt(shared) * common) - (spread * spread) / 4;
      });
    this.#coarse = [0, 1, 2].map((channel) => field(channel, COARSE, COARSE_SPREAD[channel] as number, 100));
    this.#fine = [0, 1, 2].map((channel) => field(channel, FINE, FINE_SPREAD[channel] as number, 200));
    const light = random.fork("light");
    this.#waves = [0, 1, 2].map(() => new Wave(domain, light));
    this.#depth = Float64Array.from({ length: depth }, (_, z) => exponential(-z / ATTENUATION));
    this.#seams = seamGains(width, light);
    this.#first = new Float64Array(width);
    this.#second = new Float64Array(width);
    this.specks = specksOf(domain, random.fork("specks"));
  }

  /** Expected background of one row and channel, in counts, before the illumination. */
  background(channel: number, z: number, y: number, out: Float64Array): void {
    const { centre, semiAxes } = this.#domain;
    const coarse = this.#first;
    const fine = this.#second;
    (this.#coarse[channel] as LatticeField).row(z, y, coarse);
    (this.#fine[channel] as LatticeField).row(z, y, fine);
    const level = BACKGROUND[channel] as number;
    const dz = (z - centre[0]) / semiAxes[0];
    const dy = (y - centre[1]) / semiAxes[1];
    const across = dz * dz + dy * dy;
    for (let x = 0; x < out.length; x++) {
      const dx = (x - centre[2]) / semiAxes[2];
      // 1 inside of the ellipsoid, 0 outside, linear in the squared distance between.
      const inside = Math.min(1, Math.max(0, (1.1 - across - dx * dx) * 5));
      out[x] = 0.4 + inside * level * (coarse[x] as number) * (fine[x] as number);
    }
  }

  /** Share of the light that reaches a row and comes back: depth, three slow waves, seams of tiles. */
  illumination(z: number, y: number, out: Float64Array): void {
    out.fill(1);
    for (const wave of this.#waves) wave.addTo(z, y, out);
    const depth = this.#depth[z] as number;
    for (let x = 0; x < out.length; x++) out[x] = (out[x] as number) * depth * (this.#seams[x] as number);
  }
}

function knotNormal(key: number, position: number): number {
  return NORMAL_TABLE[positionHash(key, position) >>> 20] as number;
}

/** A cosine of ±10 % with a wavelength of one to two volumes. */
class Wave {
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #turns: readonly [number, number, number];

  constructor(domain: Domain, random: SeededRandom) {
    const [depth, height, width] = domain.shape;
    const per = (size: number) => between(random, -1, 1) / size;
    const [z, y, x] = [per(depth), per(height), per(width)];
    this.#turns = [z, y, random.next()];
    this.#cosine = Float64Array.from({ length: width }, (_, at) => 0.1 * cosineOfTurns(x * at));
    this.#sine = Float64Array.from({ length: width }, (_, at) => 0.1 * cosineOfTurns(x * at - 0.25));
  }

  addTo(z: number, y: number, out: Float64Array): void {
    const [perZ, perY, phase] = this.#turns;
    const turns = perZ * z + perY * y + phase;
    const cosine = cosineOfTurns(turns);
    const sine = cosineOfTurns(turns - 0.25);
    for (let x = 0; x < out.length; x++) {
      out[x] = (out[x] as number) + cosine * (this.#cosine[x] as number) - sine * (this.#sine[x] as number);
    }
  }
}

/** Gain per column: a step of 5 to 15 % at each of two seams. */
function seamGains(width: number, random: SeededRandom): Float64Array {
  const gains = new Float64Array(width).fill(1);
  for (let seam = 0; seam < SEAMS; seam++) {
    const at = Math.floor(width * between(random, 0.15 + 0.4 * seam, 0.45 + 0.4 * seam));
    const step = 1 + between(random, 0.05, 0.15) * (random.chance(0.5) ? 1 : -1);
    for (let x = at; x < width; x++) gains[x] = (gains[x] as number) * step;
  }
  return gains;
}

/** Points of log-normal brightness in one channel, rarely two, evenly in the tissue. */
function specksOf(domain: Domain, random: SeededRandom): Speck[] {
  const { shape } = domain;
  const count = Math.round((shape[0] * shape[1] * shape[2]) / VOXELS_PER_SPECK);
  const specks: Speck[] = [];
  for (let i = 0; i < count; i++) {
    const position: Vector = [random.integer(shape[0]), random.integer(shape[1]), random.integer(shape[2])];
    const value = BRIGHTNESS * exponential(0.9 * (NORMAL_TABLE[random.integer(NORMAL_TABLE.length)] as number));
    const channel = random.pick([0, 1, 2, 2]);
    const second = random.chance(0.3) ? random.integer(3) : channel;
    if (ellipsoidLevel(domain, position) > 1.05) continue;
    const part = (c: number) => (c === channel ? value : c === second ? value / 2 : 0);
    specks.push({ position, colour: [part(0), part(1), part(2)] });
  }
  return specks;
}
