// Affinities and communities in a process of their own: node run-steps.mjs '{"step": "affinity", "animals", "neurons",
// "frames", "width", "slopes": PATH} | {"step": "communities", "nodes", "blocks"}'. Affinity writes the slopes (animals ×
// frames × neurons) for Python. Prints seconds and peak memory.
import { leiden } from "../../dist/compute/graph/leiden.js";
import { adjustedRandIndex } from "../../dist/compute/graph/partition-comparison.js";
import { graphOfMatrix } from "../../dist/compute/graph/weighted-graph.js";
import { fitWeightedSbm } from "../../dist/compute/graph/weighted-sbm.js";
import { logarithm } from "../../dist/compute/special-functions/logarithm.js";
import { randomNumbers } from "../../dist/compute/statistics/random-numbers.js";
import { denseAffinity } from "../../dist/stages/ntf/affinity.js";
import { slopes } from "../../dist/stages/ntf/slopes.js";
import { measureHere } from "../measure.mjs";
import { writeFloats } from "./float-files.mjs";

const request = JSON.parse(process.argv[2]);
const random = randomNumbers(5);
const steps = request.step === "affinity" ? await affinity(request) : await communities(request);
console.log(JSON.stringify({ ...steps, peak: 1024 * process.resourceUsage().maxRSS }));

async function affinity({ animals, neurons, frames, width, slopes: path }) {
  const traces = Array.from({ length: animals }, () => Array.from({ length: neurons }, () => walk(frames)));
  const derived = await measureHere(() => traces.map((own) => own.map((trace) => slopes(trace, 2, 3))));
  const options = { slopes: derived.value, kernel: "geomean", binFrames: width, alignment: "shared_clock" };
  const formed = await measureHere(() => denseAffinity(options));
  const all = new Float64Array(animals * frames * neurons);
  for (const [animal, own] of derived.value.entries()) {
    for (const [neuron, g] of own.entries()) {
      for (const [t, value] of g.entries()) all[(animal * frames + t) * neurons + neuron] = value;
    }
  }
  writeFloats(path, all);
  const { values, shape } = formed.value;
  const sum = values.reduce((total, value) => total + value, 0);
  return { slopes: timeOf(derived), formed: timeOf(formed), shape, sum };
}

/** A smoothed random walk. */
function walk(frames) {
  let [position, smooth] = [0, 0];
  return new Float64Array(frames).map(() => {
    position = 0.95 * position + random() - 0.5;
    smooth += 0.3 * (position - smooth);
    return smooth;
  });
}

/** Groups of equal size on a complete graph: exponential weights of mean 1, within a group 3. */
async function communities({ nodes, blocks }) {
  const truth = Int32Array.from({ length: nodes }, (_, node) => node % blocks);
  const matrix = new Float64Array(nodes * nodes);
  for (let i = 0; i < nodes; i++) {
    for (let j = i + 1; j < nodes; j++) {
      matrix[i * nodes + j] = -logarithm(1 - random()) * (truth[i] === truth[j] ? 3 : 1);
    }
  }
  const graph = graphOfMatrix(matrix, nodes);
  const sbm = await measureHere(() => fitWeightedSbm(graph, { seed: 1 }));
  const modular = await measureHere(() => leiden(graph, { seed: 1 }));
  const score = ({ value }) => adjustedRandIndex(value.partition, truth);
  return {
    edges: graph.edges,
    sbm: { ...timeOf(sbm), score: score(sbm), searches: sbm.value.searches },
    leiden: { ...timeOf(modular), score: score(modular) },
  };
}

function timeOf({ wall, cpu }) {
  return { wall, cpu };
}
