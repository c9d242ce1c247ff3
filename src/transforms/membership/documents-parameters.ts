import { z } from "zod";
import { DEFAULT_LICENCES } from "./licences.js";

const characters = z.number().int().min(1).max(1_000_000_000);

export const documentsParameters = z
  .strictObject({
    strip: z
      .enum(["none", "markers", "credits", "typography", "markers_published"])
      .default("credits")
      .describe(
        "what is taken out of the texts: markers = header and licence of Project Gutenberg; credits = also lines on who " +
          "made the file, transcriber's notes, advertisements behind the end; typography = also illustrations and " +
          "underscores, and quotes, dashes and blanks in one form; markers_published = as the published code does",
      ),
    window: z
      .string()
      .regex(/^(?:all|(?:head|middle|random):[1-9][0-9]{0,8})$/)
      .default("all")
      .describe(
        "what of every text is a unit of the experiments, in characters: all, head:3000, middle:60000, random:60000",
      ),
    segments: z
      .strictObject({
        characters: characters.describe("length of a unit"),
        most: z.number().int().min(1).max(100_000).describe("units of a document at most"),
        gap: z.number().int().min(0).max(1_000_000_000).default(0).describe("characters between units at least"),
      })
      .optional()
      .describe("cut every document into several units, spread over it; shorter documents give none"),
    minimum: z
      .number()
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(1)
      .describe("shortest unit, in characters; documents with shorter ones take no part in experiments"),
    traps: z
      .strictObject({
        per_document: z.number().int().min(1).max(10_000).describe("sequences made for every document"),
        lengths: z
          .array(z.number().int().min(5).max(10_000))
          .min(1)
          .default([25, 50, 100])
          .describe("words of a sequence; the sequences of a document take them in turn"),
      })
      .optional()
      .describe(
        "make unique sequences of words to be planted by experiments of design trap; each is a unit of its own",
      ),
    seed: z.number().int().min(0).max(0xffffffff).default(1).describe("seed of random windows and of traps"),
    publishable: z
      .array(
        z.strictObject({
          licence: z.string().min(1).describe("CC0, CC BY, CC BY-SA, public domain …, or word for word as stated"),
          source: z.string().min(1).optional().describe("only of this collection"),
          format: z
            .enum(["gutenberg", "plain", "jats", "latex", "collection"])
            .optional()
            .describe("only of files read in this way"),
          strip: z
            .enum(["markers", "credits", "typography"])
            .optional()
            .describe("only when at least this is stripped"),
        }),
      )
      .default(DEFAULT_LICENCES.map((entry) => ({ ...entry })))
      .describe(
        "licences under which a text may be passed on; unknown and non-commercial ones never. Texts that are in the " +
          "public domain but not from Project Gutenberg need an entry of their own",
      ),
  })
  .refine(({ window, segments }) => segments === undefined || window === "all", {
    message: "segments are cut from whole texts: leave out window",
    path: ["window"],
  });

export type DocumentsParameters = z.infer<typeof documentsParameters>;
