import { z } from "zod";

const collections = z.array(z.string().min(1));

const common = {
  seed: z.number().int().min(0).max(0xffffffff).default(1).describe("seed of the split and of the folds"),
  folds: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(5)
    .describe("folds, by cluster; fewer where a class has fewer clusters"),
  sources: collections
    .min(1)
    .optional()
    .describe("only documents of these collections are compared; all when left out"),
  kinds: z
    .array(z.enum(["book", "paper", "other"]))
    .min(1)
    .optional()
    .describe("only documents of these kinds are compared; all when left out"),
  years: z
    .tuple([z.number().int(), z.number().int()])
    .optional()
    .describe(
      "only documents first published in these years, both included; those without a year are left out and counted",
    ),
  keep_whole: z
    .enum(["book", "author"])
    .default("book")
    .describe("what is never divided: a book with its near-duplicates, or all books of an author"),
  background: collections
    .default([])
    .describe("collections that train the model and are not compared, without near-duplicates of what is"),
};

const training = {
  exposure: z.number().gt(0).max(1).default(1).describe("share of a member's tokens that the model is trained on"),
  duplicates: z.number().int().min(1).max(32_767).default(1).describe("how many times it is trained on them"),
};

const dated = {
  cutoff: z.iso.date().describe("last release date of members, both sides of which are compared"),
  trains_members: z
    .boolean()
    .default(false)
    .describe(
      "whether the model is trained on members at all; false shows what an attack finds in texts that the model never saw",
    ),
  reference: collections.default([]).describe("collections that train the reference model alone"),
};

export const designParameters = z.discriminatedUnion("design", [
  z.strictObject({
    design: z.literal("randomised"),
    ...common,
    ...training,
    shares: z
      .strictObject({
        member: z
          .number()
          .gt(0)
          .max(1)
          .default(1 / 3),
        nonmember: z
          .number()
          .gt(0)
          .max(1)
          .default(1 / 3),
        reference: z
          .number()
          .min(0)
          .max(1)
          .default(1 / 3),
      })
      .prefault({})
      .refine(({ member, nonmember, reference }) => member + nonmember + reference <= 1 + 1e-9, {
        message: "shares of member, nonmember and reference add up to 1 at most",
      })
      .describe("shares of the units; what they leave over is not used"),
    stratify: z
      .array(z.enum(["author", "decade", "length", "kind"]))
      .default(["kind"])
      .describe("what is dealt evenly: first author, decade of publication, third by length, kind"),
  }),
  z.strictObject({ design: z.literal("temporal"), ...common, ...training, ...dated }),
  z.strictObject({
    design: z.literal("regression-discontinuity"),
    ...common,
    ...training,
    ...dated,
    bandwidth: z.number().int().min(1).max(100_000).describe("days before and after the cutoff that are compared"),
  }),
  z.strictObject({
    design: z.literal("trap"),
    ...common,
    lengths: z
      .array(z.number().int().min(1))
      .min(1)
      .optional()
      .describe("lengths, in words, of the sequences that are compared; all that the documents carry when left out"),
    repetitions: z
      .array(z.number().int().min(1).max(32_767))
      .min(1)
      .default([1, 10, 100, 1000])
      .describe("how many times planted sequences are repeated; they take them in turn"),
  }),
  z.strictObject({
    design: z.literal("known-corpus"),
    ...common,
    ...training,
    trains_members: z.boolean().default(false).describe("whether the model is trained here, on documents labelled 1"),
    reference: dated.reference,
  }),
]);

export const assignParameters = z.strictObject({
  experiments: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/), designParameters)
    .refine((experiments) => Object.keys(experiments).length > 0, { message: "name at least one experiment" })
    .describe("the experiments, by name, each with its design"),
});

export type Design = z.infer<typeof designParameters>;
export type AssignParameters = z.infer<typeof assignParameters>;
