import { z } from "zod";
import { isFileNamePattern } from "./file-name-fields.js";

/** Parameters of loaders whose files do not say what they are: what is known of all of them. */
export const fileParameters = {
  language: z.string().min(1).nullable().default(null).describe("ISO 639-1 code of all files"),
  license: z.string().min(1).nullable().default(null).describe("licence of all files, when it is known"),
  license_url: z.string().min(1).nullable().default(null).describe("its address"),
};

/** A regular expression with named groups over the name of a file. */
export const fileNamePattern = z
  .string()
  .refine(isFileNamePattern, "expected a regular expression with named groups year, month, day, author, title")
  .nullable();
