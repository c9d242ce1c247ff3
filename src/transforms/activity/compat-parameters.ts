import { z } from "zod";
import { flagsParameter } from "./compat-flag.js";

/** Parameters of every transform that runs the published procedure on names. */
export const compatParameters = {
  flags: flagsParameter,
  nearest: z
    .record(z.string(), z.enum(["document", "roi"]))
    .default({ Dag2023: "document", Flavell2023: "roi" })
    .describe("datasets whose labels are rewritten, and in which order: of the document of labels, or of the ROIs"),
  kinds: z
    .record(z.string(), z.string())
    .default({ Flavell2023: "zscore_source" })
    .describe("kind of trace that was published, by dataset; of others the primary one"),
};
