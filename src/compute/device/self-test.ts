import { randomNumbers } from "../statistics/random-numbers.js";
import type { MatrixProduct, Mttkrp } from "./command.js";
import type { Device, DeviceMemory, FloatType } from "./device.js";
import { differenceBound } from "./difference-bound.js";
import { type HostFactors, type HostTensor, type OracleDifference, oracleDifference } from "./oracle-check.js";

/** What a device does in one of its float types. */
export interface SelfTest {
  readonly float: FloatType;
  /** 10⁹ multiplications and additions a second, of a matrix product of 512 × 512 × 512. */
  readonly gigaflops: number;
  /** 10⁹ bytes of a tensor read a second, by an MTTKRP of 128 × 128 × 128 at rank 12. */
  readonly gigabytesPerSecond: number;
  /** The farthest of a sample of both results, over all modes. */
  readonly difference: OracleDifference;
}

export interface SelfTestOptions {
  /** Time to measure for, over all float types (default 2). Each measurement is made at least once. */
  readonly seconds?: number;
  /** Seconds from any start. */
  readonly clock: () => number;
}

const SIZE = 512;
const EDGE = 128;
const RANK = 12;

/**
 * Measures the speed of a device, the best of as many repetitions as the time allows, and compares what it computes with
 * values computed here from the definitions: one entry for each float type. Memory: about 40 MB.
 * @throws {DeviceError} what the device throws.
 */
export async function selfTest(device: Device, options: SelfTestOptions): Promise<SelfTest[]> {
  const { floats } = device.description;
  const tests: SelfTest[] = [];
  for (const float of floats) {
    const budget = { seconds: (options.seconds ?? 2) / floats.length / 2, clock: options.clock };
    tests.push(
      await device.scope(async (memory) => {
        const product = await testProduct(device, memory, float, budget);
        const mttkrp = await testMttkrp(device, memory, float, budget);
        return {
          float,
          gigaflops: (2 * SIZE ** 3) / product.seconds / 1e9,
          gigabytesPerSecond: (EDGE ** 3 * (float === "float64" ? 8 : 4)) / mttkrp.seconds / 1e9,
          difference: farthest([product.difference, ...mttkrp.differences]),
        };
      }),
    );
  }
  return tests;
}

async function testProduct(device: Device, memory: DeviceMemory, float: FloatType, budget: Required<SelfTestOptions>) {
  const left = uniform(1, SIZE ** 2);
  const right = uniform(2, SIZE ** 2);
  const out = memory.allocate(float, SIZE ** 2);
  const view = { row: SIZE, column: 1 };
  const command: MatrixProduct = {
    ...{ kind: "matrixProduct", m: SIZE, n: SIZE, k: SIZE },
    left: { buffer: memory.upload(float, left), ...view },
    right: { buffer: memory.upload(float, right), ...view },
    out: { buffer: out, ...view },
  };
  const seconds = await bestTime(() => device.run([command]), budget);
  const found = await memory.download(out);
  const differences: OracleDifference[] = [];
  for (let sample = 0; sample < 64; sample++) {
    const i = Math.floor((sample * (SIZE - 1)) / 63);
    const j = (i * 7 + sample) % SIZE;
    let exact = 0;
    for (let q = 0; q < SIZE; q++) exact += (left[i * SIZE + q] as number) * (right[q * SIZE + j] as number);
    const bound = differenceBound(exact, SIZE, float);
    const worst = Math.abs((found[i * SIZE + j] as number) - exact);
    differences.push({ worst, bound, ok: worst <= bound });
  }
  return { seconds, difference: farthest(differences) };
}

async function testMttkrp(device: Device, memory: DeviceMemory, float: FloatType, budget: Required<SelfTestOptions>) {
  const shape = [EDGE, EDGE, EDGE] as const;
  const tensor: HostTensor = { form: "dense", shape, values: uniform(3, EDGE ** 3) };
  const factors: HostFactors = [uniform(4, EDGE * RANK), uniform(5, EDGE * RANK), uniform(6, EDGE * RANK)];
  const [a, b, c] = factors;
  const shared = {
    kind: "mttkrp",
    tensor: { form: "dense", shape, values: memory.upload(float, tensor.values) },
    factors: [memory.upload(float, a), memory.upload(float, b), memory.upload(float, c)],
    rank: RANK,
    out: memory.allocate(float, EDGE * RANK),
  } as const;
  const commandOf = (mode: 0 | 1 | 2): Mttkrp => ({ ...shared, mode });
  const differences: OracleDifference[] = [];
  for (const mode of [0, 1, 2] as const) {
    await device.run([commandOf(mode)]);
    const result = await memory.download(shared.out);
    differences.push(oracleDifference({ tensor, factors, rank: RANK, mode, result, float }));
  }
  return { seconds: await bestTime(() => device.run([commandOf(0)]), budget), differences };
}

/** Shortest of the repetitions that fit the time, after one that is not counted. */
async function bestTime(task: () => Promise<void>, { seconds, clock }: Required<SelfTestOptions>): Promise<number> {
  const end = clock() + seconds;
  await task();
  let best = Number.POSITIVE_INFINITY;
  do {
    const start = clock();
    await task();
    best = Math.min(best, clock() - start);
  } while (clock() < end);
  return best;
}

/** The difference that is largest beside its bound. */
function farthest(differences: readonly OracleDifference[]): OracleDifference {
  const share = ({ worst, bound }: OracleDifference) =>
    Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst / bound;
  return differences.reduce((a, b) => (share(b) > share(a) ? b : a));
}

/** Multiples of 2⁻²⁴ in [0, 1): exact in both float types. */
function uniform(seed: number, length: number): Float64Array {
  const next = randomNumbers(seed);
  return Float64Array.from({ length }, () => Math.floor(next() * 2 ** 24) / 2 ** 24);
}
