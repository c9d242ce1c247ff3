import { z } from "zod";
import { KERNELS } from "./kernels.js";

const settings = {
  kernel: z
    .enum(KERNELS)
    .describe(
      "how two slopes become an affinity: geomean √(g_i g_j), product g_i g_j, min(|g_i|, |g_j|), each 0 for opposite signs; gauss_adaptive, geomean where the slopes are also alike among their neighbours; signed, geomean and also that of opposite slopes",
    ),
  sigma_frames: z.number().min(0.25).max(1000).describe("width of the derivative of a Gaussian, frames"),
  clip: z.number().positive().describe("slopes are clipped at this multiple of their root mean square"),
  bin_frames: z.int().min(1).describe("frames over which affinities are averaged; an incomplete last bin is left out"),
  neurons: z
    .enum(["common", "union"])
    .describe("common: neurons of every animal; union: all, masked where an animal lacks them"),
  classes: z.array(z.string().min(1)).min(1).nullable().describe("classes or names of the neurons to keep; null: all"),
  recordings: z
    .array(z.string().min(1))
    .min(1)
    .describe("animals that take part: patterns of their names, in which * is any text and ? one character"),
  alignment: z
    .enum(["auto", "shared_clock", "concatenated"])
    .describe(
      "shared_clock: bins are the same moments of the stimuli in all animals; concatenated: one animal after the other; auto: shared_clock where all have the same stimuli at the same times",
    ),
  lengths: z
    .enum(["truncate", "mask"])
    .describe("animals of unequal length on a shared clock: truncate all to the shortest, or mask what they lack"),
  nan_policy: z
    .enum(["error", "mask"])
    .describe("missing values in a trace: an error, or mask the bins within reach of them"),
};

const DEFAULTS = {
  kernel: "geomean",
  sigma_frames: 2,
  clip: 3,
  bin_frames: 4,
  neurons: "common",
  classes: null,
  recordings: ["*"],
  alignment: "auto",
  lengths: "truncate",
  nan_policy: "error",
} as const;

const control = z.strictObject({
  of: z.string().describe("the experiment whose traces are disarranged; its settings hold"),
  kind: z
    .enum(["circular_shift"])
    .default("circular_shift")
    .describe("circular_shift: every trace is turned in time by an amount of its own"),
  minimum_frames: z.int().min(1).default(100).describe("least shift, to either side"),
  seed: z.int().min(0).default(0).describe("seed of the shifts"),
});

const experiment = z.strictObject({
  ...z.strictObject(settings).partial().shape,
  control: control.optional().describe("makes this run the control of another"),
});

type ExperimentParameters = z.infer<typeof experiment>;

export const affinityParameters = z
  .strictObject({
    kernel: settings.kernel.default(DEFAULTS.kernel),
    sigma_frames: settings.sigma_frames.default(DEFAULTS.sigma_frames),
    clip: settings.clip.default(DEFAULTS.clip),
    bin_frames: settings.bin_frames.default(DEFAULTS.bin_frames),
    neurons: settings.neurons.default(DEFAULTS.neurons),
    classes: settings.classes.default(DEFAULTS.classes),
    recordings: settings.recordings.default([...DEFAULTS.recordings]),
    alignment: settings.alignment.default(DEFAULTS.alignment),
    lengths: settings.lengths.default(DEFAULTS.lengths),
    nan_policy: settings.nan_policy.default(DEFAULTS.nan_policy),
    experiments: z
      .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/), experiment)
      .default({ common: {} })
      .describe("run_id → settings in which it differs from those above, or whose control it is"),
    pairs: z.boolean().default(false).describe("whether the affinity of every pair and bin is written: large"),
  })
  .superRefine(({ experiments }, context) => {
    const entries = Object.entries(experiments);
    if (entries.length === 0) context.addIssue({ code: "custom", path: ["experiments"], message: "name at least one" });
    for (const [runId, own] of entries) {
      const fault = controlFault(own, experiments);
      if (fault !== undefined) context.addIssue({ code: "custom", path: ["experiments", runId], message: fault });
    }
  });

export type AffinityParameters = z.infer<typeof affinityParameters>;

function controlFault(
  own: ExperimentParameters,
  experiments: Readonly<Record<string, ExperimentParameters>>,
): string | undefined {
  if (own.control === undefined) return undefined;
  const original = Object.hasOwn(experiments, own.control.of) ? experiments[own.control.of] : undefined;
  if (original === undefined) return `there is no experiment ${own.control.of} to be the control of`;
  if (original.control !== undefined) return `${own.control.of} is a control itself`;
  const others = Object.keys(own).filter((name) => name !== "control");
  return others.length === 0
    ? undefined
    : `a control has the settings of its experiment: leave out ${others.join(", ")}`;
}

/** The settings of one run. */
export type AffinitySettings = Pick<AffinityParameters, keyof typeof settings>;

export interface Experiment {
  readonly runId: string;
  readonly settings: AffinitySettings;
  readonly control: z.infer<typeof control> | null;
}

/** The runs in order of their names, with all settings. */
export function experimentsOf({ experiments, pairs, ...shared }: AffinityParameters): Experiment[] {
  return Object.keys(experiments)
    .sort()
    .map((runId) => {
      const { control: own = null, ...differing } = experiments[runId] as ExperimentParameters;
      const { control: _none, ...original } = own === null ? {} : (experiments[own.of] as ExperimentParameters);
      return { runId, settings: { ...shared, ...original, ...differing } as AffinitySettings, control: own };
    });
}
