import { z } from "zod";

/** Parameters of stages that show a model the windows of the published method: its C, s and token for the beginning. */
export const windowParameters = {
  stride: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("tokens from one window to the next; context - 1 where it is not given: every token is predicted once"),
  bos: z
    .strictObject({
      policy: z
        .enum(["none", "document", "window"])
        .default("none")
        .describe(
          "where a token for the beginning is fed: nowhere, once before the unit (as published), before every window",
        ),
      id: z.int().min(0).nullable().default(null).describe("its number"),
    })
    .refine(({ policy, id }) => policy === "none" || id !== null, "the policy needs the number of the token: id")
    .prefault({})
    .describe("the token for the beginning of a text"),
};

/** Tokens of a window (C). */
export function contextParameter(tokens: number) {
  return z.int().min(2).max(1_000_000).default(tokens).describe("tokens of a window (C)");
}
