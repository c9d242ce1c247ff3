import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  tokenizer: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("which tokenizer, by its tokenizer_id or its name without the hash; needed where there are several"),
  bos: z
    .union([z.literal("none"), z.int().min(0)])
    .default("none")
    .describe("number of the token put once before every unit (1 for Llama's), or none"),
});

export type TokeniseParameters = z.infer<typeof parameters>;

/**
 * Tokens of every unit, partition by partition. A unit without text has none; what its text holds is text, special
 * tokens too.
 */
export const tokenise: Stage<TokeniseParameters> = {
  name: "membership/tokenise",
  description: "Turns texts into tokens, with the place of each",
  inputs: ["excerpt", "tokenizer"],
  each: ["excerpt"],
  outputs: ["token"],
  parameters,
  async run(context) {
    const { tokeniseExcerpts } = await import("./tokenise-run.js");
    await tokeniseExcerpts(context);
  },
};
