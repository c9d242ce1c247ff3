import {
  blockColumns,
  canonicalJson,
  chunkVolume,
  componentsOf,
  paintLabels,
  RunCollector,
  splitComponents,
  z,
} from "neurotables/stage";

const parameters = z.strictObject({
  threshold: z.number().positive().describe("a voxel is bright where one of its channels is above this"),
  smallest: z.int().min(0).default(800).describe("pieces of at most this many voxels are left out"),
});

/** @type {import("neurotables/stage").Stage<z.infer<typeof parameters>>} */
export default {
  name: "bright-pieces",
  description: "Every 26-connected piece of what is bright is a neuron",
  inputs: ["volume_record", "chunk"],
  each: ["volume_record", "chunk"],
  outputs: ["prediction", "chunk"],
  parameters,

  async run({ input, sink, parameters, signal, evidence }) {
    for await (const row of input("volume_record").rows(["sample_id"])) {
      const sample = String(row.sample_id);
      const raw = await chunkVolume(input("chunk"), { sample_id: sample, array: "raw" });
      if (raw === undefined) continue;
      const [, depth, height, width] = raw.shape;
      const bright = new RunCollector([depth, height, width]);
      for await (const block of raw.blocks()) {
        signal.throwIfAborted();
        addBright(bright, block, { height, width, threshold: parameters.threshold });
      }
      const runs = bright.finish();
      const pieces = splitComponents(runs, componentsOf(runs, 26));
      const kept = pieces.filter(({ voxels }) => voxels > parameters.smallest);
      evidence({ bright_voxels: runs.voxels, pieces: pieces.length, kept: kept.length });
      writePrediction(sink, { sample, parameters, kept, shape: [depth, height, width] });
    }
  },
};

/** Adds the bright voxels of a block, on c, z, y, x; one that is bright in two channels counts once. */
function addBright(bright, { origin, shape, data }, { height, width, threshold }) {
  const [, z0, y0, x0] = origin;
  const [channels, blockDepth, blockHeight, blockWidth] = shape;
  for (let at = 0, c = 0; c < channels; c++) {
    for (let z = z0; z < z0 + blockDepth; z++) {
      for (let y = y0; y < y0 + blockHeight; y++) {
        const row = (z * height + y) * width;
        for (let x = x0; x < x0 + blockWidth; x++, at++) if (data[at] > threshold) bright.add(row + x, 1);
      }
    }
  }
}

function writePrediction(sink, { sample, parameters, kept, shape }) {
  const prediction = `bright_pieces/${sample}`;
  sink("prediction").write([
    {
      prediction_id: prediction,
      sample_id: sample,
      method: "bright_pieces",
      method_version: "1",
      params: canonicalJson(parameters),
      seed: null,
      channels: 1,
      labels_raw: kept.length,
      labels_kept: kept.length,
      voxels: kept.reduce((sum, { voxels }) => sum + voxels, 0),
      has_overlap: false,
      mip: null,
      evidence: null,
      source_id: null,
    },
  ]);
  for (const { origin, shape: size, data } of paintLabels(kept, shape)) {
    const columns = blockColumns({
      block: { origin: [0, ...origin], shape: [1, ...size], data },
      type: data instanceof Uint16Array ? "uint16" : "uint32",
      arrayShape: [1, ...shape],
      withData: true,
    });
    sink("chunk").write([{ prediction_id: prediction, sample_id: sample, ...columns }]);
  }
}
