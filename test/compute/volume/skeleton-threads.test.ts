import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runOnThreads } from "../../../src/base/worker-pool.js";
import { runsOfMask } from "../../../src/compute/volume/mask-runs.js";
import { skeletonsOf } from "../../../src/compute/volume/parallel-skeletons.js";
import { skeletonOfRuns } from "../../../src/compute/volume/skeleton.js";
import { runsOf, type VoxelRuns } from "../../../src/compute/volume/voxel-runs.js";
import { repositoryRoot } from "../../support/real-data.js";
import { temporaryDirectory } from "../../support/temporary-directory.js";
import { arbitraryMask, boxMask } from "../../support/voxel-sets.js";

const built = join(repositoryRoot, "dist/compute/volume/skeleton-worker.js");
const folder = temporaryDirectory();

/** Sets of sizes in no order, so that the largest is not the first. */
function bars(count: number): VoxelRuns[] {
  return Array.from({ length: count }, (_, k) => {
    const { data, shape } = boxMask([3, 3 + ((k * 7) % 5), 4 + ((k * 3) % 11)]);
    return runsOfMask(data, shape);
  });
}

/** A worker that answers in its own way; `job` is the message. */
function worker(name: string, answer: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";\nparentPort.on("message", (job) => {\n${answer}\n});\n`,
  );
  return path;
}

const voxelCount = worker(
  "count",
  "parentPort.postMessage({ reply: Uint32Array.of(job.runs.voxels, job.dimensions) });",
);

describe("skeletons of many sets", () => {
  it("without threads are those of each, the largest first", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryMask(), { maxLength: 5 }), async (masks) => {
        const sets = masks.map(({ data, shape }) => runsOfMask(data, shape));
        const sizes: number[] = [];
        const onDone = (index: number) => sizes.push((sets[index] as VoxelRuns).voxels);
        const skeletons = await skeletonsOf(sets, { threads: 1, onDone });
        expect(skeletons).toEqual(sets.map((set) => skeletonOfRuns(set)));
        expect(sizes).toEqual(sets.map(({ voxels }) => voxels).sort((a, b) => b - a));
      }),
      { numRuns: 30 },
    );
  });

  it("on threads come back in their places, and the sets stay usable", async () => {
    const sets = bars(12);
    const done: number[] = [];
    const options = {
      leastVoxels: 0,
      workerPath: voxelCount,
      dimensions: 2,
      onDone: (i: number) => done.push(i),
    } as const;
    for (const threads of [2, 3, 20]) {
      const replies = await skeletonsOf(sets, { ...options, threads });
      expect(replies).toEqual(sets.map(({ voxels }) => Uint32Array.of(voxels, 2)));
      expect(done.splice(0).sort((a, b) => a - b)).toEqual([...sets.keys()]);
    }
    expect(sets).toEqual(bars(12));
  });

  it.skipIf(!existsSync(built))(
    "do not depend on the number of threads (skipped until the package is built)",
    async () => {
      const sets = bars(9);
      const expected = sets.map((set) => skeletonOfRuns(set));
      for (const threads of [0, 1, 2, 4]) {
        expect(await skeletonsOf(sets, { threads, leastVoxels: 0, workerPath: built })).toEqual(expected);
      }
    },
  );

  it("need no threads for little work, and none where there is no built worker", async () => {
    const sets = bars(3);
    const expected = sets.map((set) => skeletonOfRuns(set));
    expect(await skeletonsOf(sets, { threads: 4, workerPath: voxelCount })).toEqual(expected);
    expect(await skeletonsOf(sets, { threads: 4, leastVoxels: 0, workerPath: join(folder, "none.js") })).toEqual(
      expected,
    );
  });

  it("give up when a thread fails, dies or cannot start", async () => {
    const run = (workerPath: string) => skeletonsOf(bars(6), { threads: 2, leastVoxels: 0, workerPath });
    const error = `{ tag: "format/broken", message: "no such voxel", exitCode: 1, fields: { voxel: 7 } }`;
    await expect(run(worker("refuse", `parentPort.postMessage({ error: ${error} });`))).rejects.toMatchObject({
      tag: "format/broken",
      fields: { voxel: 7 },
    });
    await expect(run(worker("throw", `throw new Error("out of order");`))).rejects.toThrow("out of order");
    await expect(run(worker("exit", "process.exit(3);"))).rejects.toMatchObject({ tag: "worker/ended" });
    const broken = join(folder, "broken.mjs");
    writeFileSync(broken, "import './is-not-there.js';");
    await expect(run(broken)).rejects.toThrow("is-not-there");
  });

  it("stop when they are told to", async () => {
    const silent = worker("silent", "");
    for (const options of [{ threads: 1 }, { threads: 2, leastVoxels: 0, workerPath: silent }]) {
      const before = AbortSignal.abort();
      await expect(skeletonsOf(bars(4), { ...options, signal: before })).rejects.toMatchObject({ tag: "interrupted" });
      const controller = new AbortController();
      const running = skeletonsOf(bars(4), { ...options, signal: controller.signal });
      controller.abort();
      await expect(running).rejects.toMatchObject({ tag: "interrupted" });
    }
  });

  it("are refused before any is thinned when one is too large", async () => {
    const corners = runsOf([1600, 1600, 1600], Uint32Array.of(0, 1600 ** 3 - 1), Uint32Array.of(1, 1));
    const done: number[] = [];
    const running = skeletonsOf([...bars(2), corners], { threads: 1, onDone: (index) => done.push(index) });
    await expect(running).rejects.toMatchObject({
      tag: "load/box-too-large",
      exitCode: 1,
      message: expect.stringContaining("a box of 1600 × 1600 × 1600 voxels"),
      fields: { box: [1600, 1600, 1600], bytes: 1602 ** 3, limitBytes: 1.5 * 1024 ** 3 },
    });
    expect(done).toEqual([]);
  });

  it("run beside each other only while their memory allows", async () => {
    const sizes = [9, 5, 4, 3, 3, 1];
    for (const threads of [1, 2, 3]) {
      const running = new Set<number>();
      const replies: number[] = [];
      let most = 0;
      await runOnThreads<number>({
        worker: worker("echo", "parentPort.postMessage({ reply: job });"),
        threads,
        bytes: sizes,
        mostBytes: 8,
        parcel: (job) => {
          running.add(job);
          most = Math.max(most, running.size);
          const used = [...running].reduce((sum, other) => sum + (sizes[other] as number), 0);
          expect(running.size <= threads && (running.size === 1 || used <= 8)).toBe(true);
          return { message: job * 2, transfer: [] };
        },
        onReply: (job, reply) => {
          running.delete(job);
          replies[job] = reply;
        },
      });
      expect(replies).toEqual([0, 2, 4, 6, 8, 10]);
      expect(most).toBeGreaterThanOrEqual(Math.min(threads, 2));
    }
  });
});
