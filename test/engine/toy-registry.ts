import { z } from "zod";
import type { Registry } from "../../src/engine/registry.js";
import type { Loader } from "../../src/loaders/loader.js";
import type { Stage } from "../../src/stages/stage.js";
import type { Transform } from "../../src/transforms/transform.js";

const loader = (name: string, outputs: readonly string[], parameters: z.ZodType): Loader => ({
  name,
  description: "",
  partition: "file",
  outputs,
  parameters,
  async load() {},
});

const transform = (
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  parameters: z.ZodType = z.object({}),
): Transform => ({ name, description: "", inputs, outputs, parameters, async run() {} });

const loaders: Record<string, Loader> = {
  "toy/lines": loader("toy/lines", ["item_record", "note_record"], z.object({ upper: z.boolean().default(false) })),
  "toy/counts": loader("toy/counts", ["item_count"], z.object({})),
};

const transforms: Record<string, Transform> = {
  "toy/count": transform("toy/count", ["item_record"], ["item_count"], z.object({ minimum: z.int().default(1) })),
  "toy/double": transform("toy/double", ["item_total"], ["item_count"]),
  "toy/back": transform("toy/back", ["item_count"], ["item_total"]),
  "toy/same": transform("toy/same", ["item_count"], ["item_count"]),
  "toy/pick": transform("toy/pick", ["item_record"], ["item_total"], z.object({ text: z.string() })),
};

const toyStage: Stage = {
  name: "toy/model",
  description: "",
  inputs: ["item_count"],
  outputs: ["item_total"],
  parameters: z.object({ seed: z.int().default(1) }),
  async run() {},
};

/** Implementations that do nothing, for tests of pipeline files. */
export const toyRegistry: Registry = {
  loaderNames: async () => Object.keys(loaders).sort(),
  transformNames: async () => Object.keys(transforms).sort(),
  loader: async (name) => loaders[name],
  transform: async (name) => transforms[name],
  stageNames: async () => ["toy/model"],
  stage: async (name) => (name === "toy/model" ? toyStage : undefined),
};
