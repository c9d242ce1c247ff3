import { z } from "zod";
import { isPathBelow } from "./path-below.js";

/** One entry of `datasets/<dataset>/sources.yaml`. */
export const pinSchema = z.strictObject({
  path: z
    .string()
    .min(1)
    .refine(isPathBelow, { error: "expected a path below a mirror folder, with /, without . and .." }),
  bytes: z.int().min(0).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  licence: z.string().min(1).optional(),
  url: z.string().min(1).optional(),
  description: z.string().optional(),
  derived: z.boolean().optional(),
  upstream: z
    .strictObject({ repo: z.string().min(1), commit: z.string().optional(), path: z.string().optional() })
    .optional(),
});
