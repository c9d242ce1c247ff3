import { z } from "zod";

const foreground = {
  clip: z.number().positive().describe("raw values are clipped here and divided by it"),
  denoise: z.enum(["none", "median", "median-gaussian"]).describe("per channel, before the threshold"),
  sigma: z.number().positive().describe("standard deviation of the Gaussian, voxels"),
  brightness: z
    .enum(["luminance", "brightest-channel"])
    .describe("what is compared with the threshold: 0.2125 R + 0.7154 G + 0.0721 B, or the brightest channel"),
  threshold: z.number().min(0).max(1).describe("foreground is brighter, in shares of clip"),
  relative_threshold: z.number().min(0).max(1).describe("and brighter than this share of the brightest voxel around"),
  relative_radius: z.int().min(0).describe("voxels around that count"),
  remove_small: z.int().min(0).describe("components of at most this many voxels are no foreground"),
};

const clustering = {
  min_distance: z.int().min(1).describe("voxels between seeds of supervoxels"),
  exclude_border: z.boolean().describe("no seeds near the border of the volume, as published"),
  seed_every_component: z.boolean().describe("components without a seed are supervoxels too"),
  split_hue: z.number().min(0).describe("supervoxels of two hues this far apart are split; 0: none is"),
  split_voxels: z.int().min(1).describe("smallest piece of a split supervoxel"),
  spatial_distance: z.number().min(0).describe("voxels: supervoxels nearer than this are neighbours"),
  colour_distance: z.number().min(0).describe("CIE Luv: supervoxels nearer than this are neighbours"),
  edges: z.enum(["or", "and"]).describe("neighbours in space or colour, or in both"),
  features: z.enum(["hue", "affinity"]).describe("what the mixture sees: hues, or rows of the affinity matrix"),
  rank: z.int().min(1).max(64).describe("dimensions in which rows of the affinity matrix are kept"),
  landmarks: z
    .int()
    .min(10)
    .max(20_000)
    .describe("the affinity matrix is that of the largest supervoxels, at most these"),
  most_fitted: z.int().min(10).max(20_000).describe("the mixture is fitted to the largest supervoxels, at most these"),
  least_components: z.int().min(1).describe("fewest clusters tried"),
  most_components: z.int().min(1).max(200).describe("most clusters tried"),
  selection: z.enum(["bic", "cross-validation"]).describe("how the number of clusters is chosen"),
  regularisation: z.number().min(0).describe("added to the variances of the mixture"),
  clean_up_distance: z.number().min(0).describe("voxels: pieces of a cluster further apart are instances of their own"),
};

/** Each of them may be left out: it then is as the method has it. */
function optional<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape).partial();
}

const methods = z.strictObject({
  colour_clustering: optional({
    ...foreground,
    ...clustering,
    compat: z.boolean().describe("start from the published parameters instead of ours"),
  }).optional(),
  connected_components: optional(foreground).optional(),
  flattened_truth: z.strictObject({}).optional(),
});

/** Parameters of the stage `segmentation/baselines`. */
export const baselineParameters = z.strictObject({
  methods: methods
    .default({ colour_clustering: {}, connected_components: {}, flattened_truth: {} })
    .describe("which baselines are run, and where they differ from their defaults"),
  seed: z.int().min(0).default(1).describe("of everything random"),
  remove_small: z.int().min(0).default(800).describe("labels of at most this many voxels do not count as kept"),
});

export type BaselineParameters = z.infer<typeof baselineParameters>;
export type BaselineMethod = keyof BaselineParameters["methods"];
