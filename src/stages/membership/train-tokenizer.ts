import { z } from "zod";
import type { Stage } from "../stage.js";

const parameters = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .max(80)
    .default("bpe")
    .describe("name of the tokenizer, to which 12 digits of its hash are added"),
  vocabulary: z
    .int()
    .min(256)
    .max(262_144)
    .default(4096)
    .describe("number of tokens: the 256 bytes and what they are merged into; fewer where the texts have no more"),
  minimum_count: z.int().min(1).default(2).describe("pairs of tokens that occur less often are not merged"),
  sample_bytes: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("train on so many bytes of text, of units in an order drawn from the seed; without it on all texts"),
  seed: z.int().min(0).default(0).describe("seed of the sample"),
});

export type TrainTokenizerParameters = z.infer<typeof parameters>;

/**
 * A byte-level byte-pair encoding trained on the texts of all units, members or not, so that the vocabulary says nothing
 * of the split. The result depends neither on the order of the rows nor on how the table is cut into partitions.
 */
export const trainTokenizer: Stage<TrainTokenizerParameters> = {
  name: "membership/train-tokenizer",
  description: "Trains a byte-level byte-pair tokenizer on the texts",
  inputs: ["excerpt"],
  outputs: ["tokenizer"],
  parameters,
  async run(context) {
    const { trainOnExcerpts } = await import("./train-tokenizer-run.js");
    await trainOnExcerpts(context);
  },
};
