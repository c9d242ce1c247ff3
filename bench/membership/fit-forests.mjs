// Fits random forests in a process of its own: node fit-forests.mjs '{"x": PATH, "y": PATH, "n", "m", "train", "trees",
// "depth", "leaf", "seeds": […], "threads"}', as bench/python/forest.py does. Threads 0: on columns prepared once.
import { readFileSync } from "node:fs";
import { fitForest } from "../../dist/compute/statistics/random-forest/fit-forest.js";
import { fitPrepared, prepareColumns } from "../../dist/compute/statistics/random-forest/small-forest.js";

const { n, m, train, threads, seeds, ...request } = JSON.parse(process.argv[2]);
const bytes = readFileSync(request.x);
const x = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const y = new Uint8Array(readFileSync(request.y));
const options = { trees: request.trees, maxDepth: request.depth, minSamplesLeaf: request.leaf };
const rows = Int32Array.from({ length: n }, (_, i) => i);
const columns = threads === 0 ? prepareColumns(x, n, m) : undefined;
const runs = [];
for (const seed of seeds) {
  const began = performance.now();
  const used = process.cpuUsage();
  const forest =
    columns === undefined
      ? await fitForest({
          ...options,
          x: x.subarray(0, train * m),
          y: y.subarray(0, train),
          n: train,
          m,
          seed,
          threads,
        })
      : fitPrepared(columns, rows.subarray(0, train), y, { ...options, seed });
  const { user, system } = process.cpuUsage(used);
  const wall = (performance.now() - began) / 1000;
  const probabilities =
    columns === undefined
      ? forest.predict(x.subarray(train * m), n - train)
      : forest.predictPrepared(rows.subarray(train));
  runs.push({ seed, wall, cpu: (user + system) / 1e6, probabilities: [...probabilities] });
}
console.log(JSON.stringify({ runs, peak: 1024 * process.resourceUsage().maxRSS }));
